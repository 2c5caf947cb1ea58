import type { Batch } from '../data/batch.ts'
import type { Column } from '../data/column.ts'
import { metricLayout } from '../druid/dataset-layout.ts'
import { bucketStart, type Granularity, nextBucket, parseGranularity } from '../druid/granularity.ts'
import type { DatasetDescriptor } from '../model/datasets.ts'
import { type Accumulator, accumulatorOf, type StoredWords } from './accumulators.ts'
import { hashesOf, idsOf, isAbsent, numbersOf, timesOf } from './batch-columns.ts'
import { type DistinctSet, distinctSet } from './distinct.ts'
import { groupsOf } from './groups.ts'
import type { Interner } from './interner.ts'

/** Rows that are ready for the store, as columns of words in the order of the dataset's columns. */
export interface StoredRows {
  readonly rowCount: number
  readonly times: Float64Array
  readonly columns: readonly StoredWords[]
  /** 1 for a row of Druid's, 0 for one that only carries a distinct value; null: all are 1. */
  readonly rows: Uint8Array | null
}

/** What became of a batch. */
export interface RollupResult {
  readonly kept: number
  /** Row numbers beyond the lateness. */
  readonly late: Int32Array
  /** Row numbers without an event time. */
  readonly timeless: Int32Array
}

export interface Rollup {
  add(batch: Batch, appendedAtMs: number): RollupResult
  readonly rowCount: number
  take(): StoredRows
  clear(): void
}

const two32 = 4_294_967_296

/**
 * Rolls batches up by (query granularity, dimensions) until they are taken: partial sums, which the store's queries sum
 * again. Without rollup the same path gives each row a group of its own. A row is late when it was appended more than
 * `lateness` after its event time: that depends on the row alone, so that reading it again gives the same answer.
 */
export function rollupOf(dataset: DatasetDescriptor, interner: Interner): Rollup {
  const granularity = parseGranularity(dataset.queryGranularity)
  const truncate = truncation(granularity)
  const metrics = dataset.metrics.map((aggregator) => metricLayout(aggregator, dataset.name))
  const accumulators = metrics.map<Accumulator | null>((metric) => (metric.fold === 'distinct' ? null : accumulatorOf(metric)))
  const sets = metrics.map<DistinctSet | null>((metric) => (metric.fold === 'distinct' ? distinctSet() : null))
  const numeric = dataset.dimensions.some((dimension) => dimension.type !== 'string')
  const width = 2 + dataset.dimensions.reduce((sum, dimension) => sum + (dimension.type === 'string' ? 1 : 2), 0) + (numeric ? 1 : 0)
  const groups = groupsOf(width)
  let assigned = new Int32Array(0)

  const add = (batch: Batch, appendedAtMs: number): RollupResult => {
    const times = timesOf(columnOf(batch, dataset.timestampColumn), batch.rowCount)
    const { kept, late, timeless } = sift(times, dataset.latenessMs === null ? Number.NEGATIVE_INFINITY : appendedAtMs - dataset.latenessMs)
    const whole = kept.length === batch.rowCount
    const input = whole ? batch : batch.take(kept)
    const rows = kept.length
    if (rows === 0) return { kept: 0, late, timeless }
    const keys: Int32Array[] = []
    const low = new Int32Array(rows)
    const high = new Int32Array(rows)
    for (let row = 0; row < rows; row++) {
      const bucket = truncate(times[kept[row] as number] as number)
      const upper = Math.floor(bucket / two32)
      low[row] = bucket - upper * two32
      high[row] = upper
    }
    keys.push(low, high)
    const nulls = numeric ? new Int32Array(rows) : null
    dataset.dimensions.forEach((dimension, position) => {
      const column = columnOf(input, dimension.column)
      if (dimension.type === 'string') keys.push(idsOf(column, rows, interner))
      else keys.push(...numberWords(column, rows, dimension.type === 'long', nulls as Int32Array, position))
    })
    if (nulls !== null) keys.push(nulls)
    if (assigned.length < rows) assigned = new Int32Array(Math.max(rows, 4096))
    if (dataset.rollup) groups.assign(keys, rows, assigned)
    else groups.append(keys, rows, assigned)
    metrics.forEach((metric, position) => {
      const column = metric.column === null ? null : columnOf(input, metric.column)
      const accumulator = accumulators[position]
      if (accumulator) accumulator.add(metric.column === null ? null : numbersOf(column, rows), assigned, rows, groups.count)
      else {
        const hashes = hashesOf(column, rows)
        const set = sets[position] as DistinctSet
        for (let row = 0; row < rows; row++) {
          if (!isAbsent(hashes.validity, row)) set.add(assigned[row] as number, hashes.low[row] as number, hashes.high[row] as number)
        }
      }
    })
    return { kept: rows, late, timeless }
  }

  const take = (): StoredRows => {
    const groupCount = groups.count
    const extras = sets.reduce((sum, set) => sum + (set === null ? 0 : set.extraCount), 0)
    const total = groupCount + extras
    /** The group whose key each stored row has. */
    const groupOf = new Int32Array(total)
    for (let group = 0; group < groupCount; group++) groupOf[group] = group
    const columns: StoredWords[] = []
    const distinct = sets.map((set) =>
      set === null ? null : { low: new Int32Array(total), high: new Int32Array(total), present: new Uint8Array(total) },
    )
    let at = groupCount
    sets.forEach((set, position) => {
      const target = distinct[position]
      if (set === null || !target) return
      set.forEach((group, low, high, first) => {
        const row = first ? group : at++
        groupOf[row] = group
        target.low[row] = low
        target.high[row] = high
        target.present[row] = 1
      })
    })
    const { words } = groups
    const times = new Float64Array(total)
    for (let row = 0; row < total; row++) {
      const group = groupOf[row] as number
      times[row] = ((words[1] as Int32Array)[group] as number) * two32 + (((words[0] as Int32Array)[group] as number) >>> 0)
    }
    const nulls = numeric ? (words[width - 1] as Int32Array) : null
    let word = 2
    dataset.dimensions.forEach((dimension, position) => {
      if (dimension.type === 'string') columns.push(dimensionIds(words[word++] as Int32Array, groupOf))
      else {
        columns.push(dimensionNumbers(words[word] as Int32Array, words[word + 1] as Int32Array, nulls as Int32Array, position, groupOf))
        word += 2
      }
    })
    metrics.forEach((_, position) => {
      const accumulator = accumulators[position]
      columns.push(accumulator ? padded(accumulator.stored(groupCount), total) : (distinct[position] as StoredWords))
    })
    const flags = sets.some((set) => set !== null) ? new Uint8Array(total).fill(1, 0, groupCount) : null
    return { rowCount: total, times, columns, rows: flags }
  }

  const clear = (): void => {
    groups.clear()
    for (const accumulator of accumulators) accumulator?.clear()
    for (const set of sets) set?.clear()
  }

  return {
    add,
    take,
    clear,
    get rowCount() {
      return groups.count
    },
  }
}

