import { errors } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import { near } from '../../base/near.ts'
import { Batch } from '../../data/batch.ts'
import type { Schema } from '../../data/schema.ts'
import { isString } from '../../data/types.ts'
import { Cursor, refusal } from '../cursor.ts'
import { Refusals, rowsMaxOf, type ScanResult } from '../scan-result.ts'
import { scratchOf } from '../scratch.ts'
import type { TimeFormat } from '../times.ts'
import { UnknownTexts } from '../unknown-texts.ts'
import { fieldReader } from './csv-fields.ts'
import { CsvRecord } from './record.ts'

export interface CsvScanOptions {
  /** Columns of the header that the contract does not name. */
  readonly unknownFields: 'keep' | 'drop' | 'reject'
  readonly timeFormats?: { readonly [name: string]: TimeFormat }
  /** Whether the first record names the columns (true unless said); else they stand in the order of the schema. */
  readonly header?: boolean
  /** One ASCII character, `,` unless said. */
  readonly delimiter?: string
  /** A field with this text, not quoted, is null. An empty field that is not quoted is null for all but NOT NULL strings. */
  readonly nullLiteral?: string
}

/**
 * RFC 4180 into typed columns, through the same contract and with the same account as JSON. Line ends are CRLF or LF.
 * A record whose quotes do not match costs its first line only: reading goes on at the next one.
 */
export function csvScanner(schema: Schema, options: CsvScanOptions): (bytes: Uint8Array) => ScanResult {
  let capacity: number = limits.scanRowsStart
  const rowsMax = rowsMaxOf(schema.width)
  const cursor = new Cursor()
  const columns = schema.fields.map((field) => scratchOf(field.type, capacity))
  const readers = schema.fields.map((field, i) =>
    fieldReader(field.type, columns[i] as (typeof columns)[number], cursor, options.timeFormats?.[field.name] ?? 'iso'),
  )
  const record = new CsvRecord((options.delimiter ?? ',').charCodeAt(0))
  const nullLiteral = options.nullLiteral === undefined ? null : new TextEncoder().encode(options.nullLiteral)
  const unknown = new UnknownTexts()
  const present = new Uint8Array(columns.length)

  /** Schema position of each field of a record; -1 for those that the contract does not name. */
  const positionsOf = (names: readonly string[]): Int32Array => {
    const seen = new Set<string>()
    return Int32Array.from(names, (name) => {
      if (seen.has(name)) throw errors.fail('MS-1011', { reason: `the header names ${name} twice` })
      seen.add(name)
      const position = schema.position(name)
      if (position < 0 && options.unknownFields === 'reject') {
        const known = schema.fields.map((field) => field.name)
        const [nearest] = near(name, known)
        throw errors.fail('MS-1011', { reason: `the contract has no column ${name}${nearest === undefined ? '' : ` (${nearest}?)`}` })
      }
      return position
    })
  }

  /** 0, or why the row is refused; `cursor.field` and `cursor.failedAt` say where. */
  const readRow = (positions: Int32Array, names: readonly string[], row: number): number => {
    cursor.field = -1
    cursor.failedAt = record.start
    if (record.count !== positions.length) return refusal.fields
    if (record.end - record.start > limits.rowBytesMax) return refusal.size
    for (let position = 0; position < columns.length; position++) present[position] = 0
    unknown.begin()
    for (let field = 0; field < record.count; field++) {
      const position = positions[field] as number
      cursor.failedAt = record.placeOf(field)
      if (position < 0) {
        if (options.unknownFields === 'keep' && !record.isEmpty(field)) unknown.add(names[field] as string, record.text(field))
        continue
      }
      cursor.field = position
      present[position] = 1
      const { type } = schema.fields[position] as Schema['fields'][number]
      const column = columns[position] as (typeof columns)[number]
      const text = isString(type)
      if (record.isNull(field, nullLiteral, text && !type.nullable)) {
        if (!type.nullable) return refusal.nullValue
        column.setNull(row)
        continue
      }
      const failed = record.read(field, !text, readers[position] as (typeof readers)[number], row)
      if (failed !== 0) return failed
    }
    for (let position = 0; position < columns.length; position++) {
      if (present[position] === 1) continue
      cursor.field = position
      if ((schema.fields[position] as Schema['fields'][number]).type.nullable) (columns[position] as (typeof columns)[number]).setNull(row)
      else return refusal.missing
    }
    return 0
  }
  return (bytes) => {
    record.open(bytes)
    unknown.reset()
    const refusals = new Refusals(bytes, 'CSV', rowsMax)
    let names: readonly string[] = schema.fields.map((field) => field.name)
    if (options.header !== false) {
      if (!record.next()) throw errors.fail('MS-1011', { reason: 'there is no header' })
      if (record.broken !== 0) throw errors.fail('MS-1011', { reason: 'its quotes do not match' })
      names = Array.from({ length: record.count }, (_, field) => record.text(field).trim())
    }
    const positions = positionsOf(names)
    let row = 0
    let received = 0
    while (record.next()) {
      if (row === capacity) {
        if (capacity >= rowsMax) throw errors.fail('MS-1016', { rowsMax })
        capacity = Math.min(2 * capacity, rowsMax)
        for (const column of columns) column.grow(capacity)
      }
      cursor.field = -1
      cursor.failedAt = record.brokenAt
      const failed = record.broken !== 0 ? record.broken : readRow(positions, names, row)
      if (failed === 0) {
        unknown.commit(row)
        row++
      } else {
        const field = schema.fields[cursor.field]
        refusals.add(received, record.start, record.end, cursor.failedAt, failed, field?.name ?? null, field?.type ?? null)
      }
      received++
    }
    const batch = new Batch(
      schema,
      row,
      columns.map((column) => column.finish(row)),
    )
    if (capacity > limits.scanRowsKept) {
      capacity = limits.scanRowsStart
      for (const column of columns) column.shrink(capacity)
    }
    record.close()
    return { batch, rejected: refusals.rejected, received, unknown: unknown.finish(row) }
  }
}
