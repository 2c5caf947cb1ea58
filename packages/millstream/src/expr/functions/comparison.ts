import { MillstreamError } from '../../base/errors.ts'
import { isApproximate, isNumeric, isString, isTimestamp, type LogicalType, types, withNullable } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import { commonType } from '../common-type.ts'
import { comparatorOf, compareStrings, equalityOf } from '../compare.ts'
import { laneOf } from '../compile/emit.ts'
import type { CallShape, Env, Run, ScalarFunction } from '../function.ts'
import { commonNumeric } from '../numeric-types.ts'
import { type Definition, scalar, take } from '../signature.ts'
import { castOf } from './cast-value.ts'

type Operator = '=' | '<>' | '<' | '<=' | '>' | '>='

/** The types two sides are compared in; null: they cannot be. Text meets what stands on the other side, but a number is not `=` to text. */
export function comparable(a: LogicalType, b: LogicalType, equality: boolean): readonly [LogicalType, LogicalType] | null {
  const both = (type: LogicalType): readonly [LogicalType, LogicalType] => [
    withNullable(type, a.nullable || a.kind === 'NULL'),
    withNullable(type, b.nullable || b.kind === 'NULL'),
  ]
  if (a.kind === 'NULL' || b.kind === 'NULL') return both(a.kind === 'NULL' ? (b.kind === 'NULL' ? types.boolean() : b) : a)
  if (isNumeric(a) && isNumeric(b)) {
    return both(isApproximate(a) && isApproximate(b) && a.kind !== b.kind ? types.double() : (commonNumeric(a, b) as LogicalType))
  }
  // CHAR(3) = 'a' compares the texts as they are: nothing is padded.
  if (isString(a) && isString(b)) return [a, b]
  if (isString(a) !== isString(b)) {
    const other = isString(a) ? b : a
    if (isNumeric(other)) return equality ? null : both(other)
    if (other.kind === 'BOOLEAN') return equality ? both(types.string()) : both(other)
    if (other.kind === 'DATE' || other.kind === 'TIME' || isTimestamp(other)) return both(other)
    return null
  }
  const common = commonType([a, b])
  if (common === null || common.kind === 'MULTISET') return null
  if (!equality && (common.kind === 'MAP' || common.kind === 'ARRAY' || common.kind === 'ROW')) return null
  return both(common)
}

const isTime = (type: LogicalType): boolean => type.kind === 'DATE' || type.kind === 'TIME' || isTimestamp(type)

/**
 * A time and a text that is no literal time: the text is not cast, for one that is no time makes the comparison unknown
 * where CAST would fail. Null: the usual way.
 */
function uncast(a: LogicalType, b: LogicalType, constants: readonly (Value | undefined)[]): readonly LogicalType[] | null {
  const at = isString(a) && isTime(b) ? 0 : isString(b) && isTime(a) ? 1 : null
  if (at === null) return null
  const text = constants[at]
  if (typeof text === 'string') return null
  return at === 0 ? [withNullable(a, true), b] : [a, withNullable(b, true)]
}

/** The text as a time, null where it is none. */
function tryCast(time: LogicalType, env: Env): (text: string) => Value {
  const cast = castOf(types.string(), time, env)
  return (text) => {
    try {
      return cast(text)
    } catch (failure) {
      if (failure instanceof MillstreamError) return null
      throw failure
    }
  }
}

function withText({ args }: CallShape, env: Env, test: (order: number) => boolean): Run {
  const [a, b] = args as [LogicalType, LogicalType]
  const textFirst = isString(a)
  const time = textFirst ? b : a
  const parse = tryCast(time, env)
  const compare = comparatorOf(time)
  return (x: Value, y: Value) => {
    const left = textFirst ? parse(x as string) : x
    const right = textFirst ? y : parse(y as string)
    return left === null || right === null ? null : test(compare(left, right))
  }
}

const tests: Record<Operator, (order: number) => boolean> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

