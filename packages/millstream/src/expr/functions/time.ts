import { isTimestamp, type LogicalType, types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import { laneOf } from '../compile/emit.ts'
import type { Argument, CallShape, Env, Run, ScalarFunction } from '../function.ts'
import { type Definition, type Parameter, scalar, take } from '../signature.ts'
import { addMonths, dayMs } from '../text/civil.ts'
import { instantNanos, wallNanos } from '../text/zone.ts'
import { ceilDays, clockField, dateField, floorDays, roundNanos, timestampField, unitMonths, unitMs, unitOf } from './time-units.ts'

const temporal: Parameter = {
  text: '<DATE, TIME, TIMESTAMP or INTERVAL>',
  accept: (type) => take.datetime.accept(type) ?? take.interval.accept(type),
}
const subDay = new Set(['HOUR', 'MINUTE', 'SECOND', 'MILLISECOND', 'MICROSECOND', 'NANOSECOND'])
const extractUnits = new Set([
  'YEAR',
  'ISOYEAR',
  'QUARTER',
  'MONTH',
  'DAY',
  'DOW',
  'ISODOW',
  'DOY',
  'WEEK',
  'DECADE',
  'CENTURY',
  'MILLENNIUM',
  'EPOCH',
  ...subDay,
])

/** The field as a function of values. */
function fieldOf(unit: string, type: LogicalType, env: Env): (value: Argument) => number | null {
  switch (type.kind) {
    case 'DATE':
      return (days: number) => dateField(unit, days)
    case 'TIME':
      return (ms: number) => (unit === 'EPOCH' ? Math.trunc(ms / 1000) : clockField(unit, ms))
    case 'INTERVAL_YEAR_MONTH':
      return (value: number) =>
        unit === 'YEAR'
          ? Math.trunc(value / 12) + 0
          : unit === 'MONTH'
            ? (value % 12) + 0
            : unit === 'QUARTER'
              ? Math.trunc((value % 12) / 3) + 1
              : null
    case 'INTERVAL_DAY_TIME':
      return (ms: bigint) =>
        unit === 'DAY'
          ? Math.trunc(Number(ms) / dayMs) + 0
          : unit === 'EPOCH'
            ? Math.trunc(Number(ms) / 1000) + 0
            : clockField(unit, Number(ms))
    case 'TIMESTAMP_LTZ':
      return (nanos: bigint) => timestampField(unit, wallNanos(env.zone, nanos))
    default:
      return (nanos: bigint) => timestampField(unit, nanos)
  }
}

const whole = (value: number | null): Value => (value === null ? null : BigInt(value))

const extract = scalar({
  names: ['EXTRACT'],
  parameters: [take.string, temporal],
  signatures: ['EXTRACT(<UNIT> FROM <DATE, TIME, TIMESTAMP or INTERVAL>)'],
  together: (args, { constants }) => {
    const unit = constants[0]
    if (typeof unit !== 'string' || !extractUnits.has(unitOf(unit))) return null
    return args[1]?.kind === 'DATE' && subDay.has(unitOf(unit)) ? null : args
  },
  result: types.bigint(),
  readsEnv: true,
  bind: ({ args, constants }, env) => {
    const field = fieldOf(unitOf(String(constants[0])), args[1] as LogicalType, env)
    return (_unit: string, value: Argument) => whole(field(value))
  },
  emit: ({ args, constants }, [, value], { wide }) =>
    emitField(unitOf(String(constants[0])), args[1] as LogicalType, value as string, wide),
})

/** Clock fields of TIMESTAMP(3): plain arithmetic. */
function emitField(unit: string, type: LogicalType, value: string, wide: boolean): { value: string; total: true } | null {
  if (wide || type.kind !== 'TIMESTAMP' || type.precision > 3) return null
  const [size, by] =
    { HOUR: [dayMs, 3_600_000], MINUTE: [3_600_000, 60_000], SECOND: [60_000, 1000], MILLISECOND: [1000, 1] }[unit as 'HOUR'] ?? []
  if (size !== undefined) return { value: `(Math.trunc(${value} % ${size} / ${by}) + 0)`, total: true }
  return unit === 'EPOCH' ? { value: `(Math.trunc(${value} / 1000) + 0)`, total: true } : null
}

/** YEAR(x) and its like are EXTRACT by another name. */
const field = (name: string, unit: string): ScalarFunction =>
  scalar({
    names: [name],
    parameters: [
      subDay.has(unit)
        ? { text: '<TIME or TIMESTAMP>', accept: (type) => (type.kind === 'DATE' ? null : temporal.accept(type)) }
        : temporal,
    ],
    result: types.bigint(),
    readsEnv: true,
    bind: ({ args }, env) => {
      const read = fieldOf(unit, args[0] as LogicalType, env)
      return (value: Argument) => whole(read(value))
    },
    emit: ({ args }, [value], { wide }) => emitField(unit, args[0] as LogicalType, value as string, wide),
  })

/** FLOOR(x TO unit), CEIL(x TO unit). */
const rounded = (name: string, names: readonly string[], up: boolean): ScalarFunction =>
  scalar({
    names,
    parameters: [take.datetime, take.string],
    signatures: [`${name}(<DATE, TIME or TIMESTAMP> TO <UNIT>)`],
    together: (args, { constants }) => {
      const unit = constants[1]
      if (typeof unit !== 'string') return null
      const known = unitMs[unitOf(unit)] !== undefined || unitMonths[unitOf(unit)] !== undefined || subDay.has(unitOf(unit))
      return known && !(args[0]?.kind === 'TIME' && !subDay.has(unitOf(unit))) ? args : null
    },
    result: ([a]) => a as LogicalType,
    readsEnv: true,
    bind: ({ args, constants }, env) => {
      const unit = unitOf(String(constants[1]))
      const type = args[0] as LogicalType
      if (type.kind === 'DATE') return (days: number) => (subDay.has(unit) ? days : up ? ceilDays(unit, days) : floorDays(unit, days))
      if (type.kind === 'TIME') return (ms: number) => Number(roundNanos(unit, BigInt(ms) * 1_000_000n, up) / 1_000_000n)
      if (type.kind === 'TIMESTAMP_LTZ') {
        return (nanos: bigint) => instantNanos(env.zone, roundNanos(unit, wallNanos(env.zone, nanos), up))
      }
      return (nanos: bigint) => roundNanos(unit, nanos, up)
    },
    emit: ({ args, constants }, [value], { wide }) => {
      const unit = unitOf(String(constants[1]))
      const type = args[0] as LogicalType
      const size = unit === 'WEEK' ? undefined : unitMs[unit]
      if (wide || size === undefined || type.kind !== 'TIMESTAMP' || type.precision > 3) return null
      return { value: `(Math.${up ? 'ceil' : 'floor'}(${value} / ${size}) * ${size} + 0)`, check: true }
    },
  })

const unitArgument = (constants: CallShape['constants']): string | null => {
  const unit = typeof constants[0] === 'string' ? unitOf(constants[0]) : ''
  return unitMs[unit] !== undefined || unitMonths[unit] !== undefined || unit === 'MICROSECOND' || unit === 'NANOSECOND' ? unit : null
}

const timestampAdd = scalar({
  names: ['TIMESTAMPADD'],
  parameters: [take.string, take.bigint, take.datetime],
  signatures: ['TIMESTAMPADD(<UNIT>, <INTEGER>, <DATE, TIME or TIMESTAMP>)'],
  together: (args, { constants }) => (unitArgument(constants) === null ? null : args),
  result: ([, , time], { constants }) => {
    const sub = subDay.has(unitOf(String(constants[0])))
    return time?.kind === 'DATE' && sub ? types.timestamp(6) : (time as LogicalType)
  },
  bind: ({ args, constants }) => {
    const unit = unitOf(String(constants[0]))
    const type = args[2] as LogicalType
    const [months, ms] = [unitMonths[unit], unitMs[unit]]
    const dayNs = 86_400_000_000_000n
    if (type.kind === 'DATE') {
      if (months !== undefined) return (_unit, count: bigint, days: number) => addMonths(days, Number(count) * months)
      if (subDay.has(unit)) return (_unit, count: bigint, days: number) => BigInt(days) * dayNs + count * nanosOf(unit)
      return (_unit, count: bigint, days: number) => days + Number(count) * ((ms as number) / dayMs)
    }
    if (type.kind === 'TIME')
      return (_unit, count: bigint, time: number) =>
        Number((((BigInt(time) + count * BigInt(ms ?? 0)) % BigInt(dayMs)) + BigInt(dayMs)) % BigInt(dayMs))
    if (months === undefined) return (_unit, count: bigint, nanos: bigint) => nanos + count * nanosOf(unit)
    return (_unit, count: bigint, nanos: bigint) => {
      const nanoOfDay = ((nanos % dayNs) + dayNs) % dayNs
      return BigInt(addMonths(Number((nanos - nanoOfDay) / dayNs), Number(count) * months)) * dayNs + nanoOfDay
    }
  },
})

const nanosOf = (unit: string): bigint =>
  unit === 'NANOSECOND' ? 1n : unit === 'MICROSECOND' ? 1000n : BigInt(unitMs[unit] ?? 0) * 1_000_000n

/** Whole months from `from` to `to`, in milliseconds: the last day of a month stands for those it has not. */
export function monthsBetween(from: number, to: number): number {
  const [dayFrom, dayTo] = [Math.floor(from / dayMs), Math.floor(to / dayMs)]
  let months = daysMonths(dayFrom, dayTo)
  if (addMonths(dayFrom, months) === dayTo && to - dayTo * dayMs < from - dayFrom * dayMs) months--
  return months
}

function daysMonths(from: number, to: number): number {
  if (to < from) return -daysMonths(to, from) + 0
  let months = Math.trunc((to - from) / 31)
  while (addMonths(from, months) < to && addMonths(from, months + 1) <= to) months++
  return months
}

const toMs = (type: LogicalType): ((value: Argument) => number) =>
  type.kind === 'DATE'
    ? (days: number) => days * dayMs
    : type.kind === 'TIME'
      ? (ms: number) => ms
      : (nanos: bigint) => Number((nanos - (((nanos % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n)

const timestampDiff = scalar({
  names: ['TIMESTAMPDIFF'],
  parameters: [take.string, take.datetime, take.datetime],
  signatures: ['TIMESTAMPDIFF(<UNIT>, <DATE or TIMESTAMP>, <DATE or TIMESTAMP>)'],
  together: (args, { constants }) => {
    const instants = args.filter((type) => type.kind === 'TIMESTAMP_LTZ').length
    return unitArgument(constants) === null || instants === 1 ? null : args
  },
  result: types.int(),
  bind: ({ args, constants }) => {
    const unit = unitOf(String(constants[0]))
    const [from, to] = [toMs(args[1] as LogicalType), toMs(args[2] as LogicalType)]
    const months = unitMonths[unit]
    const ms = unitMs[unit] ?? 1
    return (_unit: string, a: Argument, b: Argument) =>
      months !== undefined
        ? Math.trunc(monthsBetween(from(a), to(b)) / months) | 0
        : Number(BigInt.asIntN(32, BigInt(Math.trunc((to(b) - from(a)) / ms))))
  },
  emit: ({ args, constants }, [, from, to], { wide }) => {
    const size = unitMs[unitOf(String(constants[0]))]
    const plain = (type: LogicalType | undefined): boolean =>
      type !== undefined && isTimestamp(type) && laneOf(type) === 'i64' && 'precision' in type && type.precision <= 3
    if (wide || size === undefined || !plain(args[1]) || !plain(args[2])) return null
    return { value: `(Math.trunc((${to} - ${from}) / ${size}) | 0)`, total: true }
  },
})

const minus = (name: string, run: (a: number, b: number) => Value, result: LogicalType): Definition => ({
  names: [name],
  parameters: [take.datetime, take.datetime],
  signatures: ['(<DATE or TIMESTAMP> - <DATE or TIMESTAMP>) <UNIT>'],
  result,
  bind: ({ args }) => {
    const [a, b] = [toMs(args[0] as LogicalType), toMs(args[1] as LogicalType)]
    return (x: Argument, y: Argument) => run(a(x), b(y))
  },
})

/** (start, end or length) OVERLAPS (start, end or length); the ends of a pair may stand either way. */
const overlaps = scalar({
  names: ['OVERLAPS'],
  parameters: [take.datetime, temporal, take.datetime, temporal],
  signatures: ['(<TIME>, <TIME or INTERVAL>) OVERLAPS (<TIME>, <TIME or INTERVAL>)'],
  result: types.boolean(),
  bind: ({ args: [a, b, c, d] }) => overlapRun([a, b, c, d] as LogicalType[]),
})

/** The same of two rows, as the text has it. */
const overlapsOfRows = scalar({
  names: ['OVERLAPS'],
  parameters: [take.row, take.row],
  signatures: [],
  together: (args) => (args.every((type) => type.kind === 'ROW' && type.fields.length === 2) ? args : null),
  result: types.boolean(),
  nullable: 'always',
  bind: ({ args }) => {
    const run = overlapRun(args.flatMap((type) => (type.kind === 'ROW' ? type.fields.map((field) => field.type) : [])))
    return (a: Argument, b: Argument) => (a.includes(null) || b.includes(null) ? null : run(a[0], a[1], b[0], b[1]))
  },
})

function overlapRun([a, b, c, d]: readonly LogicalType[]): Run {
  const [left, right] = [spanOf(a as LogicalType, b as LogicalType), spanOf(c as LogicalType, d as LogicalType)]
  return (startA: Argument, endA: Argument, startB: Argument, endB: Argument) => {
    const [x, y] = [left(startA, endA), right(startB, endB)]
    return x[0] <= y[1] && y[0] <= x[1]
  }
}

/** The two ends of a period in milliseconds, the earlier first. */
function spanOf(first: LogicalType, second: LogicalType): (start: Argument, end: Argument) => [number, number] {
  const start = toMs(first)
  if (second.kind === 'INTERVAL_DAY_TIME') return (a, length) => sorted(start(a), start(a) + Number(length))
  if (second.kind === 'INTERVAL_YEAR_MONTH') {
    return (a, months) => sorted(start(a), addMonths(Math.floor(start(a) / dayMs), months) * dayMs + (start(a) % dayMs))
  }
  const end = toMs(second)
  return (a, b) => sorted(start(a), end(b))
}
const sorted = (a: number, b: number): [number, number] => (a <= b ? [a, b] : [b, a])

/** One `now` a batch, from the host. */
const now = (names: readonly string[], result: LogicalType, read: (env: Env) => Value): ScalarFunction =>
  scalar({ names, result, nullable: 'never', readsEnv: true, bind: (_, env) => () => read(env) })
const nowNanos = ({ nowMs }: Env): bigint => BigInt(Math.floor(nowMs)) * 1_000_000n
const wallMs = (env: Env): number => Number(wallNanos(env.zone, nowNanos(env)) / 1_000_000n)

export const timeFunctions: readonly ScalarFunction[] = [
  extract,
  field('YEAR', 'YEAR'),
  field('QUARTER', 'QUARTER'),
  field('MONTH', 'MONTH'),
  field('WEEK', 'WEEK'),
  field('DAYOFYEAR', 'DOY'),
  field('DAYOFMONTH', 'DAY'),
  field('DAYOFWEEK', 'DOW'),
  field('HOUR', 'HOUR'),
  field('MINUTE', 'MINUTE'),
  field('SECOND', 'SECOND'),
  rounded('FLOOR', ['FLOOR'], false),
  rounded('CEIL', ['CEIL', 'CEILING'], true),
  timestampAdd,
  timestampDiff,
  scalar(minus('MINUS_TIME', (a, b) => BigInt(a - b), types.intervalDayTime())),
  scalar(minus('MINUS_MONTHS', (a, b) => monthsBetween(b, a), types.intervalYearMonth())),
  overlaps,
  overlapsOfRows,
  now(['CURRENT_TIMESTAMP', 'NOW'], types.timestampLtz(3), nowNanos),
  now(['CURRENT_ROW_TIMESTAMP'], types.timestampLtz(3), nowNanos),
  now(['PROCTIME'], types.timestampLtz(3), nowNanos),
  now(['LOCALTIMESTAMP'], types.timestamp(3), (env) => wallNanos(env.zone, nowNanos(env))),
  now(['CURRENT_DATE'], types.date(), (env) => Math.floor(wallMs(env) / dayMs)),
  now(['CURRENT_TIME', 'LOCALTIME'], types.time(0), (env) => Math.floor((wallMs(env) % dayMs) / 1000) * 1000),
]
