import type { DuckDBConnection } from '@duckdb/node-api'
import { must } from '../base/assert.ts'
import { faultPlace } from '../base/fault.ts'
import { limits } from '../base/limits.ts'
import { datasetColumns } from '../druid/dataset-layout.ts'
import { bucketStart, type Granularity, nextBucket, parseGranularity } from '../druid/granularity.ts'
import type { DatasetChunk, DatasetColumn, DatasetTable, Interval } from '../model/dataset-query.ts'
import type { DatasetDescriptor } from '../model/datasets.ts'
import { appendRows, type StoredKind, storeTypeOf } from './chunk-writer.ts'
import { compacted } from './compaction.ts'
import type { Duck } from './duck.ts'
import { Interner } from './interner.ts'
import type { Placement } from './print.ts'
import type { StoredRows } from './rollup.ts'

/** What a dataset took from a range of a partition's offsets, shown under a minute. */
export interface TakenRange {
  readonly partition: number
  readonly from: number
  readonly to: number
  readonly in: number
  readonly out: number
  readonly late: number
  readonly refused: number
  readonly minuteMs: number
}

/**
 * A dataset's file:
 *
 *   c_<n>       a time chunk: c0 = time, c1.. = the columns in order (strings as ids), r = 1 or 0 (see DatasetTable)
 *   chunks      n, start, end, least and greatest time, rows, and how many rows there were after the last compaction
 *   dictionary  id, value: the strings of all chunks
 *   offsets     partition, next: what the rows contain, changed in the transaction that adds them
 *   ledger      the account of what was taken, added in the same transaction
 *   format      version of this layout
 *
 * A table a chunk: retention and replacement are DROP and swap, whatever their size.
 */
export interface DatasetFile {
  readonly table: DatasetTable
  readonly interner: Interner
  readonly placement: Placement
  offset(partition: number): number
  /** Adds rows, and says what they are made of: all or nothing. */
  commit(rows: StoredRows | null, taken: readonly TakenRange[]): Promise<void>
  /** Takes what the file holds now: a commit that failed may have been done or not. */
  reload(): Promise<void>
  /** Rolls up again the chunk that has grown most since; answers whether there was one. */
  compact(): Promise<boolean>
  /** Drops the chunks that end before. */
  dropBefore(timeMs: number): Promise<number>
  /** The account by minute. */
  ledger(): Promise<readonly TakenRange[]>
  close(): Promise<void>
}

const formatVersion = 1

