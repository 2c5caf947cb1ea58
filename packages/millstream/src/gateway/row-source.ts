import { writeJson } from '../codec/json-write.ts'
import type { Batch } from '../data/batch.ts'
import type { RejectedRow } from '../log/log.ts'
import type { EventBody } from './content-type.ts'

/** The bytes and the place of a row that the scanner took, for the rare case that it is refused afterwards. */
export type RowSource = (row: number) => Pick<RejectedRow, 'bytes' | 'line' | 'column'>

/** NDJSON rows are found again in the body; rows of other bodies are written as JSON from their columns. */
export function rowSource(bytes: Uint8Array, body: EventBody, batch: Batch, rejected: readonly RejectedRow[]): RowSource {
  if (body !== 'ndjson') return (row) => rewritten(batch, row)
  const refusedLines = new Set(rejected.map(({ line }) => line))
  const starts: { from: number; to: number; line: number }[] = []
  let line = 0
  for (let from = 0; from < bytes.length; ) {
    const newline = bytes.indexOf(10, from)
    const to = newline < 0 ? bytes.length : newline
    line++
    if (!refusedLines.has(line) && !isBlank(bytes, from, to)) starts.push({ from, to, line })
    from = to + 1
  }
  return (row) => {
    const found = starts[row]
    if (found === undefined) return rewritten(batch, row)
    return { bytes: bytes.slice(found.from, found.to), line: found.line, column: 1 }
  }
}

const rewritten = (batch: Batch, row: number): ReturnType<RowSource> => ({
  bytes: writeJson(batch.take(Int32Array.of(row)), 'json').slice(1, -1),
  line: 1,
  column: 1,
})

function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at]
    if (byte !== 32 && byte !== 9 && byte !== 13) return false
  }
  return true
}
