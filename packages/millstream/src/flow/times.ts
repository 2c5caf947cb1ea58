import { errors } from '../base/errors.ts'
import { type Column, nullCount } from '../data/column.ts'
import { type LogicalType, typeText } from '../data/types.ts'

/** A time column as epoch milliseconds (rounded down); where it is null the value means nothing. */
export function millisOf(column: Column): Float64Array {
  if (column.type.kind !== 'TIMESTAMP' && column.type.kind !== 'TIMESTAMP_LTZ') {
    throw errors.fail('MS-5000', { feature: `Event time of type ${typeText(column.type)}` })
  }
  if (column.layout === 'nanos') return column.millis
  const perMilli = column.type.precision <= 3 ? 1 : 1000
  if (column.layout === 'safe') {
    if (perMilli === 1) return column.values
    return Float64Array.from(column.values.subarray(0, column.length), (value) => Math.floor(value / perMilli))
  }
  if (column.layout === 'wide') {
    return Float64Array.from({ length: column.length }, (_, row) => Math.floor(Number(column.values[row]) / perMilli))
  }
  return new Float64Array(column.length)
}

export const hasNulls = (column: Column): boolean => column.validity !== null && nullCount(column) > 0

/** Whether a row's value is there, as a function for loops that are not hot, or whose columns mostly have no nulls. */
export function present(column: Column): (row: number) => boolean {
  const { validity } = column
  if (column.layout === 'empty') return () => false
  if (validity === null) return () => true
  return (row) => ((validity[row >> 3] as number) & (1 << (row & 7))) !== 0
}

/** A column of one time, given in milliseconds, in the type's own unit. */
export function millisColumn(type: LogicalType, timeMs: number, length: number): Column {
  return millisValues(type, new Float64Array(length).fill(timeMs))
}

export function millisValues(type: LogicalType, millis: Float64Array): Column {
  const { length } = millis
  const common = { type, length, validity: null }
  if (type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') {
    throw errors.fail('MS-5000', { feature: `A window column of type ${typeText(type)}` })
  }
  if (type.precision <= 3) return { ...common, layout: 'safe', values: millis }
  if (type.precision <= 6) return { ...common, layout: 'safe', values: millis.map((value) => value * 1000) }
  return { ...common, layout: 'nanos', millis, nanos: new Int32Array(length) }
}