function comparison(operator: Operator, names: readonly string[]): ScalarFunction {
  const equality = operator === '=' || operator === '<>'
  return scalar({
    names,
    parameters: [take.any, take.any],
    signatures: [`<COMPARABLE> ${operator} <COMPARABLE>`],
    together: ([a, b], { constants }) =>
      uncast(a as LogicalType, b as LogicalType, constants) ?? comparable(a as LogicalType, b as LogicalType, equality),
    result: types.boolean(),
    bind: (shape, env) => {
      const { args } = shape
      const type = args[0] as LogicalType
      const test = tests[operator]
      if (isString(type) !== isString(args[1] as LogicalType)) return withText(shape, env, test)
      if (isApproximate(type)) return (a: number, b: number) => approximate(operator, a, b)
      const compare = comparatorOf(type)
      return (a: Value, b: Value) => test(compare(a, b))
    },
    emit: ({ args }, [a, b], { constant }) => {
      const type = args[0] as LogicalType
      if (isString(type) !== isString(args[1] as LogicalType)) return null
      const lane = laneOf(type)
      const symbol = operator === '=' ? '===' : operator === '<>' ? '!==' : operator
      if (lane === 'f32' || lane === 'f64') {
        if (operator === '=') return { value: `(${a} === ${b} || (${a} !== ${a} && ${b} !== ${b}))`, total: true }
        if (operator === '<>') return { value: `(${a} !== ${b} && (${a} === ${a} || ${b} === ${b}))`, total: true }
        if (operator === '<=' || operator === '>=') {
          return { value: `(${a} ${operator} ${b} || (${a} !== ${a} && ${b} !== ${b}))`, total: true }
        }
      }
      if (lane === 'string' && !equality) return { value: `(${constant(compareStrings)}(${a}, ${b}) ${operator} 0)` }
      if (lane === 'value' && type.kind !== 'DECIMAL' && !isTimestamp(type)) return null
      return { value: `(${a} ${symbol} ${b})`, total: lane !== 'string' && lane !== 'value' }
    },
  })
}

function approximate(operator: Operator, a: number, b: number): boolean {
  const same = a === b || (Number.isNaN(a) && Number.isNaN(b))
  switch (operator) {
    case '=':
      return same
    case '<>':
      return !same
    case '<':
      return a < b
    case '>':
      return a > b
    case '<=':
      return a < b || same
    case '>=':
      return a > b || same
  }
}

function distinct(name: string, negated: boolean): Definition {
  return {
    names: [name],
    parameters: [take.any, take.any],
    signatures: [`<COMPARABLE> ${name} <COMPARABLE>`],
    together: ([a, b]) => comparable(a as LogicalType, b as LogicalType, true),
    result: types.boolean(),
    nullable: 'never',
    nulls: 'own',
    bind: ({ args }) => {
      const type = args[0] as LogicalType
      const equal = equalityOf(type.kind === 'NULL' ? (args[1] as LogicalType) : type)
      return (a: Value, b: Value) => equal(a, b) === negated
    },
  }
}

function extreme(name: string, sign: 1 | -1): Definition {
  return {
    names: [name],
    parameters: [take.any],
    rest: take.any,
    signatures: [`${name}(<COMPARABLE>, ...)`],
    together: (args) => {
      if (args.some((type) => type.kind === 'NULL')) return null
      const common = commonType(args)
      return common === null ? null : args.map((type) => withNullable(common, type.nullable))
    },
    result: (args) => commonType(args),
    bind: ({ type }) => {
      const compare = comparatorOf(type)
      return (...values: Value[]) => values.reduce((best, value) => (compare(value, best) * sign > 0 ? value : best))
    },
    emit: ({ type, args }, values) => {
      const lane = laneOf(type)
      if (args.length !== 2 || (lane !== 'i32' && lane !== 'i64')) return null
      const [a, b] = values
      return { value: `(${a} ${sign > 0 ? '>=' : '<='} ${b} ? ${a} : ${b})`, total: true }
    },
  }
}

/** IN (value, item, ...): lazy, for a match makes it TRUE whatever the other items are. */
const inList = scalar({
  names: ['IN'],
  parameters: [take.any, take.any],
  rest: take.any,
  signatures: ['<COMPARABLE> IN (<COMPARABLE>, ...)'],
  together: (args) => {
    const [value, ...items] = args as [LogicalType, ...LogicalType[]]
    const typed = items.filter((item) => item.kind !== 'NULL')
    const pairs = typed.map((item) => comparable(value, item, true))
    if (pairs.some((pair) => pair === null)) return null
    const common =
      isString(value) && typed.every(isString)
        ? null
        : commonType([value, ...pairs.map((pair) => (pair as readonly [LogicalType, LogicalType])[1])])
    if (common === null) return [value, ...items.map((item) => (item.kind === 'NULL' ? withNullable(value, true) : item))]
    return args.map((type) => withNullable(common, type.nullable || type.kind === 'NULL'))
  },
  result: types.boolean(),
  nulls: 'own',
  bind: ({ args }) => {
    const equal = equalityOf(args[0] as LogicalType)
    return (value: Value, ...items: Value[]) => {
      if (value === null) return null
      if (items.some((item) => item !== null && equal(value, item))) return true
      return items.includes(null) ? null : false
    }
  },
})

/** BETWEEN is written out by the planner but for SYMMETRIC's two ways, which are written out as well. */
export const comparisonFunctions: readonly ScalarFunction[] = [
  comparison('=', ['=']),
  comparison('<>', ['<>', '!=']),
  comparison('<', ['<']),
  comparison('<=', ['<=']),
  comparison('>', ['>']),
  comparison('>=', ['>=']),
  scalar(distinct('IS DISTINCT FROM', false)),
  scalar(distinct('IS NOT DISTINCT FROM', true)),
  scalar(extreme('GREATEST', 1)),
  scalar(extreme('LEAST', -1)),
  inList,
]
