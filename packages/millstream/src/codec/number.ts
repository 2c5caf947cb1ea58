import { type Cursor, refusal } from './cursor.ts'

/** Numbers off the fast path: long ones, exponents, exact integers beyond 2^53, decimals. Grammar: JSON's. */

export const powersOfTen = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))
/** The small ones, for code that stays with whole numbers. */
export const tens = Int32Array.of(1, 10, 100, 1000)

/** The position after a JSON number, or -1 when none starts here. */
export function numberEnd(source: Uint8Array, from: number): number {
  let at = source[from] === 45 ? from + 1 : from
  const first = source[at] as number
  if (!isDigit(first)) return -1
  at++
  if (first !== 48) while (isDigit(source[at] as number)) at++
  else if (isDigit(source[at] as number)) return -1
  if (source[at] === 46) {
    if (!isDigit(source[++at] as number)) return -1
    while (isDigit(source[at] as number)) at++
  }
  if (((source[at] as number) | 32) === 101) {
    at++
    if (source[at] === 43 || source[at] === 45) at++
    if (!isDigit(source[at] as number)) return -1
    while (isDigit(source[at] as number)) at++
  }
  return at
}

/** A finite double, exactly as JavaScript reads the text. */
export function readDouble(source: Uint8Array, from: number, cursor: Cursor): number {
  const end = numberEnd(source, from)
  if (end < 0) return cursor.refuse(refusal.type, from)
  cursor.at = end
  // Clinger's fast path: up to 15 digits and a power of ten that is exact divide or multiply without error.
  let mantissa = 0
  let digits = 0
  let at = source[from] === 45 ? from + 1 : from
  let point = -1
  for (; at < end; at++) {
    const code = source[at] as number
    if (code === 46) {
      point = at
    } else if (isDigit(code)) {
      mantissa = mantissa * 10 + (code - 48)
      if (mantissa > 0) digits++
    } else {
      break
    }
  }
  if (at === end && digits <= 15) {
    const places = point < 0 ? 0 : end - point - 1
    if (places <= 22) {
      const value = mantissa / (powersOfTen[places] as number)
      return source[from] === 45 ? -value : value
    }
  }
  const value = Number(asciiText(source, from, end))
  if (!Number.isFinite(value)) return cursor.refuse(refusal.range, from)
  return value
}

/** A whole number within [min, max], both safe; `1.0` and `1e3` are whole. */
export function readInteger(source: Uint8Array, from: number, cursor: Cursor, min: number, max: number): number {
  const value = readWhole(source, from, cursor)
  if (cursor.at < 0) return -1
  if (value < BigInt(min) || value > BigInt(max)) return cursor.refuse(refusal.range, from)
  return Number(value)
}

/** An int64, exact. */
export function readInt64(source: Uint8Array, from: number, cursor: Cursor): bigint {
  const value = readWhole(source, from, cursor)
  if (cursor.at >= 0 && value !== BigInt.asIntN(64, value)) cursor.refuse(refusal.range, from)
  return value
}

function readWhole(source: Uint8Array, from: number, cursor: Cursor): bigint {
  const end = numberEnd(source, from)
  if (end < 0) return BigInt(cursor.refuse(refusal.type, from))
  cursor.at = end
  const { unscaled, scale } = decimalParts(asciiText(source, from, end))
  if (scale <= 0) {
    if (scale < -exponentMax) return BigInt(cursor.refuse(refusal.range, from))
    return unscaled * 10n ** BigInt(-scale)
  }
  const divisor = scale > exponentMax ? 0n : 10n ** BigInt(scale)
  if (unscaled !== 0n && (divisor === 0n || unscaled % divisor !== 0n)) return BigInt(cursor.refuse(refusal.type, from))
  return unscaled === 0n ? 0n : unscaled / divisor
}

/** The unscaled value of a DECIMAL(precision, scale); further places are rounded half up, as Flink does. */
export function readDecimal(source: Uint8Array, from: number, cursor: Cursor, precision: number, scale: number): bigint {
  const end = numberEnd(source, from)
  if (end < 0) return BigInt(cursor.refuse(refusal.type, from))
  cursor.at = end
  const value = rescale(decimalParts(asciiText(source, from, end)), scale)
  if (value === null || value >= 10n ** BigInt(precision) || value <= -(10n ** BigInt(precision))) {
    return BigInt(cursor.refuse(refusal.range, from))
  }
  return value
}

/** Larger powers of ten are out of every type's range, and expensive. */
const exponentMax = 400

/** `unscaled / 10^scale`, of a text that is a JSON number. */
export function decimalParts(text: string): { readonly unscaled: bigint; readonly scale: number } {
  const exponentAt = text.search(/[eE]/)
  const mantissa = exponentAt < 0 ? text : text.slice(0, exponentAt)
  const exponent = exponentAt < 0 ? 0 : Number(text.slice(exponentAt + 1))
  const point = mantissa.indexOf('.')
  const places = point < 0 ? 0 : mantissa.length - point - 1
  return { unscaled: BigInt(point < 0 ? mantissa : mantissa.slice(0, point) + mantissa.slice(point + 1)), scale: places - exponent }
}

/** Null: too large to be worth computing. */
export function rescale(parts: { readonly unscaled: bigint; readonly scale: number }, scale: number): bigint | null {
  const shift = scale - parts.scale
  if (parts.unscaled === 0n) return 0n
  if (shift >= 0) return shift > exponentMax ? null : parts.unscaled * 10n ** BigInt(shift)
  if (-shift > parts.unscaled.toString().length) return 0n
  const divisor = 10n ** BigInt(-shift)
  const half = divisor / 2n
  const { unscaled } = parts
  return unscaled >= 0n ? (unscaled + half) / divisor : -((-unscaled + half) / divisor)
}

export function asciiText(source: Uint8Array, from: number, end: number): string {
  let text = ''
  for (let at = from; at < end; at++) text += String.fromCharCode(source[at] as number)
  return text
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57
