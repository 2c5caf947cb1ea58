import { Batch } from '../data/batch.ts'
import { Schema } from '../data/schema.ts'
import { types } from '../data/types.ts'
import type { RejectedRow } from './log.ts'

/** The columns of a block's rejected rows; a column's id in the directory is its position here plus one. */
export const rejectedSchema = new Schema([
  { name: 'bytes', type: types.bytes(false) },
  { name: 'reason', type: types.string(false) },
  { name: 'code', type: types.string(false) },
  { name: 'line', type: types.int(false) },
  { name: 'column', type: types.int(false) },
])

export function rejectedBatch(rows: readonly RejectedRow[]): Batch {
  return Batch.of(
    rejectedSchema,
    rows.map((row) => [row.bytes, row.reason, row.code, row.line, row.column]),
  )
}

export function rejectedRows(batch: Batch): RejectedRow[] {
  return batch.rows().map(([bytes, reason, code, line, column]) => ({
    bytes: bytes as Uint8Array,
    reason: reason as string,
    code: code as string,
    line: line as number,
    column: column as number,
  }))
}
