import { civilOf, dayMs, daysInMonth, daysOf } from './civil.ts'

/** Times as text, in SQL's standard form. Timestamps are nanoseconds since the epoch. */

const dayNs = 86_400_000_000_000n
const two = (value: number): string => (value < 10 ? `0${value}` : String(value))

export function dateText(days: number): string {
  const { year, month, day } = civilOf(days)
  const years = year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year).padStart(4, '0')
  return `${years}-${two(month)}-${two(day)}`
}

/** `HH:MM:SS`, with `precision` digits of the fraction. */
export function timeText(ms: number, precision: number): string {
  const text = `${two(Math.floor(ms / 3_600_000))}:${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1000) % 60)}`
  return precision === 0
    ? text
    : `${text}.${String(ms % 1000)
        .padStart(3, '0')
        .padEnd(9, '0')
        .slice(0, precision)}`
}

/** Days, and nanoseconds within the day. */
export function splitNanos(nanos: bigint): { readonly days: number; readonly nanoOfDay: bigint } {
  const nanoOfDay = ((nanos % dayNs) + dayNs) % dayNs
  return { days: Number((nanos - nanoOfDay) / dayNs), nanoOfDay }
}

/** `YYYY-MM-DD HH:MM:SS[.f]`, with exactly `precision` digits of the fraction. */
export function timestampText(nanos: bigint, precision: number, separator = ' '): string {
  const { days, nanoOfDay } = splitNanos(nanos)
  const text = `${dateText(days)}${separator}${timeText(Number(nanoOfDay / 1_000_000n), 0)}`
  if (precision === 0) return text
  return `${text}.${String(nanoOfDay % 1_000_000_000n)
    .padStart(9, '0')
    .slice(0, precision)}`
}

const wholeNumber = (text: string): number | null => (/^[+-]?\d+$/.test(text.trim()) ? Number(text) : null)

/** The days of `YYYY[-M[-D]]`, whatever follows the first space; null when it is no date. */
export function parseDate(text: string): number | null {
  const space = text.indexOf(' ')
  const parts = (space > 0 ? text.slice(0, space) : text).split('-')
  if (parts.length > 3) return null
  const [year, month, day] = [parts[0] ?? '', parts[1] ?? '1', parts[2] ?? '1'].map(wholeNumber)
  if (year === null || month === null || day === null || year === undefined || month === undefined || day === undefined) return null
  if (year < 0 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null
  return daysOf(year, month, day)
}

const timeForm = /^\s*(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?)?\s*$/

/** The milliseconds of the day of `H[:M[:S[.f]]]`; null when it is no time. */
export function parseTime(text: string): number | null {
  const match = timeForm.exec(text)
  if (match === null) return null
  const [hour, minute, second] = [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)]
  if (hour > 23 || minute > 59 || second > 59) return null
  return hour * 3_600_000 + minute * 60_000 + second * 1000 + Number((match[4] ?? '').padEnd(3, '0').slice(0, 3))
}

const timestampForm = /^(\d{4,})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{0,9}))?)?$/

/** The nanoseconds of `YYYY-M-D[ H:M:S[.f]]`; a 29th to 31st that the month has not is its last day. Null when it is no timestamp. */
export function parseTimestamp(text: string): bigint | null {
  const match = timestampForm.exec(text)
  if (match === null) return null
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const [hour, minute, second] = [Number(match[4] ?? 0), Number(match[5] ?? 0), Number(match[6] ?? 0)]
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return null
  const days = daysOf(year, month, Math.min(day, daysInMonth(year, month)))
  const seconds = hour * 3600 + minute * 60 + second
  return BigInt(days) * dayNs + BigInt(seconds) * 1_000_000_000n + BigInt((match[7] ?? '').padEnd(9, '0'))
}

/** Cuts a timestamp to a precision, towards the past. */
export function truncateNanos(nanos: bigint, precision: number): bigint {
  const unit = 10n ** BigInt(9 - precision)
  const rest = nanos % unit
  return nanos - rest - (rest < 0n ? unit : 0n)
}

/** `+1-02`: years and months. */
export function yearMonthText(months: number): string {
  const size = Math.abs(months)
  return `${months < 0 ? '-' : '+'}${Math.floor(size / 12)}-${two(size % 12)}`
}

/** `+1 02:03:04.500`: days and the time. */
export function dayTimeText(ms: bigint): string {
  const size = ms < 0n ? -ms : ms
  const days = size / BigInt(dayMs)
  return `${ms < 0n ? '-' : '+'}${days} ${timeText(Number(size % BigInt(dayMs)), 3)}`
}
