import { errors } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import { Batch } from '../../data/batch.ts'
import type { Schema } from '../../data/schema.ts'
import { Cursor, refusal, skipSpace } from '../cursor.ts'
import { Refusals, rowsMaxOf, type ScanResult } from '../scan-result.ts'
import { scratchOf } from '../scratch.ts'
import type { TimeFormat } from '../times.ts'
import { type Helpers, helpers } from './helpers.ts'
import { hasZerosBehind, PaddedCopies, scanPadding } from './padding.ts'
import { type ScanSource, scanSource } from './scan-source.ts'
import { elementEnd } from './skip.ts'
import { UnknownFields } from './unknown-fields.ts'

export interface JsonScanOptions {
  /** Fields that the contract does not name. Kept are those of rows and of rows within rows; not those within lists and maps. */
  readonly unknownFields: 'keep' | 'drop' | 'reject'
  /** Formats of TIMESTAMP and TIMESTAMP_LTZ columns by name; `iso` for those not named. */
  readonly timeFormats?: Readonly<Record<string, TimeFormat>>
  /** Numbers between quotes are read as numbers; else such a row is refused. */
  readonly textNumbers?: boolean
}

/** `ndjson`: a row a line. `json`: one object, or an array of objects. */
export type JsonBody = 'ndjson' | 'json'
export type JsonScanner = (bytes: Uint8Array, body: JsonBody) => ScanResult

type Rows = (
  source: Uint8Array,
  view: DataView,
  at: number,
  row: number,
  capacity: number,
  end: number,
  /** 0: rows, a line each, to the end or the capacity. 1: one row. */
  mode: number,
) => number

/**
 * A scanner made for one schema: bytes to typed columns, without a JavaScript value for any field. One bad row never
 * spoils its neighbours. Strings are checked to be UTF-8; integers keep all digits; duplicate keys: the last counts.
 * A body with too many rows throws, and none of them is taken. A scanner is not re-entrant, and keeps dictionaries of its strings from body to body.
 * A body with `scanPadding` zeros behind it in its buffer is read where it is; any other is copied first.
 */
