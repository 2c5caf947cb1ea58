import { call, type DataType, literal, type Scalar } from '../model/dataset-query.ts'
import { comparison, numeric, truth } from './expression-operators.ts'
import { periodFloor } from './granularity.ts'
import { invalid } from './json.ts'
import { castTo, isNumber } from './scope.ts'
import { checkZone, parseInstant, parsePeriod } from './time.ts'
import { isoTimeFormat, storeTimeFormat } from './time-format.ts'

type Make = (args: readonly Scalar[], name: string) => Scalar

const text = (scalar: Scalar): Scalar => castTo(scalar, 'STRING')
const long = (scalar: Scalar): Scalar => castTo(scalar, 'LONG')
const double = (scalar: Scalar): Scalar => castTo(scalar, 'DOUBLE')
const bool = (name: string, args: readonly Scalar[]): Scalar => call(name, args, 'BOOLEAN')

/** Checks how many arguments came, then makes the call. */
const of =
  (least: number, most: number, make: Make): Make =>
  (args, name) => {
    if (args.length < least || args.length > most) {
      throw invalid(`Function[${name}] requires ${least === most ? least : `${least} to ${most}`} arguments, not ${args.length}`)
    }
    return make(args, name)
  }
const at = (args: readonly Scalar[], position: number): Scalar => args[position] as Scalar

/** The text of a constant argument; null when it is absent or null. */
export function constantText(args: readonly Scalar[], position: number, name: string): string | null {
  const arg = args[position]
  if (arg === undefined) return null
  if (arg.kind !== 'literal') throw invalid(`Function[${name}] requires a constant as argument ${position + 1}`)
  return arg.value === null ? null : String(arg.value)
}

const mathOf = (name: string): Make => of(1, 1, (args) => call(name, [double(at(args, 0))], 'DOUBLE'))
const keepsType = (name: string): Make =>
  of(1, 2, (args) => {
    const value = numeric(at(args, 0))
    return call(name, [value, ...args.slice(1).map(long)], value.type)
  })
const same = (args: readonly Scalar[]): DataType =>
  args.some((arg) => arg.type === 'STRING' && !(arg.kind === 'literal' && arg.value === null))
    ? 'STRING'
    : args.some((arg) => arg.type === 'DOUBLE' || arg.type === 'FLOAT')
      ? 'DOUBLE'
      : args.every((arg) => arg.type === 'BOOLEAN')
        ? 'BOOLEAN'
        : args.some((arg) => isNumber(arg.type) || arg.type === 'BOOLEAN')
          ? 'LONG'
          : 'STRING'
const unified = (name: string, args: readonly Scalar[]): Scalar => {
  const type = same(args)
  return call(
    name,
    args.map((arg) => castTo(arg, type)),
    type,
  )
}
const unit = (name: string, args: readonly Scalar[], zone: string | null) =>
  [name.toUpperCase(), zone === null ? 'UTC' : checkZone(zone), args] as const

const floorOrCeil = (
  args: readonly Scalar[],
  name: string,
): { time: Scalar; floor: Scalar; period: NonNullable<ReturnType<typeof parsePeriod>>; zone: string } => {
  const periodText = constantText(args, 1, name)
  const period = periodText === null ? null : parsePeriod(periodText)
  if (period === null) throw invalid(`Function[${name}] requires a period such as PT1H as argument 2`)
  const originText = constantText(args, 2, name)
  const zone = checkZone(constantText(args, 3, name) ?? 'UTC')
  const origin =
    originText === null || originText === '' ? null : /^-?\d+$/.test(originText) ? Number(originText) : parseInstant(originText, zone)
  const time = timeOf(at(args, 0))
  return { time, floor: periodFloor(time, period, origin, zone), period, zone }
}
const timeOf = (value: Scalar): Scalar =>
  value.type === 'STRING' ? call('time_parse_iso', [value, literal('UTC', 'STRING')], 'LONG') : long(value)

export const shiftBy = (time: Scalar, periodText: string, steps: Scalar, zone: string): Scalar => {
  const period = parsePeriod(periodText)
  if (period === null) throw invalid(`'${periodText}' is not a period of ISO-8601`)
  const times = (count: number): Scalar =>
    steps.kind === 'literal'
      ? literal(Number(steps.value) * count, 'LONG')
      : call('multiply', [long(steps), literal(count, 'LONG')], 'LONG')
  const millis = ((period.hours * 60 + period.minutes) * 60 + period.seconds) * 1000 + period.millis
  return call(
    'time_shift',
    [time, times(period.years * 12 + period.months), times(period.weeks * 7 + period.days), times(millis), literal(zone, 'STRING')],
    time.type,
  )
}

