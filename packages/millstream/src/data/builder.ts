import { assert, unreachable } from '../base/assert.ts'
import type { BytesColumn, Column } from './column.ts'
import { bitmapBytes } from './column.ts'
import { isString, type LogicalType } from './types.ts'
import type { Value } from './value.ts'

const encoder = new TextEncoder()
const safeMax = BigInt(Number.MAX_SAFE_INTEGER)

/** A column of these values (see `Value` for the form each type takes). For tests, edges and the interpreter. */
export function columnOf(type: LogicalType, values: readonly Value[]): Column {
  const length = values.length
  const common = { type, length, validity: validityOf(values) }
  switch (type.kind) {
    case 'NULL':
      return { ...common, layout: 'empty' }
    case 'BOOLEAN':
      return { ...common, layout: 'bool', values: Uint8Array.from(values, (value) => (value === true ? 1 : 0)) }
    case 'TINYINT':
      return { ...common, layout: 'int8', values: Int8Array.from(values, numberOf) }
    case 'SMALLINT':
      return { ...common, layout: 'int16', values: Int16Array.from(values, numberOf) }
    case 'INT':
    case 'DATE':
    case 'TIME':
    case 'INTERVAL_YEAR_MONTH':
      return { ...common, layout: 'int32', values: Int32Array.from(values, numberOf) }
    case 'FLOAT':
      return { ...common, layout: 'float32', values: Float32Array.from(values, numberOf) }
    case 'DOUBLE':
      return { ...common, layout: 'float64', values: Float64Array.from(values, numberOf) }
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return int64Column(common, values.map(bigintOf))
    case 'DECIMAL':
      return type.precision <= 18 ? int64Column(common, values.map(bigintOf)) : decimal128Column(common, values)
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      if (type.precision > 6) return nanosColumn(common, values)
      return int64Column(
        common,
        values.map((value) => floorDivide(bigintOf(value), type.precision <= 3 ? 1_000_000n : 1_000n)),
      )
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY':
      return bytesColumn(type, values)
    case 'ARRAY': {
      const lists = values.map(listOf)
      return { ...common, layout: 'list', offsets: offsetsOf(lists), child: columnOf(type.element, lists.flat()) }
    }
    case 'MAP':
    case 'MULTISET': {
      const lists = values.map(listOf)
      const pairs = lists.flat() as (readonly [Value, Value])[]
      const keyType = type.kind === 'MAP' ? type.key : type.element
      const valueType: LogicalType = type.kind === 'MAP' ? type.value : { kind: 'INT', nullable: false }
      const keys = columnOf(
        keyType,
        pairs.map((pair) => pair[0]),
      )
      return {
        ...common,
        layout: 'map',
        offsets: offsetsOf(lists),
        keys,
        values: columnOf(
          valueType,
          pairs.map((pair) => pair[1]),
        ),
      }
    }
    case 'ROW': {
      const children = type.fields.map((field, position) =>
        columnOf(
          field.type,
          values.map((value) => (value === null ? null : (listOf(value)[position] ?? null))),
        ),
      )
      return { ...common, layout: 'row', children }
    }
    default:
      return unreachable(type)
  }
}

/** A column of `length` rows that all have this value: a default for blocks older than the field, a literal. */
export function constantColumn(type: LogicalType, value: Value, length: number): Column {
  if (value !== null && (isString(type) || type.kind === 'BINARY' || type.kind === 'VARBINARY')) {
    return { type, length, validity: null, layout: 'dictionary', ids: new Int32Array(length), dictionary: bytesColumn(type, [value]) }
  }
  return columnOf(type, new Array<Value>(length).fill(value))
}

export function bytesColumn(type: LogicalType, values: readonly Value[]): BytesColumn {
  const parts = values.map((value) =>
    typeof value === 'string' ? encoder.encode(value) : value instanceof Uint8Array ? value : new Uint8Array(0),
  )
  const offsets = new Int32Array(parts.length + 1)
  let end = 0
  parts.forEach((part, row) => {
    end += part.length
    offsets[row + 1] = end
  })
  const bytes = new Uint8Array(end)
  parts.forEach((part, row) => {
    bytes.set(part, offsets[row])
  })
  return { type, length: values.length, validity: validityOf(values), layout: 'bytes', offsets, bytes }
}

/** Null when no value is null. */
export function validityOf(values: readonly Value[]): Uint8Array | null {
  if (!values.includes(null)) return null
  const validity = new Uint8Array(bitmapBytes(values.length))
  values.forEach((value, row) => {
    if (value !== null) validity[row >> 3] = (validity[row >> 3] as number) | (1 << (row & 7))
  })
  return validity
}

type CommonFields = { readonly type: LogicalType; readonly length: number; readonly validity: Uint8Array | null }

/** `safe` when every value fits a double exactly, else `wide`. */
function int64Column(common: CommonFields, values: readonly bigint[]): Column {
  if (values.every((value) => value <= safeMax && value >= -safeMax)) {
    return { ...common, layout: 'safe', values: Float64Array.from(values, Number) }
  }
  return { ...common, layout: 'wide', values: BigInt64Array.from(values) }
}

function decimal128Column(common: CommonFields, values: readonly Value[]): Column {
  const words = new BigInt64Array(2 * values.length)
  values.forEach((value, row) => {
    const unscaled = bigintOf(value)
    words[2 * row] = BigInt.asIntN(64, unscaled)
    words[2 * row + 1] = unscaled >> 64n
  })
  return { ...common, layout: 'decimal128', words }
}

function nanosColumn(common: CommonFields, values: readonly Value[]): Column {
  const millis = new Float64Array(values.length)
  const nanos = new Int32Array(values.length)
  values.forEach((value, row) => {
    const all = bigintOf(value)
    const whole = floorDivide(all, 1_000_000n)
    millis[row] = Number(whole)
    nanos[row] = Number(all - whole * 1_000_000n)
  })
  return { ...common, layout: 'nanos', millis, nanos }
}

function offsetsOf(lists: readonly (readonly Value[])[]): Int32Array {
  const offsets = new Int32Array(lists.length + 1)
  lists.forEach((list, row) => {
    offsets[row + 1] = (offsets[row] as number) + list.length
  })
  return offsets
}

const numberOf = (value: Value): number => (typeof value === 'number' ? value : 0)
const bigintOf = (value: Value): bigint => {
  if (value === null) return 0n
  assert(typeof value === 'bigint', `a bigint is wanted, not ${typeof value}`)
  return value
}
const listOf = (value: Value): readonly Value[] => (Array.isArray(value) ? value : [])

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}
