import { type Parameter, take } from '../signature.ts'
import { addMonths, civilOf, dayOfYear, daysOf, isoDayOfWeek, isoWeek } from '../text/civil.ts'
import { splitNanos } from '../text/time-text.ts'

export const temporal: Parameter = {
  text: '<DATE, TIME, TIMESTAMP or INTERVAL>',
  accept: (type) => take.datetime.accept(type) ?? take.interval.accept(type),
}
/** Units shorter than a day. */
export const subDay = new Set(['HOUR', 'MINUTE', 'SECOND', 'MILLISECOND', 'MICROSECOND', 'NANOSECOND'])

/** Units as SQL names them, with milliseconds or months where they have a fixed length. */
export const unitMs: Readonly<Record<string, number>> = {
  MILLISECOND: 1,
  SECOND: 1000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
  WEEK: 604_800_000,
}
export const unitMonths: Readonly<Record<string, number>> = {
  MONTH: 1,
  QUARTER: 3,
  YEAR: 12,
  DECADE: 120,
  CENTURY: 1200,
  MILLENNIUM: 12_000,
}
const spelled: Readonly<Record<string, string>> = {
  SQL_TSI_SECOND: 'SECOND',
  SQL_TSI_MINUTE: 'MINUTE',
  SQL_TSI_HOUR: 'HOUR',
  SQL_TSI_DAY: 'DAY',
  SQL_TSI_WEEK: 'WEEK',
  SQL_TSI_MONTH: 'MONTH',
  SQL_TSI_QUARTER: 'QUARTER',
  SQL_TSI_YEAR: 'YEAR',
  SECONDS: 'SECOND',
  MINUTES: 'MINUTE',
  HOURS: 'HOUR',
  DAYS: 'DAY',
  WEEKS: 'WEEK',
  MONTHS: 'MONTH',
  QUARTERS: 'QUARTER',
  YEARS: 'YEAR',
}
export const unitOf = (text: string): string => spelled[text.toUpperCase()] ?? text.toUpperCase()

/** A field of a date. */
export function dateField(unit: string, days: number): number | null {
  const { year, month, day } = civilOf(days)
  switch (unit) {
    case 'YEAR':
      return year
    case 'ISOYEAR':
      return isoWeek(days).year
    case 'QUARTER':
      return Math.floor((month - 1) / 3) + 1
    case 'MONTH':
      return month
    case 'DAY':
      return day
    case 'DOW':
      return (isoDayOfWeek(days) % 7) + 1
    case 'ISODOW':
      return isoDayOfWeek(days)
    case 'DOY':
      return dayOfYear(days)
    case 'WEEK':
      return isoWeek(days).week
    case 'DECADE':
      return Math.floor(year / 10)
    case 'CENTURY':
      return year > 0 ? Math.floor((year + 99) / 100) : Math.ceil((year - 99) / 100)
    case 'MILLENNIUM':
      return year > 0 ? Math.floor((year + 999) / 1000) : Math.ceil((year - 999) / 1000)
    case 'EPOCH':
      return days * 86_400
    default:
      return null
  }
}

/** A field of a wall time in nanoseconds. Division cuts towards 1970, as in Flink: fields of earlier times come out as they do there. */
export function timestampField(unit: string, nanos: bigint): number | null {
  const ms = Number(nanos / 1_000_000n)
  switch (unit) {
    case 'EPOCH':
      return Math.trunc(ms / 1000) + 0
    case 'NANOSECOND':
      return Number(nanos % 1_000_000_000n)
    case 'MICROSECOND':
      return Number((nanos % 1_000_000_000n) / 1000n)
    default:
      return clockField(unit, ms) ?? dateField(unit, Math.trunc(ms / 86_400_000))
  }
}

/** Hours to milliseconds, of milliseconds. */
export function clockField(unit: string, ms: number): number | null {
  switch (unit) {
    case 'MILLISECOND':
      return (ms % 1000) + 0
    case 'SECOND':
      return Math.trunc((ms % 60_000) / 1000) + 0
    case 'MINUTE':
      return Math.trunc((ms % 3_600_000) / 60_000) + 0
    case 'HOUR':
      return Math.trunc((ms % 86_400_000) / 3_600_000) + 0
    default:
      return null
  }
}

/** The start of the unit that holds a day, or of the next one. Weeks start on Sunday, centuries in year 1. */
export function floorDays(unit: string, days: number): number {
  const { year, month } = civilOf(days)
  switch (unit) {
    case 'WEEK':
      return days - (isoDayOfWeek(days) % 7)
    case 'MONTH':
      return daysOf(year, month, 1)
    case 'QUARTER':
      return daysOf(year, month - ((month - 1) % 3), 1)
    case 'YEAR':
      return daysOf(year, 1, 1)
    case 'DECADE':
      return daysOf(Math.floor(year / 10) * 10, 1, 1)
    case 'CENTURY':
      return daysOf(Math.floor((year - 1) / 100) * 100 + 1, 1, 1)
    case 'MILLENNIUM':
      return daysOf(Math.floor((year - 1) / 1000) * 1000 + 1, 1, 1)
    default:
      return days
  }
}

export function ceilDays(unit: string, days: number): number {
  // A whole day is moved on by Flink; every other unit leaves its own start as it is.
  if (unit === 'DAY') return days + 1
  const floor = floorDays(unit, days)
  if (floor === days) return days
  return unit === 'WEEK' ? floor + 7 : addMonths(floor, unitMonths[unit] ?? 0)
}

/** FLOOR and CEIL of a wall time in nanoseconds. */
export function roundNanos(unit: string, nanos: bigint, up: boolean): bigint {
  const fixed = unit === 'WEEK' ? undefined : unitMs[unit]
  if (fixed !== undefined) {
    const size = BigInt(fixed) * 1_000_000n
    const floor = nanos - (((nanos % size) + size) % size)
    return up && floor !== nanos ? floor + size : floor
  }
  if (unitMonths[unit] === undefined && unit !== 'WEEK') return nanos
  const dayNs = 86_400_000_000_000n
  const { days } = splitNanos(nanos)
  // The time of the day does not count, as in Flink: CEIL of the afternoon of the 1st TO MONTH is that 1st.
  return BigInt(up ? ceilDays(unit, days) : floorDays(unit, days)) * dayNs
}
