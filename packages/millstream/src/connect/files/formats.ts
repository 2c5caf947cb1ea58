import { errors } from '../../base/errors.ts'
import { csvScanner } from '../../codec/csv/csv-scanner.ts'
import { writeCsv } from '../../codec/csv/csv-write.ts'
import { jsonScanner } from '../../codec/json/scanner.ts'
import { writeJson } from '../../codec/json-write.ts'
import { parquetEncoder } from '../../codec/parquet/parquet-writer.ts'
import type { ScanResult } from '../../codec/scan-result.ts'
import { Batch } from '../../data/batch.ts'
import type { Column } from '../../data/column.ts'
import type { Schema } from '../../data/schema.ts'
import type { TableOptions } from '../table-options.ts'

/** Reads whole records of a file. */
export type RecordReader = (bytes: Uint8Array) => ScanResult

export interface ReadFormat {
  /** Rows that cannot be read are left out instead of failing the job. */
  readonly ignoreErrors: boolean
  /** `stored`: all columns of the file, in order; `wanted`: some of them. */
  reader(stored: Schema, wanted: Schema): RecordReader
  /** Where the last whole record in the first `length` bytes ends; 0 when there is none. */
  recordsEnd(bytes: Uint8Array, length: number): number
}

export interface WriteFormat {
  /** Of file names, without the dot. */
  readonly extension: string
  /** A file cut anywhere between two `add`s is good so far, so it may go on over checkpoints. */
  readonly goesOn: boolean
  encoder(schema: Schema): FileEncoder
}

/** Makes the bytes of one file out of batches. */
export interface FileEncoder {
  add(batch: Batch): Uint8Array
  /** What stands behind the last row. */
  end(): Uint8Array
}

const formats = ['json', 'csv', 'parquet'] as const

/** Flink's formats: json is an object a line; csv is without a header, its columns in the order of the table. */
export function readFormatOf(options: TableOptions): ReadFormat {
  const format = options.oneOf('format', formats, 'json')
  if (format === 'parquet') throw errors.fail('MS-5000', { feature: 'Reading Parquet files' })
  if (format === 'json') {
    return {
      ignoreErrors: options.boolean('json.ignore-parse-errors', false),
      reader(_stored, wanted) {
        const scan = jsonScanner(wanted, { unknownFields: 'drop' })
        return (bytes) => scan(bytes, 'ndjson')
      },
      recordsEnd: (bytes, length) => bytes.lastIndexOf(10, length - 1) + 1,
    }
  }
  const nullLiteral = options.text('csv.null-literal')
  return {
    ignoreErrors: options.boolean('csv.ignore-parse-errors', false),
    reader(stored, wanted) {
      const scan = csvScanner(stored, {
        unknownFields: 'drop',
        header: false,
        delimiter: delimiterOf(options),
        ...(nullLiteral === null ? {} : { nullLiteral }),
      })
      return (bytes) => {
        const { batch, ...rest } = scan(bytes)
        const columns = wanted.fields.map((field) => batch.columns[stored.position(field.name)] as Column)
        return { ...rest, batch: new Batch(wanted, batch.rowCount, columns) }
      }
    },
    recordsEnd: csvRecordsEnd,
  }
}

export function writeFormatOf(options: TableOptions): WriteFormat {
  const format = options.oneOf('format', formats, 'json')
  if (format === 'parquet') return { extension: 'parquet', goesOn: false, encoder: parquetEncoder }
  const nothing = (): Uint8Array => new Uint8Array(0)
  if (format === 'json') {
    const times = options.oneOf('json.timestamp-format.standard', ['sql', 'iso-8601'], 'sql') === 'sql' ? 'sql' : 'iso'
    return { extension: 'json', goesOn: true, encoder: () => ({ add: (batch) => writeJson(batch, 'ndjson', { times }), end: nothing }) }
  }
  const delimiter = delimiterOf(options)
  const nullLiteral = options.text('csv.null-literal') ?? ''
  return {
    extension: 'csv',
    goesOn: true,
    encoder: () => ({ add: (batch) => writeCsv(batch, { header: false, delimiter, nullLiteral, times: 'sql' }), end: nothing }),
  }
}

function delimiterOf(options: TableOptions): string {
  const text = options.text('csv.field-delimiter') ?? ','
  return text === '\\t' ? '\t' : text
}

/** A newline within quotes ends no record: before one that does, quotes are even in number. */
function csvRecordsEnd(bytes: Uint8Array, length: number): number {
  let quoted = false
  let end = 0
  for (let at = 0; at < length; at++) {
    if (bytes[at] === 34) quoted = !quoted
    else if (bytes[at] === 10 && !quoted) end = at + 1
  }
  return end
}
