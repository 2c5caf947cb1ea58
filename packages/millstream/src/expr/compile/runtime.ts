import { assert } from '../../base/assert.ts'
import type { BytesColumn, Column } from '../../data/column.ts'
import { bitmapBytes } from '../../data/column.ts'
import type { LogicalType } from '../../data/types.ts'

/** What generated code calls: a few small functions over bytes and buffers. */

const safeMax = BigInt(Number.MAX_SAFE_INTEGER)

/** A view whose native slices decode text. */
export function textView(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** UTF-8 to a string; short ASCII, the common case, without a native call. */
export function textOf(view: Buffer, start: number, end: number): string {
  if (end - start > 16) return view.toString('utf8', start, end)
  let text = ''
  for (let at = start; at < end; at++) {
    const byte = view[at] as number
    if (byte > 127) return view.toString('utf8', start, end)
    text += ascii[byte]
  }
  return text
}
const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))

/** All text of a column at once, of which rows are slices, when it is ASCII and most rows are wanted; else null. */
export function wholeText(view: Buffer, column: BytesColumn, count: number): string | null {
  if (count * 4 < column.length) return null
  const start = column.offsets[0] as number
  const end = column.offsets[column.length] as number
  const text = view.toString('utf8', start, end)
  return text.length === end - start ? text : null
}

/** Decoded entries of a dictionary, each when it is first needed; kept as long as the dictionary lives. */
export function textsOf(dictionary: BytesColumn): Texts {
  let texts = decoded.get(dictionary)
  if (texts === undefined) {
    texts = { entries: new Array<string | undefined>(dictionary.length), view: textView(dictionary.bytes), offsets: dictionary.offsets }
    decoded.set(dictionary, texts)
  }
  return texts
}
export interface Texts {
  readonly entries: (string | undefined)[]
  readonly view: Buffer
  readonly offsets: Int32Array
}
const decoded = new WeakMap<BytesColumn, Texts>()

export function entryText(texts: Texts, id: number): string {
  const text = textOf(texts.view, texts.offsets[id] as number, texts.offsets[id + 1] as number)
  texts.entries[id] = text
  return text
}

/** Lengths are known to be the same. */
export function bytesEqual(bytes: Uint8Array, start: number, wanted: Uint8Array): boolean {
  for (let at = 0; at < wanted.length; at++) if (bytes[start + at] !== wanted[at]) return false
  return true
}

export function rangesEqual(a: Uint8Array, startA: number, endA: number, b: Uint8Array, startB: number, endB: number): boolean {
  if (endA - startA !== endB - startB) return false
  for (let at = 0; at < endA - startA; at++) if (a[startA + at] !== b[startB + at]) return false
  return true
}

/** UTF-8 keeps the order of code points, so bytes decide. */
export function compareRange(a: Uint8Array, start: number, end: number, b: Uint8Array): number {
  const length = Math.min(end - start, b.length)
  for (let at = 0; at < length; at++) {
    const difference = (a[start + at] as number) - (b[at] as number)
    if (difference !== 0) return difference
  }
  return end - start - b.length
}

export function bytesContain(bytes: Uint8Array, start: number, end: number, wanted: Uint8Array): boolean {
  const last = end - wanted.length
  const first = wanted[0]
  for (let at = start; at <= last; at++) if (bytes[at] === first && bytesEqual(bytes, at, wanted)) return true
  return wanted.length === 0
}

/** Characters, not bytes: continuation bytes do not count. */
export function countCharacters(bytes: Uint8Array, start: number, end: number): number {
  let count = 0
  for (let at = start; at < end; at++) if (((bytes[at] as number) & 0xc0) !== 0x80) count++
  return count
}

export function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}

/** A string column that is written row by row, and encoded at once: in ASCII, nearly always, characters are bytes. */
export class TextWriter {
  readonly #texts: string[]
  readonly #offsets: Int32Array
  #at = 0
  #row = 0

  constructor(rowCount: number) {
    this.#texts = new Array<string>(rowCount).fill('')
    this.#offsets = new Int32Array(rowCount + 1)
  }

  write(text: string): void {
    this.#texts[this.#row++] = text
    this.#at += text.length
    this.#offsets[this.#row] = this.#at
  }

  /** A row that is null. */
  skip(): void {
    this.#offsets[++this.#row] = this.#at
  }

  finish(type: LogicalType, length: number, validity: Uint8Array | null): Column {
    assert(this.#row === length, 'each row is written once')
    const bytes = encoder.encode(this.#texts.join(''))
    if (bytes.length !== this.#at) this.#countBytes()
    return { type, length, validity, layout: 'bytes', offsets: this.#offsets, bytes }
  }

  #countBytes(): void {
    let end = 0
    for (let row = 0; row < this.#row; row++) {
      end += Buffer.byteLength(this.#texts[row] as string)
      this.#offsets[row + 1] = end
    }
  }
}
const encoder = new TextEncoder()

/** An int64 column from the wide body: safe again when every value is. */
export function int64Column(type: LogicalType, values: BigInt64Array, length: number, validity: Uint8Array | null): Column {
  for (let row = 0; row < length; row++) {
    const value = values[row] as bigint
    if (value > safeMax || value < -safeMax) return { type, length, validity, layout: 'wide', values }
  }
  return { type, length, validity, layout: 'safe', values: Float64Array.from(values, Number) }
}

export { bitmapBytes }
