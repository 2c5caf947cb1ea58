import { must, unreachable } from '../../base/assert.ts'
import type { LogicalType } from '../../data/types.ts'
import type { TableSpec } from '../operator.ts'
import { Region, type Words } from './region.ts'

/**
 * Rows by key: an interned key is a dense slot number, and each column is a typed array over slots.
 * The index (open addressing, linear probing) is rebuilt on restore; everything else is in pages.
 */
export class KeyedRows {
  /** End of each slot's key in `keyBytes`. */
  readonly keyEnds = new Region<Int32Array>((length) => new Int32Array(length))
  readonly keyBytes = new Region<Uint8Array>((length) => new Uint8Array(length))
  readonly hashes = new Region<Int32Array>((length) => new Int32Array(length))
  /** Bytes that VARBINARY columns point into. */
  readonly arena = new Region<Uint8Array>((length) => new Uint8Array(length))
  readonly columns: readonly Region[]
  readonly #positions: ReadonlyMap<string, number>
  #index = new Int32Array(16).fill(-1)

  constructor(spec: TableSpec) {
    this.columns = spec.columns.map((column) => regionOf(column.type))
    this.#positions = new Map(spec.columns.map((column, position) => [column.name, position]))
  }

  get count(): number {
    return this.hashes.used
  }

  column(name: string): Region {
    return must(this.columns[must(this.#positions.get(name), `state column ${name}`)], name)
  }

  floats(name: string): Float64Array {
    return this.column(name).array as Float64Array
  }

  longs(name: string): BigInt64Array {
    return this.column(name).array as BigInt64Array
  }

  ints(name: string): Int32Array {
    return this.column(name).array as Int32Array
  }

  /** The slot of this key, made when it is new (its columns are zero). */
  slot(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const found = this.find(bytes, from, to, hash)
    return found >= 0 ? found : this.#insert(bytes, from, to, hash)
  }

  /** The slot of this key, or -1. */
  find(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const index = this.#index
    const mask = index.length - 1
    const hashes = this.hashes.array
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = index[at] as number
      if (slot < 0) return -1
      if (hashes[slot] === hash && this.#sameKey(slot, bytes, from, to)) return slot
    }
  }

  keyStart(slot: number): number {
    return slot === 0 ? 0 : (this.keyEnds.array[slot - 1] as number)
  }

  keyEnd(slot: number): number {
    return this.keyEnds.array[slot] as number
  }

  /** Marks all columns of these slots as changed. */
  markSlots(slots: Int32Array, count: number): void {
    for (const column of this.columns) column.markSlots(slots, count)
  }

  regions(): readonly (readonly [name: string, region: Region])[] {
    return [
      ['keyEnds', this.keyEnds],
      ['keyBytes', this.keyBytes],
      ['hashes', this.hashes],
      ['arena', this.arena],
      ...this.columns.map((column, position) => [`column${position}`, column] as const),
    ]
  }

  bytes(): number {
    return this.regions().reduce((sum, [, region]) => sum + region.array.byteLength, this.#index.byteLength)
  }

  /** After a restore: makes the index from the hashes. */
  reindex(): void {
    let capacity = 16
    while (capacity < this.count * 2) capacity *= 2
    this.#index = new Int32Array(capacity).fill(-1)
    for (let slot = 0; slot < this.count; slot++) this.#place(slot)
  }

  #insert(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const slot = this.count
    const start = this.keyBytes.used
    this.keyBytes.grow(start + to - from)
    const target = this.keyBytes.array
    for (let i = from; i < to; i++) target[start + i - from] = bytes[i] as number
    this.keyEnds.grow(slot + 1)
    this.keyEnds.array[slot] = start + to - from
    this.hashes.grow(slot + 1)
    this.hashes.array[slot] = hash
    for (const column of this.columns) column.grow(slot + 1)
    if (this.count * 2 > this.#index.length) this.reindex()
    else this.#place(slot)
    return slot
  }

  #place(slot: number): void {
    const mask = this.#index.length - 1
    let at = (this.hashes.array[slot] as number) & mask
    while ((this.#index[at] as number) >= 0) at = (at + 1) & mask
    this.#index[at] = slot
  }

  #sameKey(slot: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = this.keyStart(slot)
    if (this.keyEnd(slot) - start !== to - from) return false
    const keys = this.keyBytes.array
    for (let i = from; i < to; i++) if (keys[start + i - from] !== bytes[i]) return false
    return true
  }
}

function regionOf(type: LogicalType): Region {
  switch (type.kind) {
    case 'DOUBLE':
      return new Region<Words>((length) => new Float64Array(length))
    case 'BIGINT':
      return new Region<Words>((length) => new BigInt64Array(length))
    case 'INT':
      return new Region<Words>((length) => new Int32Array(length))
    case 'TINYINT':
      return new Region<Words>((length) => new Int8Array(length))
    default:
      return unreachable(type as never)
  }
}