const columnOf = (batch: Batch, name: string): Column | null => batch.columns[batch.schema.position(name)] ?? null

function sift(times: Float64Array, earliest: number): { kept: Int32Array; late: Int32Array; timeless: Int32Array } {
  const kept = new Int32Array(times.length)
  const late: number[] = []
  let count = 0
  const timeless: number[] = []
  for (let row = 0; row < times.length; row++) {
    const time = times[row] as number
    if (time >= earliest) kept[count++] = row
    else if (Number.isNaN(time)) timeless.push(row)
    else late.push(row)
  }
  return { kept: kept.subarray(0, count), late: Int32Array.from(late), timeless: Int32Array.from(timeless) }
}

function truncation(granularity: Granularity): (timeMs: number) => number {
  if (granularity.kind === 'none') return (timeMs) => timeMs
  // Rows come nearly in order: most fall into the bucket of the row before.
  let start = 0
  let end = 0
  return (timeMs) => {
    if (timeMs < start || timeMs >= end) {
      start = bucketStart(granularity, timeMs)
      end = nextBucket(granularity, start)
    }
    return start
  }
}

function numberWords(column: Column | null, rows: number, long: boolean, nulls: Int32Array, position: number): [Int32Array, Int32Array] {
  const { values, exact, validity } = numbersOf(column, rows)
  const low = new Int32Array(rows)
  const high = new Int32Array(rows)
  const double = new Float64Array(1)
  const bits = new Int32Array(double.buffer)
  for (let row = 0; row < rows; row++) {
    if (isAbsent(validity, row)) {
      nulls[row] = (nulls[row] as number) | (1 << (position & 31))
      continue
    }
    if (!long) {
      double[0] = (values[row] as number) + 0
      low[row] = bits[0] as number
      high[row] = bits[1] as number
    } else if (exact !== null) {
      low[row] = Number(BigInt.asIntN(32, exact[row] as bigint))
      high[row] = Number((exact[row] as bigint) >> 32n)
    } else {
      const value = Math.trunc(values[row] as number)
      const upper = Math.floor(value / two32)
      low[row] = value - upper * two32
      high[row] = upper
    }
  }
  return [low, high]
}

function dimensionIds(ids: Int32Array, groupOf: Int32Array): StoredWords {
  const low = new Int32Array(groupOf.length)
  const present = new Uint8Array(groupOf.length)
  for (let row = 0; row < groupOf.length; row++) {
    const id = ids[groupOf[row] as number] as number
    low[row] = id
    present[row] = id < 0 ? 0 : 1
  }
  return { low, high: low, present }
}

function dimensionNumbers(low: Int32Array, high: Int32Array, nulls: Int32Array, position: number, groupOf: Int32Array): StoredWords {
  const rows = groupOf.length
  const result = { low: new Int32Array(rows), high: new Int32Array(rows), present: new Uint8Array(rows) }
  for (let row = 0; row < rows; row++) {
    const group = groupOf[row] as number
    result.low[row] = low[group] as number
    result.high[row] = high[group] as number
    result.present[row] = ((nulls[group] as number) >> (position & 31)) & 1 ? 0 : 1
  }
  return result
}

/** Rows that only carry a distinct value have no other metrics; a count of theirs is 0. */
function padded(words: StoredWords, total: number): StoredWords {
  if (words.low.length === total) return words
  const low = new Int32Array(total)
  const high = new Int32Array(total)
  low.set(words.low)
  high.set(words.high)
  const present = new Uint8Array(total)
  if (words.present === null) present.fill(1)
  else present.set(words.present)
  return { low, high, present }
}
