import type { Column } from '../data/column.ts'
import { isString, type LogicalType } from '../data/types.ts'
import { type Value, valueAt } from '../data/value.ts'
import { hashBytes, type Interner } from './interner.ts'

/** Values of a batch's column as doubles. `exact` null: every value is exact; else the int64 values. */
export interface NumberColumn {
  readonly values: ArrayLike<number>
  readonly exact: BigInt64Array | null
  readonly validity: Uint8Array | null
}

export const isAbsent = (validity: Uint8Array | null, row: number): boolean =>
  validity !== null && ((validity[row >> 3] as number) & (1 << (row & 7))) === 0
const absent = (rows: number): Uint8Array => new Uint8Array((rows + 7) >> 3)

/** A numeric, boolean or text column as numbers; text that is no number is null, as in Druid. */
export function numbersOf(column: Column | null, rows: number): NumberColumn {
  if (column === null) return { values: new Float64Array(rows), exact: null, validity: absent(rows) }
  const { validity } = column
  switch (column.layout) {
    case 'bool':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'float32':
    case 'float64':
      return { values: column.values, exact: null, validity }
    case 'safe':
      if (column.type.kind !== 'DECIMAL') return { values: column.values, exact: null, validity }
      break
    case 'wide':
      if (column.type.kind !== 'DECIMAL') return { values: Float64Array.from(column.values, Number), exact: column.values, validity }
      break
    default:
  }
  const values = new Float64Array(rows)
  const present = absent(rows)
  for (let row = 0; row < rows; row++) {
    const number = numberOf(valueAt(column, row), column.type)
    if (Number.isNaN(number)) continue
    values[row] = number
    present[row >> 3] = (present[row >> 3] as number) | (1 << (row & 7))
  }
  return { values, exact: null, validity: present }
}

function numberOf(value: Value, type: LogicalType): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return type.kind === 'DECIMAL' ? Number(value) / 10 ** type.scale : Number(value)
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
}

/** Event times in milliseconds; NaN where there is none. The column's own values where they are that: not to be written to. */
export function timesOf(column: Column | null, rows: number): Float64Array {
  if (column?.layout === 'safe' && column.validity === null && millisecondsOf(column.type)) return column.values.subarray(0, rows)
  const times = new Float64Array(rows).fill(Number.NaN)
  if (column === null) return times
  const { validity, type } = column
  const perMilli = millisecondsOf(type) ? 1 : 1000
  for (let row = 0; row < rows; row++) {
    if (validity !== null && ((validity[row >> 3] as number) & (1 << (row & 7))) === 0) continue
    if (column.layout === 'safe') times[row] = Math.floor((column.values[row] as number) / perMilli)
    else if (column.layout === 'wide') times[row] = Math.floor(Number(column.values[row] as bigint) / perMilli)
    else if (column.layout === 'nanos') times[row] = column.millis[row] as number
    else if (column.layout === 'int32')
      times[row] = type.kind === 'DATE' ? (column.values[row] as number) * 86_400_000 : (column.values[row] as number)
  }
  return times
}

const millisecondsOf = (type: LogicalType): boolean => !((type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.precision > 3)

/** Dictionary ids of a column's texts, into `ids`; -1: null. Numbers and booleans as Druid writes them. */
export function idsOf(column: Column | null, rows: number, interner: Interner, ids: Int32Array = new Int32Array(rows)): Int32Array {
  if (column === null) return ids.fill(-1)
  const { validity } = column
  if (column.layout === 'dictionary') {
    const { dictionary, ids: entries } = column
    // Each entry that some row uses is interned once.
    const known = new Int32Array(dictionary.length).fill(-1)
    for (let row = 0; row < rows; row++) {
      if (validity !== null && isAbsent(validity, row)) {
        ids[row] = -1
        continue
      }
      const entry = entries[row] as number
      let id = known[entry] as number
      if (id < 0) {
        id = interner.idOf(dictionary.bytes, dictionary.offsets[entry] as number, dictionary.offsets[entry + 1] as number)
        known[entry] = id
      }
      ids[row] = id
    }
    return ids
  }
  if (column.layout === 'bytes' && isString(column.type)) {
    for (let row = 0; row < rows; row++) {
      const present = validity === null || ((validity[row >> 3] as number) & (1 << (row & 7))) !== 0
      ids[row] = present ? interner.idOf(column.bytes, column.offsets[row] as number, column.offsets[row + 1] as number) : -1
    }
    return ids
  }
  const seen = new Map<Value, number>()
  for (let row = 0; row < rows; row++) {
    const value = valueAt(column, row)
    if (value === null) {
      ids[row] = -1
      continue
    }
    let id = seen.get(value)
    if (id === undefined) {
      id = interner.idOfText(textOf(value, column.type))
      seen.set(value, id)
    }
    ids[row] = id
  }
  return ids
}

function textOf(value: Value, type: LogicalType): string {
  if (typeof value === 'bigint' && (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ'))
    return new Date(Number(value / 1_000_000n)).toISOString()
  if (typeof value === 'bigint' && type.kind === 'DECIMAL') {
    const digits = value
      .toString()
      .replace('-', '')
      .padStart(type.scale + 1, '0')
    const sign = value < 0n ? '-' : ''
    return type.scale === 0 ? sign + digits : `${sign}${digits.slice(0, -type.scale)}.${digits.slice(-type.scale)}`
  }
  if (typeof value === 'number' && type.kind === 'DATE') return new Date(value * 86_400_000).toISOString().slice(0, 10)
  if (typeof value === 'object' && value !== null)
    return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? inner.toString() : inner))
  return String(value)
}

/** 64-bit hashes of a column's values as pairs of words; null where there is no value. */
export interface HashColumn {
  readonly low: Int32Array
  readonly high: Int32Array
  readonly validity: Uint8Array | null
}

const seeds = [0x1b873593, 0x52dce729] as const
const scratch = new Uint8Array(8)
const scratchDouble = new Float64Array(scratch.buffer)

export function hashesOf(column: Column | null, rows: number): HashColumn {
  const low = new Int32Array(rows)
  const high = new Int32Array(rows)
  if (column === null) return { low, high, validity: absent(rows) }
  const put = (row: number, bytes: Uint8Array, from: number, to: number): void => {
    low[row] = hashBytes(bytes, from, to, seeds[0])
    high[row] = hashBytes(bytes, from, to, seeds[1])
  }
  if (column.layout === 'dictionary') {
    const { dictionary } = column
    const inner = hashesOf(dictionary, dictionary.length)
    for (let row = 0; row < rows; row++) {
      low[row] = inner.low[column.ids[row] as number] as number
      high[row] = inner.high[column.ids[row] as number] as number
    }
  } else if (column.layout === 'bytes') {
    for (let row = 0; row < rows; row++) put(row, column.bytes, column.offsets[row] as number, column.offsets[row + 1] as number)
  } else if (column.layout === 'safe' || column.layout === 'float64' || column.layout === 'int32') {
    for (let row = 0; row < rows; row++) {
      scratchDouble[0] = column.values[row] as number
      put(row, scratch, 0, 8)
    }
  } else {
    const encoder = new TextEncoder()
    for (let row = 0; row < rows; row++) {
      const bytes = encoder.encode(textOf(valueAt(column, row), column.type))
      put(row, bytes, 0, bytes.length)
    }
  }
  return { low, high, validity: column.validity }
}
