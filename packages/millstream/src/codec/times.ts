import type { TimeFormat } from '../config/stream-options.ts'
import { type Cursor, refusal } from './cursor.ts'
import { asciiText, decimalParts, numberEnd } from './number.ts'

export type { TimeFormat } from '../config/stream-options.ts'

/**
 * How times stand in events: the option `event-time.format`. Never guessed per row.
 *
 *   iso       2025-11-22, 2025-11-22T21:05, 2025-11-22 21:05:07.123456789, each with or without Z, +02:00, +0200, +02.
 *             Without a zone it is UTC.
 *   epoch-*   a number since 1970-01-01T00:00:00Z, with or without a fraction.
 */

/** Decimal digits between the unit and a millisecond. */
export const epochScale: Readonly<Record<Exclude<TimeFormat, 'iso'>, number>> = {
  'epoch-s': -3,
  'epoch-ms': 0,
  'epoch-us': 3,
  'epoch-ns': 6,
}

/** Reads a date and time from `at`; `cursor.millis` and `cursor.nanos` have it. Answers the end, or -1. */
export function readIsoTime(source: Uint8Array, from: number, cursor: Cursor): number {
  const days = readDays(source, from)
  if (days === notADate) return cursor.refuse(refusal.time, from)
  let at = from + 10
  cursor.nanos = 0
  const separator = source[at]
  const startsTime = (separator === 84 || separator === 116 || separator === 32) && isDigit(source[at + 1] as number)
  if (!startsTime) {
    cursor.millis = days * 86_400_000
    return at
  }
  at = readClock(source, at + 1, cursor)
  if (at < 0) return cursor.refuse(refusal.time, from)
  cursor.millis += days * 86_400_000
  const zone = source[at]
  if (zone === 90 || zone === 122) return at + 1
  if (zone !== 43 && zone !== 45) return at
  const hours = twoDigits(source, at + 1)
  if (hours < 0 || hours > 18) return cursor.refuse(refusal.time, from)
  let end = at + 3
  if (source[end] === 58) end++
  let minutes = twoDigits(source, end)
  if (minutes < 0) {
    if (source[end - 1] === 58) return cursor.refuse(refusal.time, from)
    minutes = 0
  } else {
    end += 2
  }
  if (minutes > 59) return cursor.refuse(refusal.time, from)
  const offset = (hours * 60 + minutes) * 60_000
  cursor.millis += zone === 43 ? -offset : offset
  return end
}

/** HH:MM[:SS[.fraction]] into `cursor.millis` (of the day) and `cursor.nanos`; answers the end, or -1. */
export function readClock(source: Uint8Array, from: number, cursor: Cursor): number {
  const hours = twoDigits(source, from)
  const minutes = twoDigits(source, from + 3)
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || source[from + 2] !== 58) return -1
  let millis = (hours * 60 + minutes) * 60_000
  let at = from + 5
  cursor.nanos = 0
  if (source[at] === 58) {
    const seconds = twoDigits(source, at + 1)
    if (seconds < 0 || seconds > 59) return -1
    millis += seconds * 1000
    at += 3
    if (source[at] === 46) {
      let nanos = 0
      let places = 0
      for (at++; isDigit(source[at] as number); at++, places++) if (places < 9) nanos = nanos * 10 + (source[at] as number) - 48
      if (places === 0) return -1
      for (; places < 9; places++) nanos *= 10
      const whole = Math.floor(nanos / 1_000_000)
      millis += whole
      cursor.nanos = nanos - whole * 1_000_000
    }
  }
  cursor.millis = millis
  return at
}

/** Reads a number since the epoch; `scale` is its `epochScale`. Answers the end, or -1. */
export function readEpoch(source: Uint8Array, from: number, cursor: Cursor, scale: number): number {
  const end = numberEnd(source, from)
  if (end < 0) return cursor.refuse(refusal.type, from)
  const digits = wholeDigits(source, from, end)
  if (digits > 0 && digits <= 19) {
    // split where milliseconds end, so that nanoseconds since the epoch stay exact
    const low = scale > 0 ? Math.min(scale, digits) : 0
    const high = digitsValue(source, end - digits, end - low)
    cursor.millis = scale < 0 ? high * 1000 : high
    cursor.nanos = low === 0 ? 0 : digitsValue(source, end - low, end) * (scale === 3 ? 1000 : 1)
    if (source[from] === 45) negate(cursor)
  } else {
    const { unscaled, scale: places } = decimalParts(asciiText(source, from, end))
    const shift = 6 - scale - places
    if (shift > 40 || shift < -400) return cursor.refuse(refusal.range, from)
    const divisor = shift < 0 ? 10n ** BigInt(-shift) : 1n
    const scaled = shift >= 0 ? unscaled * 10n ** BigInt(shift) : unscaled
    const nanos = scaled / divisor - (scaled % divisor < 0n ? 1n : 0n)
    const rest = ((nanos % 1_000_000n) + 1_000_000n) % 1_000_000n
    cursor.millis = Number((nanos - rest) / 1_000_000n)
    cursor.nanos = Number(rest)
  }
  if (Math.abs(cursor.millis) > timeMillisMax) return cursor.refuse(refusal.range, from)
  return end
}

/** The years -271821 to 275760: what JavaScript's dates span, and more than Flink's. */
const timeMillisMax = 8.64e15

function negate(cursor: Cursor): void {
  cursor.millis = cursor.millis === 0 ? 0 : -cursor.millis
  if (cursor.nanos > 0) {
    cursor.millis -= 1
    cursor.nanos = 1_000_000 - cursor.nanos
  }
}

/** How many digits, when the number is nothing but a sign and digits; else 0. */
function wholeDigits(source: Uint8Array, from: number, end: number): number {
  const first = source[from] === 45 ? from + 1 : from
  for (let at = first; at < end; at++) if (!isDigit(source[at] as number)) return 0
  return end - first
}

function digitsValue(source: Uint8Array, from: number, end: number): number {
  let value = 0
  for (let at = from; at < end; at++) value = value * 10 + (source[at] as number) - 48
  return value
}

export const notADate = 1e9

/** YYYY-MM-DD as days since 1970-01-01, or `notADate`. */
export function readDays(source: Uint8Array, at: number): number {
  const century = twoDigits(source, at)
  const yearOfCentury = twoDigits(source, at + 2)
  const month = twoDigits(source, at + 5)
  const day = twoDigits(source, at + 8)
  if (century < 0 || yearOfCentury < 0 || source[at + 4] !== 45 || source[at + 7] !== 45) return notADate
  const year = century * 100 + yearOfCentury
  if (month < 1 || month > 12 || day < 1 || day > daysOfMonth(year, month)) return notADate
  return daysOf(year, month, day)
}

/** Days since 1970-01-01 of a proleptic Gregorian date, by counting in years that start in March. */
export function daysOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function twoDigits(source: Uint8Array, at: number): number {
  const tens = (source[at] as number) - 48
  const ones = (source[at + 1] as number) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57
