import { call, literal, type Scalar } from '../../model/dataset-query.ts'
import { constantText, expressionFunctions, shiftBy, timeExtract } from '../expression-functions.ts'
import { periodFloor } from '../granularity.ts'
import { invalid } from '../json.ts'
import { castTo, isNumber } from '../scope.ts'
import { checkZone, parseInterval, parsePeriod } from '../time.ts'
import { isoTimeFormat, storeTimeFormat } from '../time-format.ts'
import type { Environment } from './environment.ts'
import { commonType, sqlCast } from './types.ts'

export interface SqlCall {
  readonly name: string
  readonly args: readonly Scalar[]
  /** Keywords among the arguments: units, BOTH. */
  readonly symbols: readonly (string | null)[]
  readonly environment: Environment
}
type Make = (call: SqlCall) => Scalar

const text = (scalar: Scalar): Scalar => castTo(scalar, 'STRING')
const double = (scalar: Scalar): Scalar => castTo(scalar, 'DOUBLE')
const asLong = (scalar: Scalar): Scalar => castTo(scalar, 'LONG')
const zoneScalar = (zone: string): Scalar => literal(zone, 'STRING')

function need(sql: SqlCall, least: number, most = least): readonly Scalar[] {
  if (sql.args.length < least || sql.args.length > most) {
    throw invalid(
      `Invalid number of arguments to function '${sql.name}'. Was expecting ${least === most ? least : `${least} to ${most}`} arguments`,
    )
  }
  return sql.args
}
const arg = (sql: SqlCall, position: number): Scalar => sql.args[position] as Scalar

/** The function of the expression language that does the same. */
const same =
  (name: string): Make =>
  ({ args, name: sqlName }) =>
    (expressionFunctions[name] as NonNullable<(typeof expressionFunctions)[string]>)(args, sqlName)
const maths =
  (name: string): Make =>
  (sql) =>
    call(name, need(sql, 1).map(double), 'DOUBLE')
const zoneArg = (sql: SqlCall, position: number): string => {
  const given = constantText(sql.args, position, sql.name)
  return given === null ? sql.environment.zone : checkZone(given)
}
const time = (sql: SqlCall, position: number): Scalar => {
  const value = arg(sql, position)
  return value.type === 'LONG' ? ({ ...value, type: 'TIMESTAMP' } as Scalar) : sqlCast(value, 'TIMESTAMP', sql.environment.zone)
}

const unitPeriods: Readonly<Record<string, string>> = {
  SECOND: 'PT1S',
  MINUTE: 'PT1M',
  HOUR: 'PT1H',
  DAY: 'P1D',
  WEEK: 'P1W',
  MONTH: 'P1M',
  QUARTER: 'P3M',
  YEAR: 'P1Y',
  MILLISECOND: 'PT0.001S',
}
const periodOf = (name: string) => {
  const period = parsePeriod(name)
  if (period === null) throw invalid(`'${name}' is not a period of ISO-8601`)
  return period
}

function floorTo(sql: SqlCall, up: boolean): Scalar {
  const unit = sql.symbols[1] ?? null
  if (unit === null) {
    const value = arg(sql, 0)
    need(sql, 1)
    if (value.type === 'LONG') return value
    return call(up ? 'ceil' : 'floor', [double(value)], 'DOUBLE')
  }
  return ceilIf(up, time(sql, 0), unitPeriods[unit.toUpperCase()] ?? unit, null, sql.environment.zone)
}

function ceilIf(up: boolean, value: Scalar, period: string, origin: number | null, zone: string): Scalar {
  const floor = periodFloor(value, periodOf(period), origin, zone)
  if (!up) return floor
  return call('case', [call('eq', [floor, value], 'BOOLEAN'), value, shiftBy(floor, period, literal(1, 'LONG'), zone)], value.type)
}

function timeFloor(sql: SqlCall, up: boolean): Scalar {
  need(sql, 2, 4)
  const period = constantText(sql.args, 1, sql.name)
  if (period === null) throw invalid(`${sql.name} requires a period such as 'PT1H' as argument 2`)
  const origin = sql.args[2]
  const originMs =
    origin === undefined || (origin.kind === 'literal' && origin.value === null) ? null : sqlCast(origin, 'TIMESTAMP', sql.environment.zone)
  if (originMs !== null && originMs.kind !== 'literal') throw invalid(`${sql.name} requires a constant origin`)
  return ceilIf(up, time(sql, 0), period, originMs === null ? null : Number(originMs.value), zoneArg(sql, 3))
}

const unify = (sql: SqlCall, name: string): Scalar => {
  const type = commonType(sql.args.map((each) => each.type))
  return call(
    name,
    sql.args.map((each) => sqlCast(each, type, sql.environment.zone)),
    type,
  )
}
const keepsType =
  (name: string): Make =>
  (sql) => {
    const value = isNumber(arg(sql, 0).type) ? arg(sql, 0) : double(arg(sql, 0))
    return call(name, [value, ...sql.args.slice(1).map(asLong)], value.type)
  }
