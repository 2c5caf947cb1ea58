import type { DuckDBConnection } from '@duckdb/node-api'
import type { StoredWords } from './accumulators.ts'
import type { StoredRows } from './rollup.ts'

const vectorRows = 2048
const storeType = { id: 'INTEGER', long: 'BIGINT', double: 'DOUBLE', flag: 'BIGINT' } as const
export type StoredKind = keyof typeof storeType
export const storeTypeOf = (kind: StoredKind): string => storeType[kind]

/**
 * Appends rows to a chunk's table by whole vectors: each column's words are copied once. `rows` chooses which, in order
 * (null: all). The connection's transaction decides whether they count.
 */
export async function appendRows(
  connection: DuckDBConnection,
  database: string,
  table: string,
  kinds: readonly StoredKind[],
  stored: StoredRows,
  rows: Int32Array | null,
): Promise<void> {
  const { DuckDBDataChunk, INTEGER, BIGINT, DOUBLE } = await import('@duckdb/node-api')
  const { default: bindings } = await import('@duckdb/node-bindings')
  const types = { id: INTEGER, long: BIGINT, double: DOUBLE, flag: BIGINT }
  const appender = await connection.createAppender(table, 'main', database)
  const chunk = DuckDBDataChunk.create([BIGINT, ...kinds.map((kind) => types[kind])])
  const words = new Int32Array(vectorRows * 2)
  const validity = new Uint8Array(vectorRows / 8)
  const flags = kinds.indexOf('flag')
  const numbers = new Int32Array(vectorRows)
  const total = rows === null ? stored.rowCount : rows.length
  for (let from = 0; from < total; from += vectorRows) {
    const count = Math.min(vectorRows, total - from)
    for (let row = 0; row < count; row++) numbers[row] = rows === null ? from + row : (rows[from + row] as number)
    const slice = numbers.subarray(0, count)
    chunk.reset()
    chunk.rowCount = count
    const put = (position: number, bytesPerRow: number): void =>
      bindings.copy_data_to_vector(bindings.data_chunk_get_vector(chunk.chunk, position), 0, words.buffer, 0, count * bytesPerRow)
    wordsTo(words, stored.times, slice)
    put(0, 8)
    stored.columns.forEach((column, position) => {
      const narrow = kinds[position] === 'id'
      if (narrow) for (let row = 0; row < count; row++) words[row] = column.low[(slice[row] as number) * column.stride] as number
      else wordsTo(words, column, slice)
      put(position + 1, narrow ? 4 : 8)
      if (!validityTo(validity, column, slice)) return
      const vector = bindings.data_chunk_get_vector(chunk.chunk, position + 1)
      bindings.vector_ensure_validity_writable(vector)
      bindings.copy_data_to_vector_validity(vector, 0, validity.buffer, 0, Math.ceil(count / 64) * 8)
    })
    if (flags >= 0) {
      for (let row = 0; row < count; row++) {
        words[2 * row] = stored.rows === null ? 1 : (stored.rows[slice[row] as number] as number)
        words[2 * row + 1] = 0
      }
      put(flags + 1, 8)
    }
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}

function wordsTo(words: Int32Array, { low, high, stride }: StoredWords, rows: Int32Array): void {
  for (let row = 0; row < rows.length; row++) {
    const at = (rows[row] as number) * stride
    words[2 * row] = low[at] as number
    words[2 * row + 1] = high === null ? 0 : (high[at] as number)
  }
}

/** False: every row is present. */
function validityTo(validity: Uint8Array, column: StoredWords, rows: Int32Array): boolean {
  const { present } = column
  if (present === null) return false
  let all = 1
  for (let row = 0; row < rows.length; row++) all &= present[rows[row] as number] as number
  if (all === 1) return false
  validity.fill(255)
  for (let row = 0; row < rows.length; row++) {
    if (present[rows[row] as number] === 0) validity[row >> 3] = (validity[row >> 3] as number) & ~(1 << (row & 7))
  }
  return true
}
