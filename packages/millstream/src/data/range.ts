import type { Column } from './column.ts'

/** The smallest and largest present value, in the column's own unit (milliseconds or microseconds for timestamps). */
export interface ValueRange {
  readonly min: number | bigint | null
  readonly max: number | bigint | null
}

const nothing: ValueRange = { min: null, max: null }

/** Null where no value is present or the layout has no order in numbers. NaN is left out. */
export function rangeOf(column: Column): ValueRange {
  switch (column.layout) {
    case 'int8':
    case 'int16':
    case 'int32':
    case 'float32':
    case 'float64':
    case 'safe':
      return numberRange(column.values, column.validity, column.length)
    case 'nanos':
      return numberRange(column.millis, column.validity, column.length)
    case 'wide':
      return wideRange(column.values, column.validity, column.length)
    default:
      return nothing
  }
}

/** Whether all int64 values of this range fit a double exactly. */
export function isSafeRange({ min, max }: ValueRange): boolean {
  if (min === null || max === null) return true
  return min >= Number.MIN_SAFE_INTEGER && max <= Number.MAX_SAFE_INTEGER
}

function numberRange(values: ArrayLike<number>, validity: Uint8Array | null, length: number): ValueRange {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let row = 0; row < length; row++) {
    if (validity !== null && ((validity[row >> 3] as number) & (1 << (row & 7))) === 0) continue
    const value = values[row] as number
    if (value < min) min = value
    if (value > max) max = value
  }
  return min <= max ? { min, max } : nothing
}

function wideRange(values: BigInt64Array, validity: Uint8Array | null, length: number): ValueRange {
  let min: bigint | null = null
  let max: bigint | null = null
  for (let row = 0; row < length; row++) {
    if (validity !== null && ((validity[row >> 3] as number) & (1 << (row & 7))) === 0) continue
    const value = values[row] as bigint
    if (min === null || value < min) min = value
    if (max === null || value > max) max = value
  }
  return { min, max }
}
