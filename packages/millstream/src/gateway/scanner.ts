import { csvScanner } from '../codec/csv/csv-scanner.ts'
import { type JsonScanOptions, jsonScanner } from '../codec/json/scanner.ts'
import type { ScanResult } from '../codec/scan-result.ts'
import type { TimeFormat } from '../codec/times.ts'
import { type Contract, physicalSchema } from '../data/contract.ts'
import type { EventBody } from './content-type.ts'

/** A body as rows of the contract: those that it takes as columns, those that it refuses with the reason. */
export type EventScanner = (bytes: Uint8Array, body: EventBody) => ScanResult

/** The scanner of one version of a contract. */
export function scannerOf(contract: Contract): EventScanner {
  const schema = physicalSchema(contract)
  const options = scanOptions(contract)
  const json = jsonScanner(schema, options)
  let csv: ((bytes: Uint8Array) => ScanResult) | null = null
  return (bytes, body) => {
    if (body !== 'csv') return json(bytes, body)
    csv ??= csvScanner(schema, options)
    return csv(bytes)
  }
}

function scanOptions(contract: Contract): JsonScanOptions {
  const unknownFields = (contract.options['contract.unknown-fields'] ?? 'keep') as JsonScanOptions['unknownFields']
  const format = contract.options['event-time.format'] as TimeFormat | undefined
  const column = contract.watermark?.column
  return format === undefined || column === undefined ? { unknownFields } : { unknownFields, timeFormats: { [column]: format } }
}
