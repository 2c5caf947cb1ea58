import { errors } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { Batch } from '../data/batch.ts'
import type { Column } from '../data/column.ts'
import { type LogicalType, typeText } from '../data/types.ts'
import { refusal } from './cursor.ts'

/** What a body held. The account: `received` = `batch.rowCount` + `rejected.length`. All buffers belong to the caller. */
export interface ScanResult {
  /** The accepted rows, in their order. */
  readonly batch: Batch
  readonly rejected: readonly RejectedText[]
  readonly received: number
  /** With unknown fields kept: per accepted row a JSON object of them, or null. Null: no row had any. */
  readonly unknown: Column | null
}

/** A row that its contract refused, as it came. */
export interface RejectedText {
  readonly bytes: Uint8Array
  /** Where the refused value stands in the body: line and character, from 1. */
  readonly line: number
  readonly column: number
  readonly code: string
  readonly reason: string
  /** Its number among the received rows, from 0. */
  readonly row: number
}

/** How many rows one body may hold, accepted or not. */
export function rowsMaxOf(width: number): number {
  return Math.min(limits.scanRowsMax, Math.max(limits.scanRowsStart, Math.floor(limits.scanCellsMax / Math.max(1, width))))
}

/** A place in text: line and column (in characters) from 1. */
interface TextPlace {
  at: number
  line: number
  column: number
}

/** Turns the place and kind of a refusal into words. Rows are refused in their order, so a body is walked once. */
export class Refusals {
  readonly rejected: RejectedText[] = []
  readonly #source: Uint8Array
  readonly #format: string
  readonly #rowsMax: number
  /** The last refused row's start. */
  readonly #start: TextPlace = { at: 0, line: 1, column: 1 }

  constructor(source: Uint8Array, format: string, rowsMax: number) {
    this.#source = source
    this.#rowsMax = rowsMax
    this.#format = format
  }

  /** The row of number `row` is `from .. end`; what is refused stands at `at`, which may lie behind the row. */
  add(row: number, from: number, end: number, at: number, kind: number, path: string | null, type: LogicalType | null): void {
    if (row >= this.#rowsMax) throw errors.fail('MS-1016', { rowsMax: this.#rowsMax })
    walk(this.#source, this.#start, from)
    const place = { ...this.#start }
    walk(this.#source, place, at)
    const { line, column } = place
    const { code, reason } = this.#reason(kind, at, path ?? 'the row', type)
    this.rejected.push({ bytes: this.#source.slice(from, end), line, column, code, reason, row })
  }

  #reason(kind: number, at: number, path: string, type: LogicalType | null): Reason {
    const source = this.#source
    const typeName = type === null ? '' : typeText({ ...type, nullable: true })
    const found = this.#format === 'CSV' ? 'other text' : valueKind(source, at)
    switch (kind) {
      case refusal.type:
        if (found === null) return reasonOf('MS-1001', { format: this.#format, found: characterAt(source, at) })
        return reasonOf('MS-1002', { path, type: typeName, found })
      case refusal.missing:
        return reasonOf('MS-1003', { path, how: 'is missing' })
      case refusal.nullValue:
        return reasonOf('MS-1003', { path, how: 'is null' })
      case refusal.range:
        return reasonOf('MS-1004', { path, type: typeName, how: 'the value is out of range' })
      case refusal.length:
        return reasonOf('MS-1004', { path, type: typeName, how: 'the value is too long' })
      case refusal.time:
        return reasonOf('MS-1005', { path, type: typeName })
      case refusal.text:
        return reasonOf('MS-1006', { path })
      case refusal.unknown:
        return reasonOf('MS-1007', { field: keyAt(source, at) })
      case refusal.depth:
        return reasonOf('MS-1008', { depthMax: limits.jsonDepthMax })
      case refusal.size:
        return reasonOf('MS-1009', { bytesMax: limits.rowBytesMax })
      case refusal.base64:
        return reasonOf('MS-1014', { path })
      case refusal.notObject:
        return reasonOf('MS-1015', { found: found ?? characterAt(source, at) })
      case refusal.fields:
        return reasonOf('MS-1010', { reason: 'the row has another number of fields than the header' })
      case refusal.quotes:
        return reasonOf('MS-1010', { reason: 'its quotes do not match' })
      case refusal.trailing:
        return reasonOf('MS-1001', { format: this.#format, found: `${characterAt(source, at)} after the row's end` })
      default:
        return reasonOf('MS-1001', { format: this.#format, found: characterAt(source, at) })
    }
  }
}

interface Reason {
  readonly code: string
  readonly reason: string
}
type Kinds = typeof errors.kinds

/** The catalogue's words without an Error: a body of bad rows makes many. */
function reasonOf<C extends keyof Kinds & string>(code: C, values: Parameters<Kinds[C]['says']>[0]): Reason {
  return { code, reason: (errors.kinds[code].says as (values: unknown) => string)(values) }
}

function walk(source: Uint8Array, place: TextPlace, to: number): void {
  for (; place.at < to; place.at++) {
    const code = source[place.at] as number
    if (code === 10) {
      place.line++
      place.column = 1
    } else if ((code & 0xc0) !== 0x80) {
      place.column++
    }
  }
}

function valueKind(source: Uint8Array, at: number): string | null {
  const code = source[at] ?? 0
  if (code === 34) return 'a string'
  if (code === 45 || (code >= 48 && code <= 57)) return 'a number'
  if (startsWith(source, at, 'true') || startsWith(source, at, 'false')) return 'a boolean'
  if (startsWith(source, at, 'null')) return 'null'
  if (code === 123) return 'an object'
  return code === 91 ? 'an array' : null
}

function startsWith(source: Uint8Array, at: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) if (source[at + i] !== word.charCodeAt(i)) return false
  return true
}

function characterAt(source: Uint8Array, at: number): string {
  if (at >= source.length) return 'the end'
  const code = source[at] as number
  if (code === 10 || code === 13) return 'the end of the line'
  if (code < 32 || code === 127) return `the control character ${code}`
  const text = new TextDecoder().decode(source.subarray(at, at + 4))
  return `'${String.fromCodePoint(text.codePointAt(0) ?? 0)}'`
}

function keyAt(source: Uint8Array, at: number): string {
  let end = at + 1
  while (end < source.length && end - at < 100 && source[end] !== 34) end += source[end] === 92 ? 2 : 1
  return new TextDecoder().decode(source.subarray(at + 1, end))
}
