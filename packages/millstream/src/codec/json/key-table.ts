import { type Cursor, refusal, skipSpace } from '../cursor.ts'
import { decodeText, endOfText } from '../text.ts'

/** The keys of an object, found by their bytes. Generated code asks only when the key it expected is not there. */
export class KeyTable {
  /** How many fields; also the answer for a key that is none of them. */
  readonly unknown: number
  /** The field that came after each field last time; the last entry is the first field. What generated code expects. */
  readonly successor: Int32Array
  readonly #keys: readonly Uint8Array[]
  readonly #slots: Int32Array
  /** `"key":` of each field, for objects too wide to have it in their code. */
  readonly #patterns: readonly Uint8Array[]
  #decoded = new Uint8Array(64)

  constructor(names: readonly string[]) {
    const encoder = new TextEncoder()
    this.unknown = names.length
    this.successor = Int32Array.from({ length: names.length + 2 }, (_, field) => (field <= names.length ? field + 1 : 0))
    this.successor[names.length - 1] = names.length
    this.successor[names.length] = names.length
    this.#keys = names.map((name) => encoder.encode(name))
    this.#patterns = names.map(keyPattern)
    let size = 16
    while (size < 4 * names.length) size *= 2
    this.#slots = new Int32Array(size)
    this.#keys.forEach((key, field) => {
      let slot = hashOf(key, 0, key.length) & (size - 1)
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (size - 1)
      this.#slots[slot] = field + 1
    })
  }

  /** Reads `"key" :` from `at` and answers the field; `cursor.at` is then at the value. -1: there is no key. */
  find(source: Uint8Array, at: number, cursor: Cursor): number {
    if (source[at] !== 34) return cursor.refuse(refusal.syntax, at)
    cursor.keyAt = at
    const end = endOfText(source, at + 1, cursor)
    if (end < 0) return -1
    const field = cursor.escaped ? this.#fieldOfEscaped(source, at + 1, end) : this.#field(source, at + 1, end)
    const colon = skipSpace(source, end + 1, cursor)
    if (source[colon] !== 58) return cursor.refuse(refusal.syntax, colon)
    cursor.at = skipSpace(source, colon + 1, cursor)
    return field
  }

  /** The position after `"key":` of this field, or -1 when something else stands there. */
  match(source: Uint8Array, at: number, field: number): number {
    const pattern = this.#patterns[field]
    if (pattern === undefined) return -1
    for (let i = 0; i < pattern.length; i++) if (source[at + i] !== pattern[i]) return -1
    return at + pattern.length
  }

  #field(source: Uint8Array, from: number, end: number): number {
    const mask = this.#slots.length - 1
    let slot = hashOf(source, from, end) & mask
    for (;;) {
      const field = (this.#slots[slot] as number) - 1
      if (field < 0) return this.unknown
      if (sameBytes(this.#keys[field] as Uint8Array, source, from, end)) return field
      slot = (slot + 1) & mask
    }
  }

  #fieldOfEscaped(source: Uint8Array, from: number, end: number): number {
    if (this.#decoded.length < end - from) this.#decoded = new Uint8Array(2 * (end - from))
    return this.#field(this.#decoded, 0, decodeText(source, from, end, this.#decoded, 0))
  }
}

/** The bytes of `"key":` as a producer writes it without spaces or escapes. */
export function keyPattern(name: string): Uint8Array {
  return new TextEncoder().encode(`"${name}":`)
}

function hashOf(source: Uint8Array, from: number, end: number): number {
  let hash = end - from
  for (let at = from; at < end; at++) hash = (Math.imul(hash, 31) + (source[at] as number)) | 0
  return (hash ^ (hash >>> 15)) >>> 0
}

function sameBytes(key: Uint8Array, source: Uint8Array, from: number, end: number): boolean {
  if (key.length !== end - from) return false
  for (let i = 0; i < key.length; i++) if (key[i] !== source[from + i]) return false
  return true
}
