import { unreachable } from '../base/assert.ts'
import { errors } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import { type Column, layoutOf } from '../data/column.ts'
import { isString, type LogicalType } from '../data/types.ts'
import { FlatScratch, NanosScratch, WordsScratch } from './flat-scratch.ts'
import { grown, packValidity, TextScratch } from './text-scratch.ts'

/**
 * Columns while a body is read: written by row number, so that a refused row is overwritten by the next. `nulls` has a
 * byte a row, 1 for null; who writes a value writes it too. `finish` copies the rows into buffers that the batch owns.
 */
export type Scratch = FlatScratch | WordsScratch | NanosScratch | TextScratch | ListScratch | MapScratch | RowScratch

/** ARRAY. Elements are written from `offsets[row]` on; `ensure` gives the child room for one more. */
export class ListScratch {
  readonly type: LogicalType
  readonly child: Scratch
  offsets: Int32Array
  nulls: Uint8Array
  anyNull = 0
  #childCapacity: number
  readonly #leaves: number

  constructor(type: LogicalType, capacity: number, child: Scratch) {
    this.#leaves = leavesOf(type)
    this.type = type
    this.child = child
    this.offsets = new Int32Array(capacity + 1)
    this.nulls = new Uint8Array(capacity)
    this.#childCapacity = capacity
  }
  ensure(index: number): void {
    if (index < this.#childCapacity) return
    this.#childCapacity = moreItems(this.#childCapacity, this.#leaves)
    this.child.grow(this.#childCapacity)
  }
  grow(capacity: number): void {
    this.offsets = grown(this.offsets, capacity + 1)
    this.nulls = grown(this.nulls, capacity)
  }
  shrink(capacity: number): void {
    this.grow(capacity)
    this.#childCapacity = capacity
    this.child.shrink(capacity)
  }
  setNull(row: number): void {
    this.nulls[row] = 1
    this.anyNull = 1
    this.offsets[row + 1] = this.offsets[row] as number
  }
  finish(rows: number): Column {
    const validity = this.anyNull === 1 ? packValidity(this.nulls, rows) : null
    this.anyNull = 0
    const offsets = this.offsets.slice(0, rows + 1)
    return { type: this.type, length: rows, validity, layout: 'list', offsets, child: this.child.finish(offsets[rows] as number) }
  }
}

/** MAP and MULTISET; as ListScratch, with two children. */
export class MapScratch {
  readonly type: LogicalType
  readonly keys: TextScratch
  readonly items: Scratch
  offsets: Int32Array
  nulls: Uint8Array
  anyNull = 0
  #childCapacity: number
  readonly #leaves: number

  constructor(type: LogicalType, capacity: number, keys: TextScratch, items: Scratch) {
    this.#leaves = leavesOf(type)
    this.type = type
    this.keys = keys
    this.items = items
    this.offsets = new Int32Array(capacity + 1)
    this.nulls = new Uint8Array(capacity)
    this.#childCapacity = capacity
  }
  ensure(index: number): void {
    if (index < this.#childCapacity) return
    this.#childCapacity = moreItems(this.#childCapacity, this.#leaves)
    this.keys.grow(this.#childCapacity)
    this.items.grow(this.#childCapacity)
  }
  grow(capacity: number): void {
    this.offsets = grown(this.offsets, capacity + 1)
    this.nulls = grown(this.nulls, capacity)
  }
  shrink(capacity: number): void {
    this.grow(capacity)
    this.#childCapacity = capacity
    this.keys.shrink(capacity)
    this.items.shrink(capacity)
  }
  setNull(row: number): void {
    this.nulls[row] = 1
    this.anyNull = 1
    this.offsets[row + 1] = this.offsets[row] as number
  }
  finish(rows: number): Column {
    const validity = this.anyNull === 1 ? packValidity(this.nulls, rows) : null
    this.anyNull = 0
    const offsets = this.offsets.slice(0, rows + 1)
    const entries = offsets[rows] as number
    const keys = this.keys.finish(entries)
    return { type: this.type, length: rows, validity, layout: 'map', offsets, keys, values: this.items.finish(entries) }
  }
}

/** ROW: children have a row for each row, null ones included. */
export class RowScratch {
  readonly type: LogicalType
  readonly children: readonly Scratch[]
  nulls: Uint8Array
  anyNull = 0

  constructor(type: LogicalType, capacity: number, children: readonly Scratch[]) {
    this.type = type
    this.children = children
    this.nulls = new Uint8Array(capacity)
  }
  grow(capacity: number): void {
    this.nulls = grown(this.nulls, capacity)
    for (const child of this.children) child.grow(capacity)
  }
  shrink(capacity: number): void {
    this.nulls = grown(this.nulls, capacity)
    for (const child of this.children) child.shrink(capacity)
  }
  setNull(row: number): void {
    this.nulls[row] = 1
    this.anyNull = 1
    for (const child of this.children) child.setNull(row)
  }
  finish(rows: number): Column {
    const validity = this.anyNull === 1 ? packValidity(this.nulls, rows) : null
    this.anyNull = 0
    return { type: this.type, length: rows, validity, layout: 'row', children: this.children.map((child) => child.finish(rows)) }
  }
}

/** Twice the room, unless a body holds so many items that their columns would take far more memory than their text. */
function moreItems(capacity: number, leaves: number): number {
  const itemsMax = Math.floor(limits.scanItemCellsMax / leaves)
  if (capacity >= itemsMax) throw errors.fail('MS-1017', { itemsMax })
  return Math.min(2 * capacity, itemsMax)
}

/** How many columns a value of the type becomes. */
function leavesOf(type: LogicalType): number {
  switch (type.kind) {
    case 'ARRAY':
      return leavesOf(type.element)
    case 'MAP':
      return 1 + leavesOf(type.value)
    case 'ROW':
      return type.fields.reduce((sum, field) => sum + leavesOf(field.type), 1)
    default:
      return 1
  }
}

export function scratchOf(type: LogicalType, capacity: number): Scratch {
  const layout = layoutOf(type)
  switch (layout) {
    case 'bool':
      return new FlatScratch(type, layout, new Uint8Array(capacity))
    case 'int8':
      return new FlatScratch(type, layout, new Int8Array(capacity))
    case 'int16':
      return new FlatScratch(type, layout, new Int16Array(capacity))
    case 'int32':
      return new FlatScratch(type, layout, new Int32Array(capacity))
    case 'float32':
      return new FlatScratch(type, layout, new Float32Array(capacity))
    case 'float64':
    case 'safe':
      return new FlatScratch(type, layout, new Float64Array(capacity))
    case 'decimal128':
      return new WordsScratch(type, capacity)
    case 'nanos':
      return new NanosScratch(type, capacity)
    case 'bytes':
      return new TextScratch(type, capacity, isString(type))
    case 'list':
      return new ListScratch(type, capacity, scratchOf(type.kind === 'ARRAY' ? type.element : type, capacity))
    case 'map': {
      const keyType = type.kind === 'MAP' ? type.key : type.kind === 'MULTISET' ? type.element : type
      const itemType: LogicalType = type.kind === 'MAP' ? type.value : { kind: 'INT', nullable: false }
      return new MapScratch(type, capacity, new TextScratch(keyType, capacity, true), scratchOf(itemType, capacity))
    }
    case 'row':
      return new RowScratch(type, capacity, type.kind === 'ROW' ? type.fields.map((field) => scratchOf(field.type, capacity)) : [])
    case 'wide':
    case 'dictionary':
    case 'empty':
      throw new Error(`no events have columns of ${type.kind}`)
    default:
      return unreachable(layout)
  }
}
