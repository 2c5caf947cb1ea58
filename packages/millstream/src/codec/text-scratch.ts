import { limits } from '../base/limits.ts'
import { type BytesColumn, bitmapBytes, type Column } from '../data/column.ts'
import type { LogicalType } from '../data/types.ts'
import { recentLengthMax, recentTexts, remember } from './recent-texts.ts'

/**
 * A strings or bytes column while it is written. It starts as a dictionary: values are interned by their bytes, and the
 * dictionary lives on from call to call. When values turn out too many, the column is plain bytes, and tries again later.
 * Rows are written by number, so that writing a row again (a duplicate key, a refused row) simply replaces it.
 */
export class TextScratch {
  nulls: Uint8Array
  anyNull = 0
  /** 1 while values are interned. Generated code then looks for a short one in `recent` itself, and writes its id to `ids`. */
  interning: number
  ids: Int32Array
  /** See recent-texts.ts. */
  readonly recent: Int32Array
  /** Plain form: row i is bytes[offsets[i] .. offsets[i + 1]]. */
  #offsets: Int32Array
  #bytes = new Uint8Array(0)
  #view = new DataView(this.#bytes.buffer)
  #plainCalls = 0
  /** The dictionary: entries one after the other, and per entry its length and its first and last four bytes. */
  #words = new Uint8Array(0)
  #wordsView = new DataView(this.#words.buffer)
  #wordEnds = new Int32Array(0)
  #wordKeys = new Int32Array(0)
  #wordHashes = new Int32Array(0)
  /** Open addressing: entry number + 1. Four slots an entry at most filled to a quarter, so that probes are short. */
  #slots = new Int32Array(0)
  #entries = 0
  #snapshot: { entries: number; column: BytesColumn } | null = null
  readonly #type: LogicalType

  constructor(type: LogicalType, capacity: number, interning: boolean) {
    this.#type = type
    this.interning = interning ? 1 : 0
    this.recent = interning ? recentTexts() : none
    this.nulls = new Uint8Array(capacity)
    this.ids = new Int32Array(capacity)
    this.#offsets = new Int32Array(capacity + 1)
    this.#ensureBytes(capacity * 16)
    if (interning) this.#forget()
  }

  grow(capacity: number): void {
    this.nulls = grown(this.nulls, capacity)
    this.ids = grown(this.ids, capacity)
    this.#offsets = grown(this.#offsets, capacity + 1)
  }

  /** Gives back what one large body took. */
  shrink(capacity: number): void {
    this.grow(capacity)
    this.#bytes = new Uint8Array(0)
    this.#ensureBytes(capacity * 16)
  }

  setNull(row: number): void {
    this.nulls[row] = 1
    this.anyNull = 1
    if (this.interning === 1) this.ids[row] = 0
    else this.#offsets[row + 1] = this.#offsets[row] as number
  }

