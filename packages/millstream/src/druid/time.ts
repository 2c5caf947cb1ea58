import { errors } from '../base/errors.ts'
import type { Interval } from '../model/dataset-query.ts'

/** A period of ISO-8601, as Joda has it. */
export interface Period {
  readonly years: number
  readonly months: number
  readonly weeks: number
  readonly days: number
  readonly hours: number
  readonly minutes: number
  readonly seconds: number
  readonly millis: number
}

const periodForm = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,3})\d*)?S)?)?$/

export function parsePeriod(text: string): Period | null {
  const match = periodForm.exec(text.toUpperCase())
  if (match === null || text.length < 3) return null
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1, 8).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  return { years, months, weeks, days, hours, minutes, seconds, millis: Number((match[8] ?? '0').padEnd(3, '0')) }
}

/** The length of a period that has no months or years; days and weeks as 24 hours. Null: it depends on when it starts. */
export function periodMs(period: Period): number | null {
  if (period.years !== 0 || period.months !== 0) return null
  return ((((period.weeks * 7 + period.days) * 24 + period.hours) * 60 + period.minutes) * 60 + period.seconds) * 1000 + period.millis
}

const instantForm =
  /^([+-]?\d{4,6})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ](?:(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/i

/** An instant of ISO-8601 with any of its parts left out at the end; without a zone it is local in `zone`. Null: it is none. */
export function parseInstant(text: string, zone = 'UTC'): number | null {
  const match = instantForm.exec(text.trim())
  if (match === null) return null
  const [, year, month, day, hour, minute, second, fraction, offset] = match
  const parts = [Number(month ?? 1), Number(day ?? 1), Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)] as const
  if (parts[0] < 1 || parts[0] > 12 || parts[1] < 1 || parts[1] > 31 || parts[2] > 24 || parts[3] > 59 || parts[4] > 59) return null
  const local = localMs(Number(year), parts[0], parts[1]) + ((parts[2] * 60 + parts[3]) * 60 + parts[4]) * 1000
  const millis = local + Math.floor(Number(`0.${fraction ?? '0'}`) * 1000 + 1e-6)
  if (offset === undefined) return zone === 'UTC' ? millis : localToInstant(millis, zone)
  if (offset.toUpperCase() === 'Z') return millis
  const sign = offset.startsWith('-') ? 1 : -1
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0')
  return millis + sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000
}

/** Milliseconds of a civil date's midnight, as if it were UTC. */
export function localMs(year: number, month: number, day: number): number {
  const date = new Date(Date.UTC(2000, month - 1, day))
  date.setUTCFullYear(year, month - 1, day)
  return date.getTime()
}

/** `start/end`, `start/period`, `period/end`. */
export function parseInterval(text: string, zone = 'UTC'): Interval {
  const parts = text.split('/')
  const [from, to] = parts.map((part) => part.trim())
  if (parts.length === 2 && from !== undefined && to !== undefined) {
    const startPeriod = /^p/i.test(from) ? parsePeriod(from) : null
    const endPeriod = /^p/i.test(to) ? parsePeriod(to) : null
    const start = startPeriod === null ? parseInstant(from, zone) : null
    const end = endPeriod === null ? parseInstant(to, zone) : null
    if (start !== null && end !== null && end >= start) return { startMs: start, endMs: end }
    if (start !== null && endPeriod !== null) return { startMs: start, endMs: addPeriod(start, endPeriod, 1, zone) }
    if (end !== null && startPeriod !== null) return { startMs: addPeriod(end, startPeriod, -1, zone), endMs: end }
  }
  throw errors.fail('MS-6001', { what: `'${text}' is not an interval of ISO-8601 (start/end, start/period, period/end)` })
}

const formatters = new Map<string, Intl.DateTimeFormat>()
const fixedOffset = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$/

/** Throws when the zone is unknown. */
export function checkZone(zone: string): string {
  if (zone === 'UTC' || zone === 'Z' || zone === 'Etc/UTC') return 'UTC'
  if (fixedOffset.test(zone)) return zone
  try {
    formatter(zone)
  } catch {
    throw errors.fail('MS-6001', { what: `'${zone}' is not a time zone` })
  }
  return zone
}

function formatter(zone: string): Intl.DateTimeFormat {
  let known = formatters.get(zone)
  if (known === undefined) {
    known = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    if (formatters.size >= 1000) formatters.clear()
    formatters.set(zone, known)
  }
  return known
}

/** How far the zone's clocks are ahead of UTC at an instant. */
export function zoneOffsetMs(instantMs: number, zone: string): number {
  if (zone === 'UTC') return 0
  const fixed = fixedOffset.exec(zone)
  if (fixed !== null) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3] ?? 0)) * 60_000
  const parts: Record<string, string> = {}
  for (const part of formatter(zone).formatToParts(instantMs)) parts[part.type] = part.value
  const year = parts['era'] === 'BC' ? 1 - Number(parts['year']) : Number(parts['year'])
  const local =
    localMs(year, Number(parts['month']), Number(parts['day'])) +
    ((Number(parts['hour']) * 60 + Number(parts['minute'])) * 60 + Number(parts['second'])) * 1000
  return local - Math.floor(instantMs / 1000) * 1000
}

