import { errors } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { Batch } from '../data/batch.ts'
import type { Column } from '../data/column.ts'
import { type LogicalType, typeText } from '../data/types.ts'
import { refusal } from './cursor.ts'
import { countPoints } from './text.ts'

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

/** Turns the place and kind of a refusal into words. Lines are counted as refusals come, so that a body is walked once. */
export class Refusals {
  readonly rejected: RejectedText[] = []
  readonly #source: Uint8Array
  readonly #format: string
  #lineStart = 0
  #line = 1
  #counted = 0

  constructor(source: Uint8Array, format: string) {
    this.#source = source
    this.#format = format
  }

  add(row: number, from: number, end: number, at: number, kind: number, path: string | null, type: LogicalType | null): void {
    for (; this.#counted < at; this.#counted++) {
      if (this.#source[this.#counted] !== 10) continue
      this.#line++
      this.#lineStart = this.#counted + 1
    }
    const error = this.#error(kind, at, path ?? 'the row', type)
    this.rejected.push({
      bytes: this.#source.slice(from, end),
      line: this.#line,
      column: countPoints(this.#source, this.#lineStart, at) + 1,
      code: error.code,
      reason: error.message,
      row,
    })
  }

  #error(kind: number, at: number, path: string, type: LogicalType | null): ReturnType<typeof errors.fail> {
    const source = this.#source
    const typeName = type === null ? '' : typeText({ ...type, nullable: true })
    const found = this.#format === 'CSV' ? 'other text' : valueKind(source, at)
    switch (kind) {
      case refusal.type:
        if (found === null) return errors.fail('MS-1001', { format: this.#format, found: characterAt(source, at) })
        return errors.fail('MS-1002', { path, type: typeName, found })
      case refusal.missing:
        return errors.fail('MS-1003', { path, how: 'is missing' })
      case refusal.nullValue:
        return errors.fail('MS-1003', { path, how: 'is null' })
      case refusal.range:
        return errors.fail('MS-1004', { path, type: typeName, how: 'the value is out of range' })
      case refusal.length:
        return errors.fail('MS-1004', { path, type: typeName, how: 'the value is too long' })
      case refusal.time:
        return errors.fail('MS-1005', { path, type: typeName })
      case refusal.text:
        return errors.fail('MS-1006', { path })
      case refusal.unknown:
        return errors.fail('MS-1007', { field: keyAt(source, at) })
      case refusal.depth:
        return errors.fail('MS-1008', { depthMax: limits.jsonDepthMax })
      case refusal.size:
        return errors.fail('MS-1009', { bytesMax: limits.rowBytesMax })
      case refusal.base64:
        return errors.fail('MS-1014', { path })
      case refusal.notObject:
        return errors.fail('MS-1015', { found: found ?? characterAt(source, at) })
      case refusal.fields:
        return errors.fail('MS-1010', { reason: 'the row has another number of fields than the header' })
      case refusal.quotes:
        return errors.fail('MS-1010', { reason: 'its quotes do not match' })
      case refusal.trailing:
        return errors.fail('MS-1001', { format: this.#format, found: `${characterAt(source, at)} after the row's end` })
      default:
        return errors.fail('MS-1001', { format: this.#format, found: characterAt(source, at) })
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