export async function openDatasetFile(duck: Duck, path: string, dataset: DatasetDescriptor): Promise<DatasetFile> {
  const database = await duck.attach(path)
  const connection = await duck.connect()
  const columns = datasetColumns(dataset)
  const hasDistinctRows = columns.some((column) => column.type === 'DISTINCT')
  const kinds = [...columns.slice(1).map(kindOf), ...(hasDistinctRows ? (['flag'] as const) : [])]
  const segment = parseGranularity(dataset.segmentGranularity)
  await createTables(connection, database)
  const interner = await readDictionary(connection, database)
  const offsets = await readOffsets(connection, database)
  const chunks = await readChunks(connection, database)
  let stored = interner.count
  let table = tableOf(dataset, columns, hasDistinctRows, chunks)

  const reload = async (): Promise<void> => {
    const [entries] = await numbers(connection, `SELECT count(*) FROM ${database}.dictionary`)
    const [offsetsNow, chunksNow] = [await readOffsets(connection, database), await readChunks(connection, database)]
    stored = entries?.[0] ?? 0
    offsets.clear()
    for (const [partition, offset] of offsetsNow) offsets.set(partition, offset)
    chunks.splice(0, chunks.length, ...chunksNow)
    table = tableOf(dataset, columns, hasDistinctRows, chunks)
  }

  const commit = async (rows: StoredRows | null, taken: readonly TakenRange[]): Promise<void> => {
    const touched = new Map<number, { readonly chunk: StoredChunk; readonly isNew: boolean }>()
    let next = chunks.reduce((most, chunk) => Math.max(most, chunk.n + 1), 0)
    await inTransaction(connection, async () => {
      if (interner.count > stored) await appendDictionary(connection, database, interner, stored)
      if (rows !== null && rows.rowCount > 0) {
        for (const part of byChunk(rows, segment)) {
          const known = chunks.find((chunk) => chunk.startMs === part.startMs)
          const n = known?.n ?? next++
          if (known === undefined) {
            const definitions = kinds.map((kind, position) => `${kind === 'flag' ? 'r' : `c${position + 1}`} ${storeTypeOf(kind)}`)
            await connection.run(`CREATE TABLE ${database}.c_${n} (${['c0 BIGINT', ...definitions].join(', ')})`)
          }
          await appendRows(connection, database, `c_${n}`, kinds, rows, part.rows)
          const chunk: StoredChunk = {
            n,
            startMs: part.startMs,
            endMs: part.endMs,
            minTimeMs: Math.min(known?.minTimeMs ?? Number.POSITIVE_INFINITY, part.minTimeMs),
            maxTimeMs: Math.max(known?.maxTimeMs ?? Number.NEGATIVE_INFINITY, part.maxTimeMs),
            rows: (known?.rows ?? 0) + part.count,
            merged: known?.merged ?? 0,
            growth: known?.growth ?? limits.datasetCompactGrowth,
          }
          touched.set(n, { chunk, isNew: known === undefined })
          await writeChunk(connection, database, chunk)
        }
      }
      for (const range of taken) {
        await connection.run(`DELETE FROM ${database}.offsets WHERE part = ${range.partition}`)
        await connection.run(`INSERT INTO ${database}.offsets VALUES (${range.partition}, ${range.to})`)
        const { partition, from, to, in: taking, out, late, refused, minuteMs } = range
        await connection.run(
          `INSERT INTO ${database}.ledger VALUES (${[partition, from, to, taking, out, late, refused, minuteMs].join(', ')})`,
        )
      }
      faultPlace('handover')
    })
    stored = interner.count
    for (const range of taken) offsets.set(range.partition, range.to)
    for (const { chunk } of touched.values()) {
      const at = chunks.findIndex((other) => other.n === chunk.n)
      if (at < 0) chunks.push(chunk)
      else chunks[at] = chunk
    }
    chunks.sort((a, b) => a.startMs - b.startMs)
    table = tableOf(dataset, columns, hasDistinctRows, chunks)
  }

  return {
    get table() {
      return table
    },
    interner,
    placement: {
      dictionary: () => `${database}.dictionary`,
      chunks: (_, intervals) => {
        const wanted = chunks.filter((chunk) => intervals === null || overlaps(chunk, intervals))
        if (wanted.length > 0) return wanted.map((chunk) => `${database}.c_${chunk.n}`)
        const shape = ['c0 BIGINT', ...kinds.map((kind, position) => `${kind === 'flag' ? 'r' : `c${position + 1}`} ${storeTypeOf(kind)}`)]
        return [`(SELECT ${shape.map((item) => `CAST(NULL AS ${item.split(' ')[1]}) AS ${item.split(' ')[0]}`).join(', ')} WHERE FALSE)`]
      },
    },
    offset: (partition) => offsets.get(partition) ?? 0,
    commit,
    reload,
    async compact() {
      const grown = chunks.filter((chunk) => chunk.rows >= chunk.merged * chunk.growth + limits.datasetCompactRows)
      const chunk = grown.sort((a, b) => b.rows - b.merged - (a.rows - a.merged))[0]
      if (chunk === undefined || !dataset.rollup) return false
      const n = chunks.reduce((most, each) => Math.max(most, each.n + 1), 0)
      let smaller: StoredChunk = { ...chunk, merged: chunk.rows, growth: limits.datasetCompactGrowthMax }
      try {
        smaller = await inTransaction(connection, async () => {
          await connection.run(`CREATE TABLE ${database}.c_${n} AS ${compacted(dataset, columns, `${database}.c_${chunk.n}`)}`)
          const [count] = await numbers(connection, `SELECT count(*) FROM ${database}.c_${n}`)
          await dropChunk(connection, database, chunk)
          const rows = count?.[0] ?? 0
          const growth = rows * 2 > chunk.rows ? limits.datasetCompactGrowthMax : limits.datasetCompactGrowth
          const written: StoredChunk = { ...chunk, n, rows, merged: rows, growth }
          await writeChunk(connection, database, written)
          return written
        })
      } catch {
        // Nothing is lost: the chunk stays as it is, and is tried again when it has grown.
        await reload()
        const at = chunks.findIndex(({ n: known }) => known === chunk.n)
        if (at >= 0) chunks[at] = smaller
        return false
      }
      chunks[chunks.indexOf(chunk)] = smaller
      table = tableOf(dataset, columns, hasDistinctRows, chunks)
      return true
    },
    async dropBefore(timeMs) {
      const old = chunks.filter((chunk) => chunk.endMs <= timeMs)
      for (const chunk of old) {
        await inTransaction(connection, () => dropChunk(connection, database, chunk))
        chunks.splice(chunks.indexOf(chunk), 1)
      }
      if (old.length > 0) table = tableOf(dataset, columns, hasDistinctRows, chunks)
      return old.length
    },
    async ledger() {
      const rows = await numbers(
        connection,
        `SELECT part, min(first), max(past), sum(taken)::BIGINT, sum(kept)::BIGINT, sum(late)::BIGINT, sum(refused)::BIGINT, minute
         FROM ${database}.ledger GROUP BY part, minute ORDER BY part, minute`,
      )
      return rows.map(
        ([partition, from, to, taking, out, late, refused, minuteMs]) =>
          ({ partition, from, to, in: taking, out, late, refused, minuteMs }) as TakenRange,
      )
    },
    async close() {
      connection.closeSync()
      await duck.detach(database)
    },
  }
}

