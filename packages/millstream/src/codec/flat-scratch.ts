import type { Column } from '../data/column.ts'
import type { LogicalType } from '../data/types.ts'
import { grown, packValidity } from './text-scratch.ts'

type FlatValues = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array

/** bool, int8 to int32, float32, float64 and safe. A value beyond 2^53 is NaN in `values`, and stands in `wide`. */
export class FlatScratch {
  readonly type: LogicalType
  readonly layout: 'bool' | 'int8' | 'int16' | 'int32' | 'float32' | 'float64' | 'safe'
  values: FlatValues
  nulls: Uint8Array
  anyNull = 0
  wide: { readonly row: number; readonly value: bigint }[] = []

  constructor(type: LogicalType, layout: FlatScratch['layout'], values: FlatValues) {
    this.type = type
    this.layout = layout
    this.values = values
    this.nulls = new Uint8Array(values.length)
  }

  grow(capacity: number): void {
    this.values = growFlat(this.values, capacity)
    this.nulls = grown(this.nulls, capacity)
  }
  shrink(capacity: number): void {
    this.grow(capacity)
  }
  setNull(row: number): void {
    this.nulls[row] = 1
    this.anyNull = 1
    this.values[row] = 0
  }
  /** Of a safe column: any int64. */
  putInt64(row: number, value: bigint): void {
    this.nulls[row] = 0
    if (value >= -9007199254740991n && value <= 9007199254740991n) {
      this.values[row] = Number(value)
      return
    }
    this.values[row] = Number.NaN
    this.wide.push({ row, value })
  }
  finish(rows: number): Column {
    const { type, layout, values } = this
    const validity = this.anyNull === 1 ? packValidity(this.nulls, rows) : null
    this.anyNull = 0
    if (this.wide.length > 0) {
      const late = this.wide.filter((one) => one.row < rows && Number.isNaN(values[one.row]))
      this.wide = []
      if (late.length > 0) {
        const wide = new BigInt64Array(rows)
        for (let row = 0; row < rows; row++) if (!Number.isNaN(values[row])) wide[row] = BigInt(values[row] as number)
        for (const { row, value } of late) wide[row] = value
        return { type, length: rows, validity, layout: 'wide', values: wide }
      }
    }
    return { type, length: rows, validity, layout, values: values.slice(0, rows) } as Column
  }
}

function growFlat(values: FlatValues, capacity: number): FlatValues {
  // the union of typed arrays has no common signature for set
  return grown(values as Float64Array, capacity)
}

/** DECIMAL above 18 digits. */
export class WordsScratch {
  readonly type: LogicalType
  words: BigInt64Array
  nulls: Uint8Array
  anyNull = 0

  constructor(type: LogicalType, capacity: number) {
    this.type = type
    this.words = new BigInt64Array(2 * capacity)
    this.nulls = new Uint8Array(capacity)
  }
  grow(capacity: number): void {
    this.words = grown(this.words, 2 * capacity)
    this.nulls = grown(this.nulls, capacity)
  }
  shrink(capacity: number): void {
    this.grow(capacity)
  }
  setNull(row: number): void {
    this.nulls[row] = 1
    this.anyNull = 1
  }
  put(row: number, value: bigint): void {
    this.nulls[row] = 0
    this.words[2 * row] = BigInt.asIntN(64, value)
    this.words[2 * row + 1] = value >> 64n
  }
  finish(rows: number): Column {
    const validity = this.anyNull === 1 ? packValidity(this.nulls, rows) : null
    this.anyNull = 0
    return { type: this.type, length: rows, validity, layout: 'decimal128', words: this.words.slice(0, 2 * rows) }
  }
}

/** Timestamps with more than six digits. */
export class NanosScratch {
  readonly type: LogicalType
  millis: Float64Array
  nanos: Int32Array
  nulls: Uint8Array
  anyNull = 0

  constructor(type: LogicalType, capacity: number) {
    this.type = type
    this.millis = new Float64Array(capacity)
    this.nanos = new Int32Array(capacity)
    this.nulls = new Uint8Array(capacity)
  }
  grow(capacity: number): void {
    this.millis = grown(this.millis, capacity)
    this.nanos = grown(this.nanos, capacity)
    this.nulls = grown(this.nulls, capacity)
  }
  shrink(capacity: number): void {
    this.grow(capacity)
  }
  setNull(row: number): void {
    this.nulls[row] = 1
    this.anyNull = 1
    this.millis[row] = 0
    this.nanos[row] = 0
  }
  finish(rows: number): Column {
    const validity = this.anyNull === 1 ? packValidity(this.nulls, rows) : null
    this.anyNull = 0
    return {
      type: this.type,
      length: rows,
      validity,
      layout: 'nanos',
      millis: this.millis.slice(0, rows),
      nanos: this.nanos.slice(0, rows),
    }
  }
}
