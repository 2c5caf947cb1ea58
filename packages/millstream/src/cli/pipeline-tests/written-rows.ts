import { errors } from '../../base/errors.ts'
import { type JsonScanOptions, jsonScanner } from '../../codec/json/scanner.ts'
import { streamOptions } from '../../config/stream-options.ts'
import { Batch } from '../../data/batch.ts'
import type { Schema } from '../../data/schema.ts'
import type { TableDescriptor } from '../../model/tables.ts'
import type { WrittenRow } from './test-file.ts'

/** Rows of a test as a table's columns, read as strictly as the edge reads events. What does not fit is told at its place. */
export function batchOf(rows: readonly WrittenRow[], schema: Schema, table: TableDescriptor): Batch {
  const scan = jsonScanner(schema, scanOptions(table))
  const encoder = new TextEncoder()
  const batches = rows.map(({ json, place }) => {
    const { batch, rejected } = scan(encoder.encode(json), 'json')
    const refused = rejected[0]
    if (refused !== undefined) throw errors.fail('MS-7015', { reason: `This is no row of ${table.name}: ${refused.reason}` }, place)
    return batch
  })
  return batches.length === 0 ? Batch.of(schema, []) : Batch.concat(schema, batches)
}

/** A column that the table does not have is always told: here it is a slip of the pen. */
function scanOptions(table: TableDescriptor): JsonScanOptions {
  if (table.kind !== 'stream') return { unknownFields: 'reject' }
  const options = streamOptions.parse(table.options)
  const textNumbers = options['contract.text-numbers'] === 'accept'
  const column = table.watermark?.column
  const timeFormats = column === undefined ? {} : { [column]: options['event-time.format'] ?? 'iso' }
  return { unknownFields: 'reject', textNumbers, timeFormats }
}