interface StoredChunk extends DatasetChunk {
  readonly n: number
  /** Rows after the last compaction. */
  readonly merged: number
  /** How many times that it grows before the next; not stored. */
  readonly growth: number
}

const kindOf = ({ type }: DatasetColumn): StoredKind =>
  type === 'STRING' ? 'id' : type === 'DOUBLE' || type === 'FLOAT' ? 'double' : 'long'

const overlaps = (chunk: DatasetChunk, intervals: readonly Interval[]): boolean =>
  intervals.some((interval) => interval.startMs <= chunk.maxTimeMs && interval.endMs > chunk.minTimeMs)

function tableOf(
  dataset: DatasetDescriptor,
  columns: readonly DatasetColumn[],
  hasDistinctRows: boolean,
  chunks: readonly DatasetChunk[],
): DatasetTable {
  const { uid, tenant, name, rollup, queryGranularity } = dataset
  return { uid, tenant, name, columns, hasDistinctRows, rollup, queryGranularity, chunks: [...chunks] }
}

interface ChunkPart {
  readonly startMs: number
  readonly endMs: number
  readonly minTimeMs: number
  readonly maxTimeMs: number
  readonly count: number
  /** null: all. */
  readonly rows: Int32Array | null
}

/** The rows of each time chunk, in their order. */
function byChunk({ times, rowCount }: StoredRows, segment: Granularity): ChunkPart[] {
  const { low, stride } = times
  const high = must(times.high, 'times have two words')
  const parts: { startMs: number; endMs: number; minTimeMs: number; maxTimeMs: number; count: number }[] = []
  const positions = new Map<number, number>()
  const partOf = new Int32Array(rowCount)
  let current = -1
  let start = 0
  let end = 0
  for (let row = 0; row < rowCount; row++) {
    const time = (high[row * stride] as number) * 4_294_967_296 + ((low[row * stride] as number) >>> 0)
    if (current < 0 || time < start || time >= end) {
      start = segment.kind === 'all' ? Number.MIN_SAFE_INTEGER : bucketStart(segment, time)
      end = segment.kind === 'all' ? Number.MAX_SAFE_INTEGER : nextBucket(segment, start)
      current = positions.get(start) ?? -1
      if (current < 0) {
        current = parts.push({ startMs: start, endMs: end, minTimeMs: time, maxTimeMs: time, count: 0 }) - 1
        positions.set(start, current)
      }
    }
    const part = parts[current] as (typeof parts)[number]
    if (time < part.minTimeMs) part.minTimeMs = time
    if (time > part.maxTimeMs) part.maxTimeMs = time
    part.count++
    partOf[row] = current
  }
  if (parts.length === 1) return parts.map((part) => ({ ...part, rows: null }))
  const rows = parts.map(({ count }) => new Int32Array(count))
  const next = new Int32Array(parts.length)
  for (let row = 0; row < rowCount; row++) {
    const part = partOf[row] as number
    const at = next[part] as number
    ;(rows[part] as Int32Array)[at] = row
    next[part] = at + 1
  }
  return parts.map((part, position) => ({ ...part, rows: rows[position] as Int32Array }))
}

