import { type LogicalType, types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { Env, Reader, ScalarFunction } from '../function.ts'
import { scalar, take } from '../signature.ts'
import { dayMs } from '../text/civil.ts'
import { instantNanos, wallNanos } from '../text/zone.ts'
import {
  ceilDays,
  clockField,
  dateField,
  floorDays,
  roundNanos,
  subDay,
  temporal,
  timestampField,
  unitMonths,
  unitMs,
  unitOf,
} from './time-units.ts'

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
function fieldOf(unit: string, type: LogicalType, env: Env): Reader<number | null> {
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
    return (_unit: string, value: Value) => whole(field(value))
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
      return (value: Value) => whole(read(value))
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
  now(['CURRENT_TIMESTAMP', 'NOW'], types.timestampLtz(3), nowNanos),
  now(['CURRENT_ROW_TIMESTAMP'], types.timestampLtz(3), nowNanos),
  now(['PROCTIME'], types.timestampLtz(3), nowNanos),
  now(['LOCALTIMESTAMP'], types.timestamp(3), (env) => wallNanos(env.zone, nowNanos(env))),
  now(['CURRENT_DATE'], types.date(), (env) => Math.floor(wallMs(env) / dayMs)),
  now(['CURRENT_TIME', 'LOCALTIME'], types.time(0), (env) => Math.floor((wallMs(env) % dayMs) / 1000) * 1000),
]
