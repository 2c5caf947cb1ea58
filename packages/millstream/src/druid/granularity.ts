import { errors } from '../base/errors.ts'
import { call, literal, type Scalar } from '../model/dataset-query.ts'
import {
  addPeriod,
  checkZone,
  formatInstant,
  instantToLocal,
  localMs,
  localToInstant,
  type Period,
  parseInstant,
  parsePeriod,
} from './time.ts'

/** How time is cut into buckets. `none` is a bucket a millisecond, `all` one for everything. */
export type Granularity =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'duration'; readonly durationMs: number; readonly originMs: number }
  | { readonly kind: 'period'; readonly period: Period; readonly text: string; readonly originMs: number | null; readonly zone: string }

const named: Readonly<Record<string, string>> = {
  second: 'PT1S',
  minute: 'PT1M',
  five_minute: 'PT5M',
  ten_minute: 'PT10M',
  fifteen_minute: 'PT15M',
  thirty_minute: 'PT30M',
  hour: 'PT1H',
  six_hour: 'PT6H',
  eight_hour: 'PT8H',
  day: 'P1D',
  week: 'P1W',
  month: 'P1M',
  quarter: 'P3M',
  year: 'P1Y',
}
const granularityNames: readonly string[] = ['all', 'none', ...Object.keys(named)]

/** Druid's JSON: a name, a period's text, or an object. */
export function parseGranularity(json: unknown, zone = 'UTC'): Granularity {
  if (json === undefined || json === null) return { kind: 'all' }
  if (typeof json === 'string') {
    const name = json.toLowerCase()
    if (name === 'all') return { kind: 'all' }
    if (name === 'none') return { kind: 'none' }
    const period = named[name] ?? (/^p/i.test(json) ? json.toUpperCase() : undefined)
    if (period !== undefined) return periodGranularity(period, null, zone)
    throw errors.fail('MS-6001', {
      what: `'${json}' is not a granularity; known are ${granularityNames.join(', ')} and periods such as PT5M`,
    })
  }
  if (typeof json === 'object' && !Array.isArray(json)) {
    const spec = json as Record<string, unknown>
    const origin = spec['origin'] === undefined || spec['origin'] === null ? null : instant(spec['origin'])
    if (spec['type'] === 'all' || spec['type'] === 'none') return { kind: spec['type'] }
    if (spec['type'] === 'duration') {
      const durationMs = Number(spec['duration'])
      if (Number.isSafeInteger(durationMs) && durationMs > 0) return { kind: 'duration', durationMs, originMs: origin ?? 0 }
    }
    if (spec['type'] === 'period' && typeof spec['period'] === 'string') {
      return periodGranularity(spec['period'], origin, typeof spec['timeZone'] === 'string' ? spec['timeZone'] : 'UTC')
    }
    if (spec['type'] === undefined && typeof spec['period'] === 'string')
      return periodGranularity(spec['period'], origin, String(spec['timeZone'] ?? 'UTC'))
  }
  throw errors.fail('MS-6001', { what: `granularity ${JSON.stringify(json)} is not one that Druid knows` })
}

function periodGranularity(text: string, originMs: number | null, zone: string): Granularity {
  const period = parsePeriod(text)
  if (period === null || Object.values(period).every((part) => part === 0))
    throw errors.fail('MS-6001', { what: `'${text}' is not a period of ISO-8601` })
  return { kind: 'period', period, text: text.toUpperCase(), originMs, zone: checkZone(zone) }
}

function instant(value: unknown): number {
  const result = typeof value === 'number' ? value : parseInstant(String(value))
  if (result === null) throw errors.fail('MS-6001', { what: `'${String(value)}' is not a time of ISO-8601` })
  return result
}

/** The zone that bucket times are shown in. */
export const zoneOf = (granularity: Granularity): string => (granularity.kind === 'period' ? granularity.zone : 'UTC')
export const showBucket = (granularity: Granularity, bucketMs: number): string => formatInstant(bucketMs, zoneOf(granularity))

/** The bucket of a time, as a scalar that the store evaluates. Not for `all`. */
export function bucketScalar(granularity: Granularity, time: Scalar): Scalar {
  switch (granularity.kind) {
    case 'all':
      return literal(0, 'LONG')
    case 'none':
      return time
    case 'duration':
      return call('floor_fixed', [time, literal(granularity.durationMs, 'LONG'), literal(granularity.originMs, 'LONG')], time.type)
    case 'period':
      return periodFloor(time, granularity.period, granularity.originMs, granularity.zone)
  }
}