/** The functions of Druid's expression language that are here, by lower-case name. */
export const expressionFunctions: Readonly<Record<string, Make>> = {
  if: of(3, 3, (args) => {
    const [yes, no] = [at(args, 1), at(args, 2)]
    const type = same([yes, no])
    return call('case', [truth(at(args, 0)), castTo(yes, type), castTo(no, type)], type)
  }),
  case_searched: (args) => caseOf(args.map((arg, position) => (position % 2 === 0 && position < args.length - 1 ? truth(arg) : arg))),
  case_simple: (args) => {
    const [subject, ...rest] = args
    if (subject === undefined) throw invalid('Function[case_simple] requires arguments')
    return caseOf(rest.map((arg, position) => (position % 2 === 0 && position < rest.length - 1 ? comparison('==', subject, arg) : arg)))
  },
  nvl: of(2, 2, (args) => unified('coalesce', args)),
  coalesce: (args) => unified('coalesce', args),
  isnull: of(1, 1, (args) => bool('is_null', args)),
  notnull: of(1, 1, (args) => bool('is_not_null', args)),
  istrue: of(1, 1, (args) => bool('is_true', [truth(at(args, 0))])),
  isfalse: of(1, 1, (args) => bool('is_false', [truth(at(args, 0))])),
  nottrue: of(1, 1, (args) => call('not', [bool('is_true', [truth(at(args, 0))])], 'BOOLEAN')),
  notfalse: of(1, 1, (args) => call('not', [bool('is_false', [truth(at(args, 0))])], 'BOOLEAN')),
  isdistinctfrom: of(2, 2, (args) => bool('is_distinct_from', args)),
  notdistinctfrom: of(2, 2, (args) => bool('is_not_distinct_from', args)),
  cast: of(2, 2, (args, name) => castTo(at(args, 0), castType(constantText(args, 1, name) ?? ''))),
  greatest: (args) => unified('greatest', args),
  least: (args) => unified('least', args),
  max: of(2, 2, (args) => unified('greatest', args.map(numeric))),
  min: of(2, 2, (args) => unified('least', args.map(numeric))),

  concat: (args) => call('concat', args.map(text), 'STRING'),
  upper: of(1, 1, (args) => call('upper', [text(at(args, 0))], 'STRING')),
  lower: of(1, 1, (args) => call('lower', [text(at(args, 0))], 'STRING')),
  strlen: of(1, 1, (args) => call('strlen', [text(at(args, 0))], 'LONG')),
  strpos: of(2, 2, (args) =>
    call('subtract', [call('position', [text(at(args, 1)), text(at(args, 0))], 'LONG'), literal(1, 'LONG')], 'LONG'),
  ),
  substring: of(3, 3, (args) => call('substring0', restWhenNegative([text(at(args, 0)), long(at(args, 1)), long(at(args, 2))]), 'STRING')),
  left: of(2, 2, (args) => call('left', [text(at(args, 0)), long(at(args, 1))], 'STRING')),
  right: of(2, 2, (args) => call('right', [text(at(args, 0)), long(at(args, 1))], 'STRING')),
  replace: of(3, 3, (args) => call('replace', args.map(text), 'STRING')),
  reverse: of(1, 1, (args) => call('reverse', [text(at(args, 0))], 'STRING')),
  repeat: of(2, 2, (args) => call('repeat', [text(at(args, 0)), long(at(args, 1))], 'STRING')),
  trim: of(1, 2, (args) => call('trim', args.map(text), 'STRING')),
  ltrim: of(1, 2, (args) => call('ltrim', args.map(text), 'STRING')),
  rtrim: of(1, 2, (args) => call('rtrim', args.map(text), 'STRING')),
  lpad: of(3, 3, (args) => call('lpad', [text(at(args, 0)), long(at(args, 1)), text(at(args, 2))], 'STRING')),
  rpad: of(3, 3, (args) => call('rpad', [text(at(args, 0)), long(at(args, 1)), text(at(args, 2))], 'STRING')),
  like: of(2, 3, (args, name) => bool('like', [text(at(args, 0)), text(at(args, 1)), literal(constantText(args, 2, name), 'STRING')])),
  regexp_extract: of(2, 3, (args) =>
    call('regexp_extract', [text(at(args, 0)), text(at(args, 1)), args[2] ?? literal(0, 'LONG')], 'STRING'),
  ),
  regexp_like: of(2, 2, (args) => bool('regexp_like', args.map(text))),
  regexp_replace: of(3, 3, (args) => call('regexp_replace', args.map(text), 'STRING')),
  contains_string: of(2, 2, (args) => bool('contains', args.map(text))),
  icontains_string: of(2, 2, (args) => bool('contains_folded', args.map(text))),

  abs: keepsType('abs'),
  ceil: mathOf('ceil'),
  floor: mathOf('floor'),
  rint: mathOf('round'),
  round: keepsType('round'),
  sqrt: mathOf('sqrt'),
  cbrt: mathOf('cbrt'),
  exp: mathOf('exp'),
  log: mathOf('ln'),
  log10: mathOf('log10'),
  sin: mathOf('sin'),
  cos: mathOf('cos'),
  tan: mathOf('tan'),
  cot: mathOf('cot'),
  asin: mathOf('asin'),
  acos: mathOf('acos'),
  atan: mathOf('atan'),
  signum: mathOf('sign'),
  toradians: mathOf('radians'),
  todegrees: mathOf('degrees'),
  atan2: of(2, 2, (args) => call('atan2', args.map(double), 'DOUBLE')),
  pow: of(2, 2, (args) => call('pow', args.map(double), 'DOUBLE')),
  pi: of(0, 0, () => call('pi', [], 'DOUBLE')),
  div: of(2, 2, (args) => call('divide_long', args.map(long), 'LONG')),
  safe_divide: of(2, 2, (args) => call('divide', args.map(double), 'DOUBLE')),
  bitwiseand: of(2, 2, (args) => call('bit_and', args.map(long), 'LONG')),
  bitwiseor: of(2, 2, (args) => call('bit_or', args.map(long), 'LONG')),
  bitwisexor: of(2, 2, (args) => call('bit_xor', args.map(long), 'LONG')),

  timestamp_floor: of(2, 4, (args, name) => floorOrCeil(args, name).floor),
  timestamp_ceil: of(2, 4, (args, name) => {
    const { time, floor, zone } = floorOrCeil(args, name)
    const next = shiftBy(floor, constantText(args, 1, name) as string, literal(1, 'LONG'), zone)
    return call('case', [bool('eq', [floor, time]), time, next], 'LONG')
  }),
  timestamp_shift: of(3, 4, (args, name) =>
    shiftBy(timeOf(at(args, 0)), constantText(args, 1, name) ?? '', at(args, 2), checkZone(constantText(args, 3, name) ?? 'UTC')),
  ),
  timestamp_extract: of(2, 3, (args, name) => {
    const [field, zone] = unit(constantText(args, 1, name) ?? '', args, constantText(args, 2, name))
    return timeExtract(timeOf(at(args, 0)), field, zone)
  }),
  timestamp_format: of(1, 3, (args, name) =>
    call(
      'time_format',
      [
        timeOf(at(args, 0)),
        literal(storeTimeFormat(constantText(args, 1, name) ?? isoTimeFormat), 'STRING'),
        literal(checkZone(constantText(args, 2, name) ?? 'UTC'), 'STRING'),
      ],
      'STRING',
    ),
  ),
  timestamp_parse: of(1, 3, (args, name) => {
    const zone = literal(checkZone(constantText(args, 2, name) ?? 'UTC'), 'STRING')
    const format = constantText(args, 1, name)
    return format === null
      ? call('time_parse_iso', [text(at(args, 0)), zone], 'LONG')
      : call('time_parse', [text(at(args, 0)), literal(storeTimeFormat(format), 'STRING'), zone], 'LONG')
  }),
  timestamp: of(1, 1, (args) => call('time_parse_iso', [text(at(args, 0)), literal('UTC', 'STRING')], 'LONG')),
  unix_timestamp: of(1, 1, (args) =>
    call('divide_long', [call('time_parse_iso', [text(at(args, 0)), literal('UTC', 'STRING')], 'LONG'), literal(1000, 'LONG')], 'LONG'),
  ),
}

