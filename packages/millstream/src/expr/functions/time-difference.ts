import { isTimestamp, type LogicalType, types, withNullable } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import { laneOf } from '../compile/emit.ts'
import type { CallShape, Reader, Run, ScalarFunction } from '../function.ts'
import { type Definition, scalar, take } from '../signature.ts'
import { addMonths, dayMs } from '../text/civil.ts'
import { subDay, temporal, unitMonths, unitMs, unitOf } from './time-units.ts'

/** Moving times by units, and what lies between two. */

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
function monthsBetween(from: number, to: number): number {
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

const toMs = (type: LogicalType): Reader<number> =>
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
    return (_unit: string, a: Value, b: Value) =>
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
    return (x: Value, y: Value) => run(a(x), b(y))
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
  // Null where one of the four is: the rows themselves never are.
  together: (args) => {
    const rows = args.map((type) =>
      type.kind === 'ROW' && type.fields.length === 2
        ? withNullable(
            type,
            type.fields.some((field) => field.type.nullable),
          )
        : null,
    )
    return rows.every((row) => row !== null) ? rows : null
  },
  result: types.boolean(),
  bind: ({ args }) => {
    const run = overlapRun(args.flatMap((type) => (type.kind === 'ROW' ? type.fields.map((field) => field.type) : [])))
    return (a: readonly Value[], b: readonly Value[]) => (a.includes(null) || b.includes(null) ? null : run(a[0], a[1], b[0], b[1]))
  },
})

function overlapRun([a, b, c, d]: readonly LogicalType[]): Run {
  const [left, right] = [spanOf(a as LogicalType, b as LogicalType), spanOf(c as LogicalType, d as LogicalType)]
  return (startA: Value, endA: Value, startB: Value, endB: Value) => {
    const [x, y] = [left(startA, endA), right(startB, endB)]
    return x[0] <= y[1] && y[0] <= x[1]
  }
}

type Span = { span(start: Value, end: Value): [number, number] }['span']

/** The two ends of a period in milliseconds, the earlier first. */
function spanOf(first: LogicalType, second: LogicalType): Span {
  const start = toMs(first)
  if (second.kind === 'INTERVAL_DAY_TIME') return (a, length) => sorted(start(a), start(a) + Number(length))
  if (second.kind === 'INTERVAL_YEAR_MONTH') {
    return (a: Value, months: number) => sorted(start(a), addMonths(Math.floor(start(a) / dayMs), months) * dayMs + (start(a) % dayMs))
  }
  const end = toMs(second)
  return (a, b) => sorted(start(a), end(b))
}
const sorted = (a: number, b: number): [number, number] => (a <= b ? [a, b] : [b, a])

export const timeDifferenceFunctions: readonly ScalarFunction[] = [
  timestampAdd,
  timestampDiff,
  scalar(minus('MINUS_TIME', (a, b) => BigInt(a - b), types.intervalDayTime())),
  scalar(minus('MINUS_MONTHS', (a, b) => monthsBetween(b, a), types.intervalYearMonth())),
  overlaps,
  overlapsOfRows,
]