const now: Make = ({ environment }) => literal(environment.nowMs, 'TIMESTAMP')

function trim(sql: SqlCall): Scalar {
  const side = sql.symbols[0]
  const [characters, value] =
    side === null || side === undefined
      ? sql.args.length === 2
        ? [arg(sql, 1), arg(sql, 0)]
        : [null, arg(sql, 0)]
      : [arg(sql, 1), arg(sql, 2)]
  const name = side === 'LEADING' ? 'ltrim' : side === 'TRAILING' ? 'rtrim' : 'trim'
  return call(name, characters === null ? [text(value as Scalar)] : [text(value as Scalar), text(characters)], 'STRING')
}

/** Scalar functions of Druid SQL by upper-case name. */
export const sqlFunctions: Readonly<Record<string, Make>> = {
  ABS: keepsType('abs'),
  ROUND: keepsType('round'),
  TRUNC: keepsType('trunc'),
  TRUNCATE: keepsType('trunc'),
  FLOOR: (sql) => floorTo(sql, false),
  CEIL: (sql) => floorTo(sql, true),
  CEILING: (sql) => floorTo(sql, true),
  SQRT: maths('sqrt'),
  EXP: maths('exp'),
  LN: maths('ln'),
  LOG10: maths('log10'),
  SIN: maths('sin'),
  COS: maths('cos'),
  TAN: maths('tan'),
  COT: maths('cot'),
  ASIN: maths('asin'),
  ACOS: maths('acos'),
  ATAN: maths('atan'),
  DEGREES: maths('degrees'),
  RADIANS: maths('radians'),
  ATAN2: same('atan2'),
  PI: same('pi'),
  POWER: same('pow'),
  MOD: (sql) => {
    const type = need(sql, 2).every((each) => each.type === 'LONG') ? 'LONG' : 'DOUBLE'
    return call(
      'modulo',
      sql.args.map((each) => castTo(each, type)),
      type,
    )
  },
  DIV: same('div'),
  SAFE_DIVIDE: same('safe_divide'),
  GREATEST: (sql) => unify(sql, 'greatest'),
  LEAST: (sql) => unify(sql, 'least'),
  BITWISE_AND: same('bitwiseand'),
  BITWISE_OR: same('bitwiseor'),
  BITWISE_XOR: same('bitwisexor'),

  COALESCE: (sql) => unify(sql, 'coalesce'),
  NVL: (sql) => unify(sql, 'coalesce'),
  NULLIF: (sql) => unify(sql, 'nullif'),

  CONCAT: same('concat'),
  UPPER: same('upper'),
  LOWER: same('lower'),
  CHAR_LENGTH: same('strlen'),
  CHARACTER_LENGTH: same('strlen'),
  LENGTH: same('strlen'),
  STRLEN: same('strlen'),
  REPLACE: same('replace'),
  REVERSE: same('reverse'),
  REPEAT: same('repeat'),
  LEFT: same('left'),
  RIGHT: same('right'),
  LPAD: (sql) => call('lpad', [text(arg(sql, 0)), asLong(arg(sql, 1)), sql.args[2] ?? literal(' ', 'STRING')], 'STRING'),
  RPAD: (sql) => call('rpad', [text(arg(sql, 0)), asLong(arg(sql, 1)), sql.args[2] ?? literal(' ', 'STRING')], 'STRING'),
  TRIM: trim,
  BTRIM: trim,
  LTRIM: same('ltrim'),
  RTRIM: same('rtrim'),
  SUBSTRING: (sql) => call('substring', [text(need(sql, 2, 3)[0] as Scalar), ...sql.args.slice(1).map(asLong)], 'STRING'),
  SUBSTR: (sql) => call('substring', [text(need(sql, 2, 3)[0] as Scalar), ...sql.args.slice(1).map(asLong)], 'STRING'),
  POSITION: (sql) =>
    sql.args.length === 3
      ? call('position_from', [text(arg(sql, 0)), text(arg(sql, 1)), asLong(arg(sql, 2))], 'LONG')
      : call('position', need(sql, 2).map(text), 'LONG'),
  STRPOS: (sql) => call('position', [text(arg(sql, 1)), text(arg(sql, 0))], 'LONG'),
  REGEXP_EXTRACT: same('regexp_extract'),
  REGEXP_LIKE: same('regexp_like'),
  REGEXP_REPLACE: same('regexp_replace'),
  CONTAINS_STRING: same('contains_string'),
  ICONTAINS_STRING: same('icontains_string'),
  TEXTCAT: (sql) => call('concat', need(sql, 2).map(text), 'STRING'),

  TIME_FLOOR: (sql) => timeFloor(sql, false),
  TIME_CEIL: (sql) => timeFloor(sql, true),
  TIME_SHIFT: (sql) => shiftBy(time(sql, 0), constantText(sql.args, 1, sql.name) ?? '', asLong(arg(sql, 2)), zoneArg(sql, 3)),
  TIME_EXTRACT: (sql) => timeExtract(time(sql, 0), (constantText(sql.args, 1, sql.name) ?? '').toUpperCase(), zoneArg(sql, 2)),
  TIME_FORMAT: (sql) =>
    call(
      'time_format',
      [time(sql, 0), literal(storeTimeFormat(constantText(sql.args, 1, sql.name) ?? isoTimeFormat), 'STRING'), zoneScalar(zoneArg(sql, 2))],
      'STRING',
    ),
  TIME_PARSE: (sql) => {
    const format = constantText(sql.args, 1, sql.name)
    const zone = zoneScalar(zoneArg(sql, 2))
    return format === null
      ? call('time_parse_iso', [text(arg(sql, 0)), zone], 'TIMESTAMP')
      : call('time_parse', [text(arg(sql, 0)), literal(storeTimeFormat(format), 'STRING'), zone], 'TIMESTAMP')
  },
  TIME_IN_INTERVAL: (sql) => {
    const interval = parseInterval(constantText(sql.args, 1, sql.name) ?? '', sql.environment.zone)
    const value = time(sql, 0)
    return call(
      'and',
      [
        call('ge', [value, literal(interval.startMs, 'TIMESTAMP')], 'BOOLEAN'),
        call('lt', [value, literal(interval.endMs, 'TIMESTAMP')], 'BOOLEAN'),
      ],
      'BOOLEAN',
    )
  },
  MILLIS_TO_TIMESTAMP: (sql) => castTo(asLong(arg(sql, 0)), 'TIMESTAMP'),
  TIMESTAMP_TO_MILLIS: (sql) => castTo(time(sql, 0), 'LONG'),
  EXTRACT: (sql) => timeExtract(time(sql, 1), (sql.symbols[0] ?? '').toUpperCase(), sql.environment.zone),
  YEAR: (sql) => timeExtract(time(sql, 0), 'YEAR', sql.environment.zone),
  MONTH: (sql) => timeExtract(time(sql, 0), 'MONTH', sql.environment.zone),
  HOUR: (sql) => timeExtract(time(sql, 0), 'HOUR', sql.environment.zone),
  MINUTE: (sql) => timeExtract(time(sql, 0), 'MINUTE', sql.environment.zone),
  SECOND: (sql) => timeExtract(time(sql, 0), 'SECOND', sql.environment.zone),
  TIMESTAMPADD: (sql) =>
    shiftBy(time(sql, 2), unitPeriods[(sql.symbols[0] ?? '').toUpperCase()] ?? '', asLong(arg(sql, 1)), sql.environment.zone),
  TIMESTAMPDIFF: (sql) => timestampDifference(sql),
  DATE_TRUNC: (sql) =>
    ceilIf(false, time(sql, 1), unitPeriods[(constantText(sql.args, 0, sql.name) ?? '').toUpperCase()] ?? '', null, sql.environment.zone),
  CURRENT_TIMESTAMP: now,
  LOCALTIMESTAMP: now,
  CURRENT_DATE: (sql) => sqlCast(now(sql), 'DATE', sql.environment.zone),

  MV_TO_ARRAY: (sql) => call('list', [text(arg(sql, 0))], 'STRINGS'),
  ARRAY_LENGTH: (sql) => call('list_length', need(sql, 1), 'LONG'),
  STRING_TO_ARRAY: (sql) => call('string_to_list', need(sql, 2).map(text), 'STRINGS'),
  ARRAY_TO_STRING: (sql) => call('list_to_string', need(sql, 2), 'STRING'),
}

const differenceMs: Readonly<Record<string, number>> = { SECOND: 1000, MINUTE: 60_000, HOUR: 3_600_000, DAY: 86_400_000, WEEK: 604_800_000 }

function timestampDifference(sql: SqlCall): Scalar {
  const unit = (sql.symbols[0] ?? '').toUpperCase()
  const months = { MONTH: 1, QUARTER: 3, YEAR: 12 }[unit]
  const [from, to] = [time(sql, 1), time(sql, 2)]
  if (months !== undefined) {
    const difference = call('time_difference', [literal('months', 'STRING'), from, to], 'LONG')
    return months === 1 ? difference : call('divide_long', [difference, literal(months, 'LONG')], 'LONG')
  }
  const ms = differenceMs[unit]
  if (ms === undefined) throw invalid(`'${unit}' is not a unit of TIMESTAMPDIFF`)
  return call('time_difference', [literal('millis', 'STRING'), from, to, literal(ms, 'LONG')], 'LONG')
}