export const instantToLocal = (instantMs: number, zone: string): number => instantMs + zoneOffsetMs(instantMs, zone)

/** A local time in a gap moves forward, one in an overlap is the earlier instant. */
export function localToInstant(localMillis: number, zone: string): number {
  if (zone === 'UTC') return localMillis
  const before = zoneOffsetMs(localMillis - 86_400_000, zone)
  const after = zoneOffsetMs(localMillis + 86_400_000, zone)
  const early = localMillis - Math.max(before, after)
  if (early + zoneOffsetMs(early, zone) === localMillis) return early
  const late = localMillis - Math.min(before, after)
  if (late + zoneOffsetMs(late, zone) === localMillis) return late
  return localMillis - before
}

/** Adds `count` periods: years to days on the zone's calendar, the rest as elapsed time. */
export function addPeriod(instantMs: number, period: Period, count: number, zone: string): number {
  let result = instantMs
  const months = (period.years * 12 + period.months) * count
  const days = (period.weeks * 7 + period.days) * count
  if (months !== 0 || days !== 0) {
    const local = new Date(instantToLocal(result, zone))
    const time = local.getTime() - localMs(local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate())
    const month = local.getUTCFullYear() * 12 + local.getUTCMonth() + months
    const year = Math.floor(month / 12)
    const monthOfYear = month - year * 12 + 1
    const lastDay = new Date(
      localMs(monthOfYear === 12 ? year + 1 : year, monthOfYear === 12 ? 1 : monthOfYear + 1, 1) - 86_400_000,
    ).getUTCDate()
    const day = Math.min(local.getUTCDate(), lastDay)
    result = localToInstant(localMs(year, monthOfYear, day) + days * 86_400_000 + time, zone)
  }
  return result + (((period.hours * 60 + period.minutes) * 60 + period.seconds) * 1000 + period.millis) * count
}

/** `2015-09-12T00:46:58.771Z`, or with the zone's offset. */
export function formatInstant(instantMs: number, zone = 'UTC'): string {
  if (zone === 'UTC') return isoText(instantMs, 'Z')
  const offset = zoneOffsetMs(instantMs, zone)
  if (offset === 0) return isoText(instantMs, 'Z')
  const minutes = Math.abs(offset) / 60_000
  const text = `${offset < 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(Math.floor(minutes % 60)).padStart(2, '0')}`
  return isoText(instantMs + offset, text)
}

function isoText(localMillis: number, suffix: string): string {
  const date = new Date(localMillis)
  if (Number.isNaN(date.getTime())) return String(localMillis)
  const text = date.toISOString()
  return `${text.slice(0, -1)}${suffix}`
}