/** `time_floor(time, period, origin, zone)`; fixed lengths in UTC are plain arithmetic. */
export function periodFloor(time: Scalar, period: Period, originMs: number | null, zone: string): Scalar {
  const cut = cutOf(period, originMs)
  if (cut.unit === 'millis' || (zone === 'UTC' && cut.unit === 'days')) {
    const stepMs = cut.unit === 'days' ? cut.count * 86_400_000 : cut.count
    // Whole hours and below count from midnight of 1970 in the zone, as elapsed time.
    const origin = originMs ?? (cut.count === 604_800_000 ? -259_200_000 : localToInstant(0, zone))
    if (!(cut.unit === 'days' && cut.monday)) {
      if (zone === 'UTC' || originMs !== null || !isSingle(period))
        return call('floor_fixed', [time, literal(stepMs, 'LONG'), literal(origin, 'LONG')], time.type)
      // A single hour, minute or second is cut on the zone's clock.
      return call('floor_zone_fixed', [time, literal(stepMs, 'LONG'), literal(zone, 'STRING')], time.type)
    }
    return call('floor_fixed', [time, literal(stepMs, 'LONG'), literal(originMs ?? -259_200_000, 'LONG')], time.type)
  }
  const originLocal = originMs === null ? (cut.unit === 'days' && cut.monday ? -259_200_000 : 0) : instantToLocal(originMs, zone)
  return call(
    'floor_calendar',
    [time, literal(cut.unit, 'STRING'), literal(cut.count, 'LONG'), literal(originLocal, 'LONG'), literal(zone, 'STRING')],
    time.type,
  )
}

const isSingle = (period: Period): boolean => Object.values(period).reduce((sum, part) => sum + part, 0) === 1

type Cut = { readonly unit: 'months' | 'days' | 'millis'; readonly count: number; readonly monday: boolean }

function cutOf(period: Period, originMs: number | null): Cut {
  const months = period.years * 12 + period.months
  const days = period.weeks * 7 + period.days
  const millis = ((period.hours * 60 + period.minutes) * 60 + period.seconds) * 1000 + period.millis
  if (months > 0 && days === 0 && millis === 0) return { unit: 'months', count: months, monday: false }
  if (months > 0) throw errors.fail('MS-6000', { feature: 'a granularity of months together with shorter units' })
  if (days > 0 && millis === 0) return { unit: 'days', count: days, monday: period.weeks === 1 && period.days === 0 && originMs === null }
  return { unit: 'millis', count: days * 86_400_000 + millis, monday: false }
}

/** The same in plain code: where the bucket of an instant starts. Proved equal to the store's by a test. */
export function bucketStart(granularity: Granularity, instantMs: number): number {
  if (granularity.kind === 'all') return 0
  if (granularity.kind === 'none') return instantMs
  if (granularity.kind === 'duration') return floorTo(instantMs, granularity.durationMs, granularity.originMs)
  const { period, originMs, zone } = granularity
  const cut = cutOf(period, originMs)
  if (cut.unit === 'millis') {
    if (zone === 'UTC' || originMs !== null || !isSingle(period)) return floorTo(instantMs, cut.count, originMs ?? localToInstant(0, zone))
    const offset = instantToLocal(instantMs, zone) - instantMs
    return floorTo(instantMs + offset, cut.count, 0) - offset
  }
  const local = instantToLocal(instantMs, zone)
  const originLocal = originMs === null ? (cut.monday ? -259_200_000 : 0) : instantToLocal(originMs, zone)
  if (cut.unit === 'days') return localToInstant(floorTo(local, cut.count * 86_400_000, originLocal), zone)
  const origin = new Date(originLocal)
  const date = new Date(local)
  const rest = originLocal - localMs(origin.getUTCFullYear(), origin.getUTCMonth() + 1, 1)
  let month = (date.getUTCFullYear() - origin.getUTCFullYear()) * 12 + date.getUTCMonth() - origin.getUTCMonth()
  if (local - localMs(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) < rest) month -= 1
  const start = Math.floor(month / cut.count) * cut.count + origin.getUTCFullYear() * 12 + origin.getUTCMonth()
  return localToInstant(localMs(Math.floor(start / 12), (start % 12) + 1, 1) + rest, zone)
}

const floorTo = (value: number, step: number, origin: number): number => Math.floor((value - origin) / step) * step + origin

/** The start of the bucket after this one. */
export function nextBucket(granularity: Granularity, bucketMs: number): number {
  switch (granularity.kind) {
    case 'all':
      return Number.POSITIVE_INFINITY
    case 'none':
      return bucketMs + 1
    case 'duration':
      return bucketMs + granularity.durationMs
    case 'period':
      return addPeriod(bucketMs, granularity.period, 1, granularity.zone)
  }
}
