import { unreachable } from '../../base/assert.ts'
import { bitmapBytes, type Column } from '../../data/column.ts'
import type { LogicalType } from '../../data/types.ts'
import { keyFormOf } from './key-layout.ts'
import type { KeyedRows } from './keyed-rows.ts'

/** The key columns of these slots, decoded from their key bytes. */
export function keyColumns(types: readonly LogicalType[], rows: KeyedRows, slots: Int32Array, count: number): Column[] {
  const at = new Int32Array(count)
  for (let i = 0; i < count; i++) at[i] = rows.keyStart(slots[i] as number)
  const bytes = rows.keyBytes.array
  return types.map((type) => decodeColumn(type, bytes, at, count))
}

/** Reads one value at each position, and moves the positions behind it. */
function decodeColumn(type: LogicalType, bytes: Uint8Array, at: Int32Array, count: number): Column {
  const validity = readValidity(bytes, at, count)
  const common = { type, length: count, validity }
  const present = (i: number): boolean => validity === null || (((validity[i >> 3] as number) >> (i & 7)) & 1) === 1
  const form = keyFormOf(type)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const each = (width: number, read: (position: number, i: number) => void): void => {
    for (let i = 0; i < count; i++) {
      if (!present(i)) continue
      read(at[i] as number, i)
      at[i] = (at[i] as number) + width
    }
  }
  switch (form) {
    case 'bool': {
      const values = new Uint8Array(count)
      each(1, (position, i) => {
        values[i] = bytes[position] as number
      })
      return { ...common, layout: 'bool', values }
    }
    case 'int8': {
      const values = new Int8Array(count)
      each(1, (position, i) => {
        values[i] = bytes[position] as number
      })
      return { ...common, layout: 'int8', values }
    }
    case 'int16': {
      const values = new Int16Array(count)
      each(2, (position, i) => {
        values[i] = view.getInt16(position, true)
      })
      return { ...common, layout: 'int16', values }
    }
    case 'int32': {
      const values = new Int32Array(count)
      each(4, (position, i) => {
        values[i] = view.getInt32(position, true)
      })
      return { ...common, layout: 'int32', values }
    }
    case 'int64': {
      const values = new Float64Array(count)
      const from = at.slice()
      each(8, (position, i) => {
        values[i] = view.getInt32(position + 4, true) * 4294967296 + view.getUint32(position, true)
      })
      if (values.every((value) => Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return { ...common, layout: 'safe', values }
      const wide = new BigInt64Array(count)
      for (let i = 0; i < count; i++) if (present(i)) wide[i] = view.getBigInt64(from[i] as number, true)
      return { ...common, layout: 'wide', values: wide }
    }
    case 'float': {
      const values = type.kind === 'FLOAT' ? new Float32Array(count) : new Float64Array(count)
      each(8, (position, i) => {
        values[i] = view.getFloat64(position, true)
      })
      if (values instanceof Float32Array) return { ...common, layout: 'float32', values }
      return { ...common, layout: 'float64', values }
    }
    case 'decimal128': {
      const words = new BigInt64Array(2 * count)
      each(16, (position, i) => {
        words[2 * i] = view.getBigInt64(position, true)
        words[2 * i + 1] = view.getBigInt64(position + 8, true)
      })
      return { ...common, layout: 'decimal128', words }
    }
    case 'nanos': {
      const millis = new Float64Array(count)
      const nanos = new Int32Array(count)
      each(12, (position, i) => {
        millis[i] = view.getInt32(position + 4, true) * 4294967296 + view.getUint32(position, true)
        nanos[i] = view.getInt32(position + 8, true)
      })
      return { ...common, layout: 'nanos', millis, nanos }
    }
    case 'bytes':
      return decodeBytes(common, bytes, view, at, present)
    default:
      return unreachable(form)
  }
}

function decodeBytes(
  common: { readonly type: LogicalType; readonly length: number; readonly validity: Uint8Array | null },
  bytes: Uint8Array,
  view: DataView,
  at: Int32Array,
  present: (i: number) => boolean,
): Column {
  const offsets = new Int32Array(common.length + 1)
  let size = 0
  for (let i = 0; i < common.length; i++) {
    if (present(i)) size += view.getInt32(at[i] as number, true)
    offsets[i + 1] = size
  }
  const target = new Uint8Array(size)
  for (let i = 0; i < common.length; i++) {
    if (!present(i)) continue
    const from = (at[i] as number) + 4
    const length = (offsets[i + 1] as number) - (offsets[i] as number)
    for (let b = 0; b < length; b++) target[(offsets[i] as number) + b] = bytes[from + b] as number
    at[i] = from + length
  }
  return { ...common, layout: 'bytes', offsets, bytes: target }
}

function readValidity(bytes: Uint8Array, at: Int32Array, count: number): Uint8Array | null {
  const validity = new Uint8Array(bitmapBytes(count))
  let present = 0
  for (let i = 0; i < count; i++) {
    const bit = bytes[at[i] as number] as number
    present += bit
    validity[i >> 3] = (validity[i >> 3] as number) | (bit << (i & 7))
    at[i] = (at[i] as number) + 1
  }
  return present === count ? null : validity
}
