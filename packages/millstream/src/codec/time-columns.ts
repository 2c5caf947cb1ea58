import type { Cursor } from './cursor.ts'
import type { FlatScratch, NanosScratch } from './flat-scratch.ts'
import { powersOfTen } from './number.ts'

/** The time that the cursor holds, cut to the column's precision. */
export function putTime(scratch: FlatScratch | NanosScratch, row: number, cursor: Cursor, precision: number): void {
  scratch.nulls[row] = 0
  const { millis } = cursor
  if (precision > 6) {
    const nanos = scratch as NanosScratch
    nanos.millis[row] = millis
    nanos.nanos[row] = cut(cursor.nanos, 9 - precision)
    return
  }
  const flat = scratch as FlatScratch
  if (precision <= 3) {
    flat.values[row] = cut(millis, 3 - precision)
    return
  }
  const micros = cut(Math.floor(cursor.nanos / 1000), 6 - precision)
  const value = millis * 1000 + micros
  if (Number.isSafeInteger(value)) flat.values[row] = value
  else flat.putInt64(row, BigInt(millis) * 1000n + BigInt(micros))
}

function cut(value: number, places: number): number {
  if (places === 0) return value
  const unit = powersOfTen[places] as number
  return Math.floor(value / unit) * unit + 0
}
