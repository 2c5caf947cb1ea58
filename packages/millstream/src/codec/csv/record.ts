import { refusal } from '../cursor.ts'
import type { FieldReader } from './csv-fields.ts'

const quote = 34
const newline = 10
const carriageReturn = 13

/**
 *   record = field *(delimiter field) (CRLF / LF / end)
 *   field  = quoted / plain
 *   quoted = DQUOTE *(any but DQUOTE / 2DQUOTE) DQUOTE
 *
 * Walks a body record by record; empty lines are no records. Fields are ranges of the body, decoded when they are read.
 */
export class CsvRecord {
  readonly #delimiter: number
  #source = new Uint8Array(0)
  #view = new DataView(this.#source.buffer)
  #size = 0
  #at = 0
  #buffer = new Uint8Array(256)
  #bufferView = new DataView(this.#buffer.buffer)
  /** Per field: from, end, whether it is quoted (1), and holds doubled quotes (2). */
  #fields = new Int32Array(3 * 64)
  count = 0
  /** The record's bytes, without its line end. */
  start = 0
  end = 0
  /** Why the record cannot be read, and where; 0: it can. */
  broken = 0
  brokenAt = 0

  constructor(delimiter: number) {
    this.#delimiter = delimiter
  }

  /** Keeps a copy with zeros behind it, for readers that look four bytes ahead. */
  open(bytes: Uint8Array): void {
    this.#source = new Uint8Array(bytes.length + 8)
    this.#source.set(bytes)
    this.#view = new DataView(this.#source.buffer)
    this.#size = bytes.length
    this.#at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  }

  close(): void {
    this.#source = new Uint8Array(0)
    this.#view = new DataView(this.#source.buffer)
  }

  /** Goes to the next record; false at the end. */
  next(): boolean {
    const source = this.#source
    while (source[this.#at] === newline || (source[this.#at] === carriageReturn && source[this.#at + 1] === newline)) this.#at++
    if (this.#at >= this.#size) return false
    this.start = this.#at
    this.count = 0
    this.broken = 0
    this.brokenAt = this.#at
    for (let at = this.#at; ; at++) {
      at = source[at] === quote ? this.#quoted(at) : this.#plain(at)
      if (at < 0) {
        this.#skipLine()
        return true
      }
      if (at < this.#size && source[at] === this.#delimiter) continue
      this.end = at
      this.#at = at < this.#size && source[at] === carriageReturn ? at + 2 : at + 1
      return true
    }
  }

  #plain(from: number): number {
    const source = this.#source
    let at = from
    while (at < this.#size) {
      const code = source[at]
      if (code === this.#delimiter || code === newline || (code === carriageReturn && this.#endsLine(at))) break
      at++
    }
    this.#add(from, at, 0)
    return at
  }

  #endsLine(at: number): boolean {
    return this.#source[at + 1] === newline || at + 1 === this.#size
  }

  /** -1: its quotes do not match. */
  #quoted(from: number): number {
    const source = this.#source
    let kind = 1
    for (let at = from + 1; at < this.#size; at++) {
      if (source[at] !== quote) continue
      if (source[at + 1] === quote) {
        kind = 3
        at++
        continue
      }
      const after = at + 1
      const code = source[after]
      const ends = after >= this.#size || code === this.#delimiter || code === newline || (code === carriageReturn && this.#endsLine(after))
      if (!ends) return this.#break(refusal.quotes, after)
      this.#add(from + 1, at, kind)
      return after
    }
    return this.#break(refusal.quotes, from)
  }

  #break(kind: number, at: number): -1 {
    this.broken = kind
    this.brokenAt = at
    return -1
  }

  #skipLine(): void {
    const found = this.#source.indexOf(newline, this.start)
    this.end = found < 0 || found > this.#size ? this.#size : found
    this.#at = this.end
  }

  #add(from: number, end: number, kind: number): void {
    const at = 3 * this.count++
    if (at + 3 > this.#fields.length) {
      const larger = new Int32Array(2 * this.#fields.length)
      larger.set(this.#fields)
      this.#fields = larger
    }
    this.#fields[at] = from
    this.#fields[at + 1] = end
    this.#fields[at + 2] = kind
  }

  placeOf(field: number): number {
    return this.#fields[3 * field] as number
  }

  isEmpty(field: number): boolean {
    return this.#fields[3 * field + 1] === this.#fields[3 * field]
  }

  /** An empty field that is not quoted is null, unless it stands for the empty string. */
  isNull(field: number, literal: Uint8Array | null, emptyIsText: boolean): boolean {
    if (this.#fields[3 * field + 2] !== 0) return false
    const from = this.#fields[3 * field] as number
    const length = (this.#fields[3 * field + 1] as number) - from
    if (literal !== null && literal.length === length && literal.every((code, i) => this.#source[from + i] === code)) return true
    return length === 0 && !emptyIsText
  }

  read(field: number, trim: boolean, reader: FieldReader, row: number): number {
    let from = this.#fields[3 * field] as number
    let end = this.#fields[3 * field + 1] as number
    const kind = this.#fields[3 * field + 2] as number
    if (kind === 3) {
      const size = this.#decode(from, end)
      return reader(this.#buffer, this.#bufferView, 0, size, row)
    }
    if (trim) {
      while (from < end && this.#source[from] === 32) from++
      while (end > from && this.#source[end - 1] === 32) end--
    }
    return reader(this.#source, this.#view, from, end, row)
  }

  text(field: number): string {
    const from = this.#fields[3 * field] as number
    const end = this.#fields[3 * field + 1] as number
    const bytes = this.#fields[3 * field + 2] === 3 ? this.#buffer.subarray(0, this.#decode(from, end)) : this.#source.subarray(from, end)
    return new TextDecoder().decode(bytes)
  }

  /** Doubled quotes become one; answers the size in `#buffer`. */
  #decode(from: number, end: number): number {
    if (this.#buffer.length < end - from + 8) {
      this.#buffer = new Uint8Array(2 * (end - from) + 8)
      this.#bufferView = new DataView(this.#buffer.buffer)
    }
    let size = 0
    for (let at = from; at < end; at++) {
      this.#buffer[size++] = this.#source[at] as number
      if (this.#source[at] === quote) at++
    }
    this.#buffer[size] = 0
    return size
  }
}