const fields = [
  'EPOCH',
  'MILLISECOND',
  'SECOND',
  'MINUTE',
  'HOUR',
  'DAY',
  'DOW',
  'ISODOW',
  'DOY',
  'WEEK',
  'MONTH',
  'QUARTER',
  'YEAR',
  'ISOYEAR',
  'DECADE',
  'CENTURY',
  'MILLENNIUM',
]

export function timeExtract(time: Scalar, field: string, zone: string): Scalar {
  if (!fields.includes(field)) throw invalid(`'${field}' is not a part of a time; known are ${fields.join(', ')}`)
  return call('time_extract', [time, literal(field, 'STRING'), literal(zone, 'STRING')], 'LONG')
}

function caseOf(args: readonly Scalar[]): Scalar {
  const results = args.filter((_, position) => position % 2 === 1 || (position === args.length - 1 && args.length % 2 === 1))
  const type = same(results)
  return call(
    'case',
    args.map((arg) => (results.includes(arg) ? castTo(arg, type) : arg)),
    type,
  )
}

function restWhenNegative(args: readonly [Scalar, Scalar, Scalar]): readonly Scalar[] {
  const count = args[2]
  return count.kind === 'literal' && Number(count.value) < 0 ? args.slice(0, 2) : args
}

function castType(name: string): DataType {
  switch (name.toUpperCase()) {
    case 'LONG':
    case 'DOUBLE':
    case 'FLOAT':
    case 'STRING':
      return name.toUpperCase() as DataType
    default:
      throw invalid(`Invalid type [${name}] in cast`)
  }
}
