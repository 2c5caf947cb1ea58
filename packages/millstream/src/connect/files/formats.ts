import { errors } from '../../base/errors.ts'
import { jsonScanner } from '../../codec/json/scanner.ts'
import { writeJson } from '../../codec/json-write.ts'
import type { ScanResult } from '../../codec/scan-result.ts'
import type { Batch } from '../../data/batch.ts'
import type { Schema } from '../../data/schema.ts'
import type { TableOptions } from '../table-options.ts'

/** Reads whole lines of a file: `header` is its first line, for formats that have one. */
export type LineReader = (lines: Uint8Array) => ScanResult

export interface ReadFormat {
  /** Rows that cannot be read are left out instead of failing the job. */
  readonly ignoreErrors: boolean
  reader(schema: Schema): LineReader
}

/** Makes the bytes of one file out of batches. */
export interface FileEncoder {
  add(batch: Batch): Uint8Array
  /** What stands behind the last row. */
  end(): Uint8Array
}

export const readFormats = ['json'] as const

export function readFormatOf(options: TableOptions): ReadFormat {
  options.oneOf('format', readFormats, 'json')
  return {
    ignoreErrors: options.boolean('json.ignore-parse-errors', false),
    reader(schema) {
      const scan = jsonScanner(schema, { unknownFields: 'drop' })
      return (lines) => scan(lines, 'ndjson')
    },
  }
}

export interface WriteFormat {
  /** Of file names, without the dot. */
  readonly extension: string
  encoder(schema: Schema): FileEncoder
}

export function writeFormatOf(options: TableOptions): WriteFormat {
  const format = options.oneOf('format', ['json', 'csv', 'parquet'], 'json')
  if (format !== 'json') throw errors.fail('MS-5000', { feature: `Writing files in the format ${format}` })
  const times = options.oneOf('json.timestamp-format.standard', ['sql', 'iso-8601'], 'sql') === 'sql' ? 'sql' : 'iso'
  return {
    extension: 'json',
    encoder: () => ({ add: (batch) => writeJson(batch, 'ndjson', { times }), end: () => new Uint8Array(0) }),
  }
}