async function writeChunk(connection: DuckDBConnection, database: string, chunk: StoredChunk): Promise<void> {
  const { n, startMs, endMs, minTimeMs, maxTimeMs, rows, merged } = chunk
  await connection.run(`DELETE FROM ${database}.chunks WHERE n = ${n}`)
  await connection.run(`INSERT INTO ${database}.chunks VALUES (${[n, startMs, endMs, minTimeMs, maxTimeMs, rows, merged].join(', ')})`)
}

async function dropChunk(connection: DuckDBConnection, database: string, { n }: StoredChunk): Promise<void> {
  await connection.run(`DROP TABLE ${database}.c_${n}`)
  await connection.run(`DELETE FROM ${database}.chunks WHERE n = ${n}`)
}

/** All of it or nothing; a failure leaves the connection ready for the next. */
async function inTransaction<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
  await connection.run('BEGIN')
  try {
    const result = await work()
    await connection.run('COMMIT')
    return result
  } catch (error) {
    // There is none to roll back when it was the commit that failed.
    await connection.run('ROLLBACK').catch(() => {})
    throw error
  }
}

const tables = [
  'format (version BIGINT)',
  'dictionary (id INTEGER, value VARCHAR)',
  'offsets (part BIGINT, next BIGINT)',
  'chunks (n BIGINT, start BIGINT, past BIGINT, least BIGINT, most BIGINT, row_count BIGINT, merged BIGINT)',
  'ledger (part BIGINT, first BIGINT, past BIGINT, taken BIGINT, kept BIGINT, late BIGINT, refused BIGINT, minute BIGINT)',
]

async function createTables(connection: DuckDBConnection, database: string): Promise<void> {
  const version = await inTransaction(connection, async () => {
    for (const definition of tables) await connection.run(`CREATE TABLE IF NOT EXISTS ${database}.${definition}`)
    const [known] = await numbers(connection, `SELECT version FROM ${database}.format`)
    if (known === undefined) await connection.run(`INSERT INTO ${database}.format VALUES (${formatVersion})`)
    return known
  })
  if (version !== undefined && version[0] !== formatVersion)
    throw new Error(`the dataset's file has format ${version[0]}, this Millstream writes ${formatVersion}`)
}

async function numbers(connection: DuckDBConnection, text: string): Promise<number[][]> {
  const reader = await connection.runAndReadAll(text)
  return reader.getRows().map((row) => row.map(Number))
}

async function readDictionary(connection: DuckDBConnection, database: string): Promise<Interner> {
  const interner = new Interner()
  const reader = await connection.runAndReadAll(`SELECT value FROM ${database}.dictionary ORDER BY id`)
  for (const value of reader.getColumns()[0] ?? []) interner.idOfText(String(value))
  return interner
}

async function readOffsets(connection: DuckDBConnection, database: string): Promise<Map<number, number>> {
  return new Map(
    (await numbers(connection, `SELECT part, next FROM ${database}.offsets`)).map(([part, next]) => [part as number, next as number]),
  )
}

async function readChunks(connection: DuckDBConnection, database: string): Promise<StoredChunk[]> {
  const rows = await numbers(connection, `SELECT n, start, past, least, most, row_count, merged FROM ${database}.chunks ORDER BY start`)
  return rows.map(
    ([n, startMs, endMs, minTimeMs, maxTimeMs, count, merged]) =>
      ({ n, startMs, endMs, minTimeMs, maxTimeMs, rows: count, merged, growth: limits.datasetCompactGrowth }) as StoredChunk,
  )
}

async function appendDictionary(connection: DuckDBConnection, database: string, interner: Interner, from: number): Promise<void> {
  const { DuckDBDataChunk, INTEGER, VARCHAR } = await import('@duckdb/node-api')
  const appender = await connection.createAppender('dictionary', 'main', database)
  const chunk = DuckDBDataChunk.create([INTEGER, VARCHAR])
  for (let id = from; id < interner.count; id += 2048) {
    const count = Math.min(2048, interner.count - id)
    const ids = Array.from({ length: count }, (_, index) => id + index)
    chunk.reset()
    chunk.setColumns([ids, ids.map((each) => interner.text(each))])
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}
