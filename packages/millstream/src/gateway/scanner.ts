import { csvScanner } from '../codec/csv/csv-scanner.ts'
import { type JsonScanOptions, jsonScanner } from '../codec/json/scanner.ts'
import type { ScanResult } from '../codec/scan-result.ts'
import { streamOptions } from '../config/stream-options.ts'
import { Batch } from '../data/batch.ts'
import { type Contract, physicalSchema, unknownFields } from '../data/contract.ts'
import { Schema } from '../data/schema.ts'
import type { EventBody } from './content-type.ts'

/** A body as rows of the contract: those that it takes as columns, those that it refuses with the reason. */
export type EventScanner = (bytes: Uint8Array, body: EventBody) => Pick<ScanResult, 'batch' | 'rejected'>

/** The scanner of one version of a contract. Fields that it keeps without knowing them are one more column, where there are any. */
export function scannerOf(contract: Contract): EventScanner {
  const schema = physicalSchema(contract)
  const widerSchema = new Schema([...schema.fields, unknownFields])
  const options = scanOptions(contract)
  const json = jsonScanner(schema, options)
  let csv: ((bytes: Uint8Array) => ScanResult) | null = null
  return (bytes, body) => {
    if (body === 'csv') csv ??= csvScanner(schema, options)
    const scanned = body === 'csv' && csv !== null ? csv(bytes) : json(bytes, body === 'json' ? 'json' : 'ndjson')
    const { batch, rejected, unknown } = scanned
    if (unknown === null) return scanned
    return { batch: new Batch(widerSchema, batch.rowCount, [...batch.columns, unknown]), rejected }
  }
}

function scanOptions(contract: Contract): JsonScanOptions {
  const options = streamOptions.parse(contract.options)
  const kept = {
    unknownFields: options['contract.unknown-fields'] ?? 'keep',
    textNumbers: options['contract.text-numbers'] === 'accept',
  }
  const column = contract.watermark?.column
  return column === undefined ? kept : { ...kept, timeFormats: { [column]: options['event-time.format'] ?? 'iso' } }
}
