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

/** Rows that are ready for the store, as columns of words in the order of the dataset's columns; they stand until `clear`. */
export interface StoredRows {
  readonly rowCount: number
  /** Milliseconds as words of int64. */
  readonly times: StoredWords
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
  /** Room for the rows of a batch: their groups, and their key words by position. */
  let assigned = new Int32Array(0)
  let scratch: Int32Array[] = []

  const add = (batch: Batch, appendedAtMs: number): RollupResult => {
    const times = timesOf(columnOf(batch, dataset.timestampColumn), batch.rowCount)
    const { kept, late, timeless } = sift(times, dataset.latenessMs === null ? Number.NEGATIVE_INFINITY : appendedAtMs - dataset.latenessMs)
    const input = kept === null ? batch : batch.take(kept)
    const rows = input.rowCount
    if (rows === 0) return { kept: 0, late, timeless }
    if (assigned.length < rows) {
      assigned = new Int32Array(Math.max(rows, 4096))
      scratch = Array.from({ length: width }, () => new Int32Array(assigned.length))
    }
    const [low, high] = scratch as [Int32Array, Int32Array]
    truncate(kept === null ? times : Float64Array.from(kept, (row) => times[row] as number), low, high)
    const keys: Int32Array[] = [low, high]
    const nulls = numeric ? new Int32Array(rows) : null
    dataset.dimensions.forEach((dimension, position) => {
      const column = columnOf(input, dimension.column)
      if (dimension.type === 'string') keys.push(idsOf(column, rows, interner, scratch[keys.length]))
      else keys.push(...numberWords(column, rows, dimension.type === 'long', nulls as Int32Array, position))
    })
    if (nulls !== null) keys.push(nulls)
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
    const distinct = sets.map((set) =>
      set === null ? null : { low: new Int32Array(total), high: new Int32Array(total), stride: 1 as const, present: new Uint8Array(total) },
    )
    /** The group whose key each stored row has; null: rows are groups. */
    const groupOf = extras === 0 ? null : new Int32Array(total)
    for (let group = 0; groupOf !== null && group < groupCount; group++) groupOf[group] = group
    let at = groupCount
    sets.forEach((set, position) => {
      const target = distinct[position]
      if (set === null || !target) return
      set.forEach((group, low, high, first) => {
        const row = first ? group : at++
        if (groupOf !== null) groupOf[row] = group
        target.low[row] = low
        target.high[row] = high
        target.present[row] = 1
      })
    })
    const { words, stride: keyStride } = groups
    const stride = groupOf === null ? keyStride : 1
    const wordsOf = (position: number): Int32Array => keyWords(words.subarray(position), keyStride, groupOf)
    const times: StoredWords = { low: wordsOf(0), high: wordsOf(1), stride, present: null }
    const nulls = numeric ? wordsOf(width - 1) : null
    let word = 2
    const columns = dataset.dimensions.map((dimension, position): StoredWords => {
      if (dimension.type === 'string') return dimensionIds(wordsOf(word++), stride, total)
      const [low, high] = [wordsOf(word++), wordsOf(word++)]
      return { low, high, stride, present: presentIn(nulls as Int32Array, stride, position, total) }
    })
    metrics.forEach((_, position) => {
      const accumulator = accumulators[position]
      columns.push(accumulator ? padded(accumulator.stored(groupCount), groupCount, total) : (distinct[position] as StoredWords))
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

const noRows = new Int32Array(0)

/** `kept` null: all rows. */
function sift(times: Float64Array, earliest: number): { kept: Int32Array | null; late: Int32Array; timeless: Int32Array } {
  let inTime = 0
  for (let row = 0; row < times.length; row++) if ((times[row] as number) >= earliest) inTime++
  if (inTime === times.length) return { kept: null, late: noRows, timeless: noRows }
  const kept = new Int32Array(inTime)
  const late: number[] = []
  let count = 0
  const timeless: number[] = []
  for (let row = 0; row < times.length; row++) {
    const time = times[row] as number
    if (time >= earliest) kept[count++] = row
    else if (Number.isNaN(time)) timeless.push(row)
    else late.push(row)
  }
  return { kept, late: Int32Array.from(late), timeless: Int32Array.from(timeless) }
}

/** Writes the start of each time's bucket as two words. */
function truncation(granularity: Granularity): (times: Float64Array, low: Int32Array, high: Int32Array) => void {
  // Rows come nearly in order: most fall into the bucket of the row before.
  let start = 0
  let end = 0
  return (times, low, high) => {
    let upper = Math.floor(start / two32)
    let lower = start - upper * two32
    for (let row = 0; row < times.length; row++) {
      const time = times[row] as number
      if (time < start || time >= end) {
        start = granularity.kind === 'none' ? time : bucketStart(granularity, time)
        end = granularity.kind === 'none' ? time + 1 : nextBucket(granularity, start)
        upper = Math.floor(start / two32)
        lower = start - upper * two32
      }
      low[row] = lower
      high[row] = upper
    }
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

/** The key words of stored rows; those of the groups themselves where rows are groups. */
function keyWords(words: Int32Array, stride: number, groupOf: Int32Array | null): Int32Array {
  if (groupOf === null) return words
  const result = new Int32Array(groupOf.length)
  for (let row = 0; row < groupOf.length; row++) result[row] = words[(groupOf[row] as number) * stride] as number
  return result
}

function dimensionIds(low: Int32Array, stride: number, rows: number): StoredWords {
  let least = 0
  for (let at = 0; at < rows * stride; at += stride) if ((low[at] as number) < least) least = low[at] as number
  if (least === 0) return { low, high: null, stride, present: null }
  const present = new Uint8Array(rows)
  for (let row = 0; row < rows; row++) present[row] = (low[row * stride] as number) < 0 ? 0 : 1
  return { low, high: null, stride, present }
}

/** Bit `position` of a row's word says that it has no value. */
function presentIn(nulls: Int32Array, stride: number, position: number, rows: number): Uint8Array {
  const present = new Uint8Array(rows)
  for (let row = 0; row < rows; row++) present[row] = ((nulls[row * stride] as number) >> (position & 31)) & 1 ? 0 : 1
  return present
}

/** Rows that only carry a distinct value have no other metrics; a count of theirs is 0. */
function padded(words: StoredWords, groupCount: number, total: number): StoredWords {
  if (groupCount === total) return words
  const { stride } = words
  const low = new Int32Array(total * stride)
  const high = new Int32Array(total * stride)
  low.set(words.low.subarray(0, groupCount * stride))
  if (words.high !== null) high.set(words.high.subarray(0, groupCount * stride))
  const present = new Uint8Array(total)
  if (words.present === null) present.fill(1)
  else present.set(words.present.subarray(0, groupCount))
  return { low, high, stride, present }
}