export function jsonScanner(schema: Schema, options: JsonScanOptions): JsonScanner {
  let capacity: number = limits.scanRowsStart
  const columns = schema.fields.map((field) => scratchOf(field.type, capacity))
  const cursor = new Cursor()
  const unknown = new UnknownFields()
  const source = scanSource(schema.fields, columns, {
    unknownFields: options.unknownFields,
    timeFormat: (name) => options.timeFormats?.[name] ?? 'iso',
    textNumbers: options.textNumbers ?? false,
  })
  const rows = compile(source, cursor, unknown)
  const copies = new PaddedCopies()
  let padded: Uint8Array = copies.bytes
  let view: DataView = copies.view

  /** Generated code reads several bytes at a time and stops at zeros: it reads where zeros stand behind, else a copy. */
  const pad = (bytes: Uint8Array): void => {
    if (hasZerosBehind(bytes)) {
      padded = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length + scanPadding)
      view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length + scanPadding)
      return
    }
    copies.take(bytes)
    padded = copies.bytes
    view = copies.view
  }

  const rowsMax = rowsMaxOf(schema.width)
  const grow = (): void => {
    if (capacity >= rowsMax) throw errors.fail('MS-1016', { rowsMax })
    capacity = Math.min(2 * capacity, rowsMax)
    for (const column of columns) column.grow(capacity)
  }

  /** Reads rows until one is refused, which it answers as -1, or all are read. */
  const read = (at: number, row: number, end: number, mode: number): number => {
    for (let next = at; ; grow()) {
      next = rows(padded, view, next, row, capacity, end, mode)
      if (next < 0 || cursor.row < capacity) return next
      row = cursor.row
      if (mode === 1 || next >= end) return next
    }
  }

  const refuse = (refusals: Refusals, row: number, end: number): void => {
    const site = cursor.field < 0 ? undefined : source.paths[cursor.field]
    refusals.add(row, cursor.rowStart, end, cursor.failedAt, cursor.kind, site?.path ?? null, site?.type ?? null)
  }

  const readLines = (end: number, refusals: Refusals): void => {
    cursor.fourthSpace = 32
    let at = startOf(padded)
    for (;;) {
      at = read(at, cursor.row, end, 0)
      if (at >= 0) return
      const newline = padded.indexOf(10, cursor.rowStart)
      const lineEnd = newline < 0 || newline >= end ? end : newline
      refuse(refusals, cursor.row + refusals.rejected.length, lineEnd)
      at = lineEnd
    }
  }

  const readDocument = (end: number, refusals: Refusals): void => {
    cursor.fourthSpace = 10
    let at = skipSpace(padded, startOf(padded), cursor)
    if (at >= end) return
    const isArray = padded[at] === 91
    if (isArray) at = skipSpace(padded, at + 1, cursor)
    const fail = (from: number, kind: number): void => {
      cursor.rowStart = from
      cursor.field = -1
      cursor.refuse(kind, from)
      refuse(refusals, cursor.row + refusals.rejected.length, end)
    }
    if (isArray && padded[at] === 93) at++
    else
      for (;;) {
        if (at >= end) {
          fail(at, refusal.unclosed)
          return
        }
        if (cursor.row === capacity) grow()
        const next = read(at, cursor.row, end, 1)
        if (next >= 0) {
          at = next
        } else {
          const from = cursor.rowStart
          const found = isArray ? elementEnd(padded, from, end) : -1
          refuse(refusals, cursor.row + refusals.rejected.length, found < 0 ? end : found)
          if (found < 0) return
          at = found
        }
        if (!isArray) break
        at = skipSpace(padded, at, cursor)
        if (padded[at] === 44) {
          at = skipSpace(padded, at + 1, cursor)
        } else if (padded[at] === 93) {
          at++
          break
        } else {
          fail(at, at >= end ? refusal.unclosed : refusal.syntax)
          return
        }
      }
    at = skipSpace(padded, at, cursor)
    if (at < end) fail(at, refusal.trailing)
  }

  /** Gives back what a large body took. */
  const release = (): void => {
    capacity = limits.scanRowsStart
    for (const column of columns) column.shrink(capacity)
    copies.release()
  }

  const scan = (bytes: Uint8Array, body: JsonBody): ScanResult => {
    const refusals = new Refusals(bytes, 'JSON', rowsMax)
    cursor.row = 0
    unknown.reset()
    if (body === 'ndjson') readLines(bytes.length, refusals)
    else readDocument(bytes.length, refusals)
    const { row } = cursor
    const batch = new Batch(
      schema,
      row,
      columns.map((column) => column.finish(row)),
    )
    return { batch, rejected: refusals.rejected, received: row + refusals.rejected.length, unknown: unknown.finish(row) }
  }

  return (bytes, body) => {
    pad(bytes)
    let isLarge = true
    try {
      const result = scan(bytes, body)
      isLarge = capacity > limits.scanRowsKept || bytes.length > limits.scanBytesKept
      return result
    } finally {
      if (isLarge) release()
      padded = copies.bytes
      view = copies.view
    }
  }
}

/** After a byte order mark. */
function startOf(source: Uint8Array): number {
  return source[0] === 0xef && source[1] === 0xbb && source[2] === 0xbf ? 3 : 0
}

type Compiled = (
  scratches: ScanSource['scratches'],
  tables: ScanSource['tables'],
  required: ScanSource['required'],
  children: ScanSource['childLists'],
  prefixes: ScanSource['prefixes'],
  cursor: Cursor,
  unknown: UnknownFields,
  helpers: Helpers,
  sizeMax: number,
) => Rows

/** The text holds names of fields only as bytes in numbers, never as text: no contract can write code into it. */
function compile(source: ScanSource, cursor: Cursor, unknown: UnknownFields): Rows {
  const make = new Function('scratches', 'tables', 'required', 'children', 'prefixes', 'C', 'U', 'H', 'sizeMax', source.text) as Compiled
  return make(
    source.scratches,
    source.tables,
    source.required,
    source.childLists,
    source.prefixes,
    cursor,
    unknown,
    helpers,
    limits.rowBytesMax,
  )
}