  /** The value of a row: `length` bytes from `from`. Both views are of the same bytes, with at least 4 more after them. */
  put(row: number, source: Uint8Array, view: DataView, from: number, length: number): void {
    this.nulls[row] = 0
    if (this.interning === 0) {
      this.#putPlain(row, source, view, from, length)
      return
    }
    const first = length >= 4 ? view.getInt32(from, true) : length === 0 ? 0 : view.getInt32(from, true) & ((1 << (length << 3)) - 1)
    const last = length > 4 ? view.getInt32(from + length - 4, true) : 0
    let hash = Math.imul(first ^ Math.imul(last, 0x9e3779b1) ^ length, 0x85ebca6b)
    if (length > 8) hash = Math.imul(hash ^ view.getInt32(from + (length >> 1) - 2, true), 0xc2b2ae35)
    hash ^= hash >>> 15
    const mask = this.#slots.length - 1
    let slot = hash & mask
    let probe = 0
    for (; probe < probesMax; probe++) {
      const id = (this.#slots[slot] as number) - 1
      if (id < 0) break
      const key = 3 * id
      if (this.#wordKeys[key] === length && this.#wordKeys[key + 1] === first && this.#wordKeys[key + 2] === last) {
        if (length <= 8 || this.#sameMiddle(id, view, from, length)) {
          this.ids[row] = id
          if (length <= recentLengthMax && from + recentLengthMax <= view.byteLength) remember(this.recent, view, from, length, id)
          return
        }
      }
      slot = (slot + 1) & mask
    }
    if (probe === probesMax || !this.#hasRoom(length)) {
      this.#toPlain(row)
      this.#putPlain(row, source, view, from, length)
      return
    }
    const id = this.#entries++
    const start = id === 0 ? 0 : (this.#wordEnds[id - 1] as number)
    this.#words.set(source.subarray(from, from + length), start)
    this.#wordEnds[id] = start + length
    this.#wordKeys[3 * id] = length
    this.#wordKeys[3 * id + 1] = first
    this.#wordKeys[3 * id + 2] = last
    this.#wordHashes[id] = hash
    this.#slots[slot] = id + 1
    this.ids[row] = id
    if (this.#entries === this.#wordHashes.length) this.#growDictionary()
  }

  /** As `put` of a column that is not `interning`, of at most 16 bytes: four words are copied, whatever is behind the text. */
  putShort(row: number, view: DataView, from: number, length: number): void {
    this.nulls[row] = 0
    const to = this.#offsets[row] as number
    this.#offsets[row + 1] = to + length
    if (to + 16 > this.#bytes.length) this.#ensureBytes(to + 16)
    const target = this.#view
    target.setInt32(to, view.getInt32(from, true), true)
    target.setInt32(to + 4, view.getInt32(from + 4, true), true)
    target.setInt32(to + 8, view.getInt32(from + 8, true), true)
    target.setInt32(to + 12, view.getInt32(from + 12, true), true)
  }

  /** Whether the value of `row` is among those from `from` (with) to `row` (without). */
  holds(from: number, row: number): boolean {
    for (let other = from; other < row; other++) {
      if (this.interning === 1 ? this.ids[other] === this.ids[row] : this.#samePlain(other, row)) return true
    }
    return false
  }

  #samePlain(a: number, b: number): boolean {
    const start = this.#offsets[a] as number
    const other = this.#offsets[b] as number
    const length = (this.#offsets[a + 1] as number) - start
    if (length !== (this.#offsets[b + 1] as number) - other) return false
    for (let i = 0; i < length; i++) if (this.#bytes[start + i] !== this.#bytes[other + i]) return false
    return true
  }

  #sameMiddle(id: number, view: DataView, from: number, length: number): boolean {
    const start = (this.#wordEnds[id] as number) - length
    for (let i = 4; i < length - 4; i += 4) {
      if (this.#wordsView.getInt32(start + i, true) !== view.getInt32(from + i, true)) return false
    }
    return true
  }

  #hasRoom(length: number): boolean {
    if (this.#entries >= limits.scanDictionaryEntriesMax) return false
    const end = (this.#entries === 0 ? 0 : (this.#wordEnds[this.#entries - 1] as number)) + length
    if (end > limits.scanDictionaryBytesMax) return false
    if (end + 8 > this.#words.length) {
      this.#words = grown(this.#words, Math.max(end + 8, 2 * this.#words.length))
      this.#wordsView = new DataView(this.#words.buffer)
    }
    return true
  }

  #growDictionary(): void {
    const capacity = 2 * this.#wordHashes.length
    this.#wordEnds = grown(this.#wordEnds, capacity)
    this.#wordKeys = grown(this.#wordKeys, 3 * capacity)
    this.#wordHashes = grown(this.#wordHashes, capacity)
    const slots = new Int32Array(4 * capacity)
    for (let id = 0; id < this.#entries; id++) {
      let slot = (this.#wordHashes[id] as number) & (slots.length - 1)
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1)
      slots[slot] = id + 1
    }
    this.#slots = slots
  }

  #putPlain(row: number, source: Uint8Array, view: DataView, from: number, length: number): void {
    const to = this.#offsets[row] as number
    this.#offsets[row + 1] = to + length
    if (to + length + 4 > this.#bytes.length) this.#ensureBytes(to + length + 4)
    if (length > 48) {
      this.#bytes.set(source.subarray(from, from + length), to)
      return
    }
    const target = this.#view
    for (let i = 0; i < length; i += 4) target.setInt32(to + i, view.getInt32(from + i, true), true)
  }

  /** Too many different values: what was interned becomes plain bytes, up to (without) `rows`. */
  #toPlain(rows: number): void {
    this.interning = 0
    this.#plainCalls = 0
    for (let row = 0; row < rows; row++) {
      const id = this.ids[row] as number
      const present = this.nulls[row] === 0 && id < this.#entries
      const end = present ? (this.#wordEnds[id] as number) : 0
      const start = present && id > 0 ? (this.#wordEnds[id - 1] as number) : 0
      this.#putPlain(row, this.#words, this.#wordsView, start, end - start)
    }
  }

  #forget(): void {
    this.#words = new Uint8Array(512)
    this.#wordsView = new DataView(this.#words.buffer)
    this.#wordEnds = new Int32Array(32)
    this.#wordKeys = new Int32Array(3 * 32)
    this.#wordHashes = new Int32Array(32)
    this.#slots = new Int32Array(4 * 32)
    this.#entries = 0
    this.#snapshot = null
    this.recent.fill(0)
  }

  #ensureBytes(size: number): void {
    if (size + 8 <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(size + 8, 2 * this.#bytes.length))
    larger.set(this.#bytes)
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }

  /** The column of rows 0 to (without) `rows`, in buffers of its own; a dictionary is shared by all columns until it grows. */
  finish(rows: number): Column {
    const type = this.#type
    const validity = this.anyNull === 1 ? packValidity(this.nulls, rows) : null
    this.anyNull = 0
    if (this.interning === 1) {
      return { type, length: rows, validity, layout: 'dictionary', ids: this.ids.slice(0, rows), dictionary: this.#dictionary() }
    }
    const offsets = this.#offsets.slice(0, rows + 1)
    const bytes = this.#bytes.slice(0, offsets[rows])
    if (this.#slots.length > 0 && ++this.#plainCalls >= limits.scanDictionaryRetryCalls) {
      this.#forget()
      this.interning = 1
    }
    return { type, length: rows, validity, layout: 'bytes', offsets, bytes }
  }

  #dictionary(): BytesColumn {
    const entries = this.#entries
    if (this.#snapshot === null || this.#snapshot.entries !== entries) {
      const offsets = new Int32Array(entries + 1)
      offsets.set(this.#wordEnds.subarray(0, entries), 1)
      const bytes = this.#words.slice(0, offsets[entries])
      this.#snapshot = { entries, column: { type: this.#type, length: entries, validity: null, layout: 'bytes', offsets, bytes } }
    }
    return this.#snapshot.column
  }
}

const none = new Int32Array(0)

/** Slots looked at before a column counts as having too many values: input made to collide costs no more than this. */
const probesMax = 16

interface Growable<T> {
  readonly length: number
  set(from: T): void
  subarray(from: number, to: number): T
}

/** A copy with another length. */
export function grown<T extends Growable<T>>(array: T, length: number): T {
  const copy = new (array.constructor as new (length: number) => T)(length)
  copy.set(array.subarray(0, Math.min(array.length, length)))
  return copy
}

/** Validity bits of a byte a row (1 is null); null when all are present. */
export function packValidity(nulls: Uint8Array, rows: number): Uint8Array | null {
  const bits = new Uint8Array(bitmapBytes(rows))
  let absent = 0
  for (let row = 0; row < rows; row++) {
    const isNull = nulls[row] as number
    absent += isNull
    bits[row >> 3] = (bits[row >> 3] as number) | ((1 - isNull) << (row & 7))
  }
  return absent === 0 ? null : bits
}
