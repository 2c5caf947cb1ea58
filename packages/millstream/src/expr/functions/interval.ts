import { isTimestamp, type LogicalType, types } from '../../data/types.ts'
import type { CallShape, Run, ScalarFunction } from '../function.ts'
import { scalar, take } from '../signature.ts'
import { addMonths, dayMs } from '../text/civil.ts'

const dayNs = 86_400_000_000_000n

/** `ts + INTERVAL`, `INTERVAL + ts`, `ts - INTERVAL`, intervals with each other, and INTERVAL * number. */
export function timePlus(isTime: (type: LogicalType) => boolean): ScalarFunction[] {
  const moment = { text: '<DATE, TIME or TIMESTAMP>', accept: (type: LogicalType) => (isTime(type) ? type : null) }
  return [
    scalar({
      names: ['+'],
      parameters: [moment, take.interval],
      signatures: ['<TIME> + <INTERVAL>'],
      result: ([time], { constants }) => shifted(time as LogicalType, constants[1]),
      bind: ({ args }) => shiftRun(args[0] as LogicalType, args[1] as LogicalType, 1),
      emit: (shape, [time, interval], { wide }) => shiftEmit(shape, 0, time as string, interval as string, '+', wide),
    }),
    scalar({
      names: ['+'],
      parameters: [take.interval, moment],
      signatures: ['<INTERVAL> + <TIME>'],
      result: ([, time], { constants }) => shifted(time as LogicalType, constants[0]),
      bind: ({ args }) => {
        const run = shiftRun(args[1] as LogicalType, args[0] as LogicalType, 1)
        return (interval, time) => run(time, interval)
      },
    }),
    scalar({
      names: ['-'],
      parameters: [moment, take.interval],
      signatures: ['<TIME> - <INTERVAL>'],
      result: ([time], { constants }) => shifted(time as LogicalType, constants[1]),
      bind: ({ args }) => shiftRun(args[0] as LogicalType, args[1] as LogicalType, -1),
      emit: (shape, [time, interval], { wide }) => shiftEmit(shape, 0, time as string, interval as string, '-', wide),
    }),
    ...(['+', '-'] as const).map((operator) =>
      scalar({
        names: [operator],
        parameters: [take.interval, take.interval],
        signatures: [`<INTERVAL> ${operator} <INTERVAL>`],
        together: (args) => (args[0]?.kind === args[1]?.kind ? args : null),
        result: ([a]) => a as LogicalType,
        bind: ({ type }) =>
          type.kind === 'INTERVAL_DAY_TIME'
            ? (a: bigint, b: bigint) => (operator === '+' ? a + b : a - b)
            : (a: number, b: number) => (operator === '+' ? a + b : a - b),
      }),
    ),
    scalar({
      names: ['*'],
      parameters: [take.interval, take.bigint],
      signatures: ['<INTERVAL> * <INTEGER>'],
      result: ([a]) => a as LogicalType,
      run: (interval: number | bigint, by: bigint) => (typeof interval === 'number' ? interval * Number(by) : interval * by),
    }),
    scalar({
      names: ['*'],
      parameters: [take.bigint, take.interval],
      signatures: ['<INTEGER> * <INTERVAL>'],
      result: ([, a]) => a as LogicalType,
      run: (by: bigint, interval: number | bigint) => (typeof interval === 'number' ? interval * Number(by) : interval * by),
    }),
  ]
}

/** A literal interval with milliseconds gives at least TIMESTAMP(3). */
function shifted(time: LogicalType, interval: unknown): LogicalType {
  if (!isTimestamp(time) || !('precision' in time) || time.precision >= 3) return time
  const fraction = typeof interval === 'bigint' ? interval % 1000n !== 0n : interval === undefined
  if (!fraction) return time
  return time.kind === 'TIMESTAMP' ? types.timestamp(3) : types.timestampLtz(3)
}

/** Days, milliseconds of the day, or nanoseconds, moved by an interval. */
function shiftRun(time: LogicalType, interval: LogicalType, sign: 1 | -1): Run {
  const by = BigInt(sign)
  if (interval.kind === 'INTERVAL_YEAR_MONTH') {
    if (time.kind === 'DATE') return (days: number, months: number) => addMonths(days, sign * months)
    if (time.kind === 'TIME') return (value: number) => value
    return (nanos: bigint, months: number) => {
      const days = Number(floorDiv(nanos, dayNs))
      return BigInt(addMonths(days, sign * months)) * dayNs + (nanos - BigInt(days) * dayNs)
    }
  }
  if (time.kind === 'DATE') return (days: number, ms: bigint) => days + sign * Number(ms / BigInt(dayMs))
  if (time.kind === 'TIME')
    return (value: number, ms: bigint) => Number((((BigInt(value) + by * ms) % BigInt(dayMs)) + BigInt(dayMs)) % BigInt(dayMs))
  return (nanos: bigint, ms: bigint) => nanos + by * ms * 1_000_000n
}

function shiftEmit(
  { args, type }: CallShape,
  at: number,
  time: string,
  interval: string,
  operator: '+' | '-',
  wide: boolean,
): { value: string; check: true } | null {
  const from = args[at] as LogicalType
  if (args[1 - at]?.kind !== 'INTERVAL_DAY_TIME' || !isTimestamp(from) || !('precision' in from) || !('precision' in type)) return null
  const unit = type.precision
  if (unit > 6 || from.precision > 3 !== unit > 3) return null
  const factor = unit <= 3 ? '' : wide ? ' * 1000n' : ' * 1000'
  return { value: `(${time} ${operator} ${interval}${factor})`, check: true }
}

function floorDiv(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}
