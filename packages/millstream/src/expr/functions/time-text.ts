import { errors } from '../../base/errors.ts'
import { isApproximate, isNumeric, isString, isTimestamp, type LogicalType, types, typeText } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { Env, ScalarFunction } from '../function.ts'
import { type Parameter, scalar, take } from '../signature.ts'
import { datePattern } from '../text/date-pattern.ts'
import { parseDate, parseTimestamp, splitNanos, timestampText, truncateNanos } from '../text/time-text.ts'
import { instantNanos, isZone, wallNanos } from '../text/zone.ts'

/** Times from text and numbers, and back. What is no time gives NULL here; CAST fails instead. */

const standard = 'yyyy-MM-dd HH:mm:ss'
const timestampOrText: Parameter = {
  text: '<TIMESTAMP or STRING>',
  accept: (type) => (type.kind === 'NULL' ? types.string() : isTimestamp(type) || isString(type) ? type : null),
}

/** By the pattern, or else in the standard form, whatever the pattern says. */
function parseWith(text: string, pattern: string, name: string): bigint | null {
  return datePattern(pattern, name).parse(text) ?? parseTimestamp(text.trim())
}

/** A pattern that is none makes TO_TIMESTAMP null, not a failure. */
function parseLeniently(text: string, pattern: string): bigint | null {
  try {
    return parseWith(text, pattern, 'TO_TIMESTAMP')
  } catch {
    return null
  }
}

const cut = (nanos: bigint | null, precision: number): bigint | null => (nanos === null ? null : truncateNanos(nanos, precision))

/** The years 0 to 9999. */
const instantMin = -62_167_219_200_000
const instantMax = 253_402_300_799_999

/** Seconds (precision 0) or milliseconds (3) since the epoch. */
function fromNumber(type: LogicalType): (value: number | bigint, precision?: number) => bigint | null {
  return (value, precision = 3) => {
    if (precision !== 0 && precision !== 3) {
      throw errors.fail('MS-2112', {
        name: 'TO_TIMESTAMP_LTZ',
        reason: `the precision is 0 (seconds) or 3 (milliseconds), not ${precision}`,
      })
    }
    const number = type.kind === 'DECIMAL' ? Number((value as bigint) / 10n ** BigInt(type.scale)) : Number(value)
    const ms = Math.floor(precision === 0 ? shifted(number, isApproximate(type)) : number)
    return ms >= instantMin && ms <= instantMax ? BigInt(ms) * 1_000_000n : null
  }
}

/** A FLOAT's seconds count to the millisecond that its digits show. */
function shifted(seconds: number, approximate: boolean): number {
  return approximate ? Math.round(seconds * 1000) : seconds * 1000
}

const toTimestampLtz: readonly ScalarFunction[] = [
  scalar({
    names: ['TO_TIMESTAMP_LTZ'],
    parameters: [take.numeric],
    optional: [take.int],
    together: (args) => (args.every(isNumeric) ? args : null),
    result: types.timestampLtz(3),
    nullable: 'always',
    bind: ({ args }) => fromNumber(args[0] as LogicalType),
  }),
  scalar({
    names: ['TO_TIMESTAMP_LTZ'],
    parameters: [take.string],
    optional: [take.string, take.string],
    result: types.timestampLtz(3),
    nullable: 'always',
    run: (text: string, pattern: string = `${standard}.SSS`, zone: string = 'UTC') => {
      const wall = isZone(zone) ? parseLeniently(text, pattern) : null
      return wall === null ? null : truncateNanos(instantNanos(zone, wall), 3)
    },
  }),
]

function unixTimestamp(text: string, pattern: string, env: Env): bigint {
  const wall = parseWith(text, pattern, 'UNIX_TIMESTAMP')
  if (wall === null) return -9_223_372_036_854_775_808n
  const instant = instantNanos(env.zone, wall)
  return (instant - (((instant % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)) / 1_000_000_000n
}

export const timeTextFunctions: readonly ScalarFunction[] = [
  scalar({
    names: ['DATE_FORMAT'],
    parameters: [timestampOrText, take.string],
    result: types.string(),
    nullable: 'always',
    readsEnv: true,
    bind: ({ args }, env) => {
      const [type] = args as [LogicalType]
      if (type.kind === 'TIMESTAMP_LTZ')
        return (nanos: bigint, pattern: string) => datePattern(pattern, 'DATE_FORMAT').format(wallNanos(env.zone, nanos))
      if (isTimestamp(type)) return (nanos: bigint, pattern: string) => datePattern(pattern, 'DATE_FORMAT').format(nanos)
      return (text: string, pattern: string) => {
        const nanos = parseTimestamp(text.trim())
        return nanos === null ? null : datePattern(pattern, 'DATE_FORMAT').format(nanos)
      }
    },
  }),
  scalar({
    names: ['TO_TIMESTAMP'],
    parameters: [take.string],
    optional: [take.string],
    result: types.timestamp(3),
    nullable: 'always',
    run: (text: string, pattern?: string) => cut(pattern === undefined ? parseTimestamp(text) : parseLeniently(text, pattern), 3),
  }),
  ...toTimestampLtz,
  scalar({
    names: ['TO_DATE'],
    parameters: [take.string],
    optional: [take.string],
    result: types.date(),
    nullable: 'always',
    run: (text: string, pattern?: string) => {
      if (pattern === undefined) return parseDate(text)
      const nanos = parseLeniently(text, pattern)
      return nanos === null ? null : splitNanos(nanos).days
    },
  }),
  scalar({
    names: ['FROM_UNIXTIME'],
    parameters: [take.bigint],
    optional: [take.string],
    result: types.string(),
    nullable: 'always',
    readsEnv: true,
    bind:
      (_, env) =>
      (seconds: bigint, pattern: string = standard) =>
        datePattern(pattern, 'FROM_UNIXTIME').format(wallNanos(env.zone, seconds * 1_000_000_000n)),
  }),
  scalar({
    names: ['UNIX_TIMESTAMP'],
    result: types.bigint(),
    nullable: 'never',
    readsEnv: true,
    bind: (_, env) => () => BigInt(Math.floor(env.nowMs / 1000)),
  }),
  scalar({
    names: ['UNIX_TIMESTAMP'],
    parameters: [take.string],
    optional: [take.string],
    result: types.bigint(),
    readsEnv: true,
    bind:
      (_, env) =>
      (text: string, pattern: string = standard) =>
        unixTimestamp(text, pattern, env),
  }),
  scalar({
    names: ['CONVERT_TZ'],
    parameters: [take.string, take.string, take.string],
    result: types.string(),
    nullable: 'always',
    run: (text: string, from: string, to: string): Value => {
      const wall = parseWith(text, standard, 'CONVERT_TZ')
      if (wall === null) return null
      const zoneOf = (zone: string): string => (isZone(zone) ? zone : 'UTC')
      return timestampText(wallNanos(zoneOf(to), instantNanos(zoneOf(from), wall)), 0)
    },
  }),
  scalar({
    names: ['TYPEOF'],
    parameters: [take.any],
    optional: [take.boolean],
    result: types.string(),
    together: (args, { constants }) => (args.length === 1 || typeof constants[1] === 'boolean' ? args : null),
    nullable: 'always',
    nulls: 'own',
    bind: ({ args }) => {
      const [type] = args as [LogicalType]
      return () => typeText(type)
    },
  }),
]
