import { errors } from '../../base/errors.ts'
import { near } from '../../base/near.ts'
import { and, call, literal, not, or, type Scalar } from '../../model/dataset-query.ts'
import type { CallNode, IntervalNode, LiteralNode, NameNode, SqlExpression } from '../../syntax/ast/expression.ts'
import type { Query } from '../../syntax/ast/query.ts'
import { castTo, isNumber } from '../scope.ts'
import { type Environment, invalidAt, notYetAt, type Planned, type Visible } from './environment.ts'
import { sqlFunctions } from './functions.ts'
import { commonType, comparable, dataTypeOf, sqlCast, timestampLiteral } from './types.ts'

/** How expressions are read at a place: which names are in sight, and what calls mean there. */
export interface Reading {
  readonly environment: Environment
  readonly visible: readonly Visible[]
  /** Looked at before anything else: group keys, aggregates. */
  readonly over?: (expression: SqlExpression) => Scalar | null
  readonly planSubquery: (query: Query) => Planned
}

export function read(expression: SqlExpression, reading: Reading): Scalar {
  const replaced = reading.over?.(expression) ?? null
  if (replaced !== null) return replaced
  const inner = (part: SqlExpression): Scalar => read(part, reading)
  const { zone } = reading.environment
  switch (expression.kind) {
    case 'name':
      return resolveName(expression, reading)
    case 'literal':
      return readLiteral(expression, zone)
    case 'parameter': {
      const value = reading.environment.parameters[expression.index]
      if (value === undefined) throw invalidAt(`No value bound for parameter (position [${expression.index + 1}])`, expression.at)
      return value
    }
    case 'unary': {
      const value = inner(expression.operand)
      if (expression.operator === 'NOT') return not(condition(value))
      if (expression.operator === '+') return value
      const number = isNumber(value.type) ? value : castTo(value, 'DOUBLE')
      if (number.kind === 'literal' && typeof number.value === 'number') return literal(-number.value, number.type)
      return call('negate', [number], number.type)
    }
    case 'binary':
      return readBinary(expression, reading)
    case 'is': {
      const value = inner(expression.operand)
      if (!['NULL', 'TRUE', 'FALSE', 'UNKNOWN'].includes(expression.test)) throw notYetAt(`IS ${expression.test}`, expression.at)
      const test =
        expression.test === 'NULL' || expression.test === 'UNKNOWN' ? 'is_null' : expression.test === 'TRUE' ? 'is_true' : 'is_false'
      const result = call(test, [value], 'BOOLEAN')
      return expression.negated ? not(result) : result
    }
    case 'between': {
      const value = inner(expression.operand)
      const [low, high] = [inner(expression.low), inner(expression.high)]
      const inside = (a: Scalar, b: Scalar): Scalar =>
        and([call('ge', comparable(value, a, zone), 'BOOLEAN'), call('le', comparable(value, b, zone), 'BOOLEAN')])
      const result = expression.symmetric ? or([inside(low, high), inside(high, low)]) : inside(low, high)
      return expression.negated ? not(result) : result
    }
    case 'like': {
      if (expression.operator !== 'LIKE') throw notYetAt(expression.operator, expression.at)
      const mark = expression.escape === null ? null : inner(expression.escape)
      if (mark !== null && mark.kind !== 'literal') throw invalidAt('The escape of LIKE must be a constant', expression.at)
      const args = [
        castTo(inner(expression.operand), 'STRING'),
        castTo(inner(expression.pattern), 'STRING'),
        mark ?? literal(null, 'STRING'),
      ]
      const result = call('like', args, 'BOOLEAN')
      return expression.negated ? not(result) : result
    }
    case 'in': {
      const value = inner(expression.operand)
      let result: Scalar
      if (expression.query !== null) {
        const planned = reading.planSubquery(expression.query)
        if (planned.outputs.length !== 1) throw invalidAt('The subquery of IN must have one column', expression.at)
        result = { kind: 'subquery', mode: 'in', relation: planned.relation, arg: value, type: 'BOOLEAN' }
      } else {
        const items = (expression.items ?? []).map(inner)
        const type = commonType([value.type, ...items.map((item) => item.type)])
        result = call(
          'in',
          [value, ...items].map((item) => sqlCast(item, type, zone)),
          'BOOLEAN',
        )
      }
      return expression.negated ? not(result) : result
    }
    case 'exists':
      return { kind: 'subquery', mode: 'exists', relation: reading.planSubquery(expression.query).relation, arg: null, type: 'BOOLEAN' }
    case 'subquery': {
      const planned = reading.planSubquery(expression.query)
      const output = planned.outputs[0]
      if (output === undefined || planned.outputs.length !== 1) throw invalidAt('A subquery as a value must have one column', expression.at)
      return { kind: 'subquery', mode: 'scalar', relation: planned.relation, arg: null, type: output.value.type }
    }
    case 'case': {
      const operand = expression.operand === null ? null : inner(expression.operand)
      const branches = expression.branches.flatMap(({ when, value }) => {
        const conditions = when.map((each) =>
          operand === null ? condition(inner(each)) : call('eq', comparable(operand, inner(each), zone), 'BOOLEAN'),
        )
        return [or(conditions), inner(value)]
      })
      const otherwise = expression.otherwise === null ? literal(null, 'NULL') : inner(expression.otherwise)
      const args = [...branches, otherwise]
      const isResult = (position: number): boolean => position % 2 === 1 || position === args.length - 1
      const type = commonType(args.filter((_, position) => isResult(position)).map((arg) => arg.type))
      return call(
        'case',
        args.map((arg, position) => (isResult(position) ? sqlCast(arg, type, zone) : arg)),
        type,
      )
    }
    case 'cast':
      return sqlCast(inner(expression.operand), dataTypeOf(expression.type), zone)
    case 'call':
      return readCall(expression, reading)
    case 'constructor': {
      if (expression.of !== 'ARRAY' || expression.query !== null) throw notYetAt(`${expression.of}[...]`, expression.at)
      const items = expression.elements.map(inner)
      const type = commonType(items.map((item) => item.type))
      const list = type === 'STRING' ? 'STRINGS' : type === 'LONG' ? 'LONGS' : 'DOUBLES'
      return call(
        'list',
        items.map((item) => sqlCast(item, type, zone)),
        list,
      )
    }
    case 'interval':
      throw invalidAt('An INTERVAL stands beside a time only', expression.at)
    case 'star':
      throw invalidAt("'*' cannot stand here", expression.at)
    default:
      throw notYetAt(`this form of expression (${expression.kind})`, expression.at)
  }
}

/** A value where a condition is wanted. */
export const condition = (value: Scalar): Scalar =>
  value.type === 'BOOLEAN' ? value : value.type === 'NULL' ? literal(null, 'BOOLEAN') : castTo(value, 'BOOLEAN')

function resolveName(expression: NameNode, reading: Reading): Scalar {
  const found = findName(expression, reading.visible)
  if (found !== null) return found
  const column = expression.parts.at(-1)?.name ?? ''
  throw errors.fail(
    'MS-6007',
    {
      column: expression.parts.map((part) => part.name).join('.'),
      near: near(
        column,
        reading.visible.map((each) => each.name),
      ).map((name) => `'${name}'`),
    },
    expression.at,
  )
}

/** What a name means among the columns in sight; null: nothing. */
export function findName(expression: NameNode, visible: readonly Visible[]): Scalar | null {
  const parts = expression.parts.map((part) => part.name)
  const column = parts.at(-1) as string
  const table = parts.at(-2)
  const candidates = visible.filter((each) => each.name === column && (table === undefined || each.table === table))
  if (candidates.length > 1) throw invalidAt(`Column '${column}' is ambiguous`, expression.at)
  return candidates[0]?.value ?? null
}

function readLiteral(expression: LiteralNode, zone: string): Scalar {
  const { text } = expression
  switch (expression.type) {
    case 'exact': {
      if (text.includes('.')) return literal(Number(text), 'DOUBLE')
      const number = Number(text)
      return literal(Number.isSafeInteger(number) ? number : BigInt(text), 'LONG')
    }
    case 'approximate':
      return literal(Number(text), 'DOUBLE')
    case 'string':
      return literal(text, 'STRING')
    case 'boolean':
      return literal(text.toUpperCase() === 'TRUE', 'BOOLEAN')
    case 'null':
    case 'unknown':
      return literal(null, 'NULL')
    case 'timestamp':
    case 'timestamp_ltz':
    case 'date': {
      const time = timestampLiteral(text, expression.type === 'date' ? 'UTC' : zone)
      if (time === null) throw invalidAt(`Illegal ${expression.type.toUpperCase()} literal '${text}'`, expression.at)
      return literal(time, expression.type === 'date' ? 'DATE' : 'TIMESTAMP')
    }
    default:
      throw notYetAt(`a literal of type ${expression.type}`, expression.at)
  }
}

const comparisons: Readonly<Record<string, string>> = { '=': 'eq', '<>': 'ne', '!=': 'ne', '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge' }
const arithmetics: Readonly<Record<string, string>> = { '+': 'add', '-': 'subtract', '*': 'multiply', '%': 'modulo' }

function readBinary(expression: Extract<SqlExpression, { kind: 'binary' }>, reading: Reading): Scalar {
  const { operator } = expression
  const { zone } = reading.environment
  if ((operator === '+' || operator === '-') && (expression.right.kind === 'interval' || expression.left.kind === 'interval')) {
    const interval = (expression.right.kind === 'interval' ? expression.right : expression.left) as IntervalNode
    const time = read(expression.right.kind === 'interval' ? expression.left : expression.right, reading)
    return shift(sqlCast(time, time.type === 'DATE' ? 'DATE' : 'TIMESTAMP', zone), interval, operator === '-' ? -1 : 1, reading)
  }
  const left = read(expression.left, reading)
  const right = read(expression.right, reading)
  if (operator === 'AND' || operator === 'OR') return call(operator.toLowerCase(), [condition(left), condition(right)], 'BOOLEAN')
  const comparison = comparisons[operator]
  if (comparison !== undefined) return call(comparison, comparable(left, right, zone), 'BOOLEAN')
  if (operator === 'IS DISTINCT FROM' || operator === 'IS NOT DISTINCT FROM') {
    return call(operator === 'IS DISTINCT FROM' ? 'is_distinct_from' : 'is_not_distinct_from', comparable(left, right, zone), 'BOOLEAN')
  }
  if (operator === '||') return call('concat', [castTo(left, 'STRING'), castTo(right, 'STRING')], 'STRING')
  if (operator === '/' || arithmetics[operator] !== undefined) return arithmetic(operator, left, right, expression)
  throw notYetAt(`the operator ${operator}`, expression.operatorAt)
}

function arithmetic(operator: string, left: Scalar, right: Scalar, expression: SqlExpression): Scalar {
  const number = (value: Scalar): Scalar => {
    if (value.type === 'NULL') return literal(null, 'LONG')
    if (value.type === 'TIMESTAMP' || value.type === 'DATE') return { ...value, type: 'LONG' } as Scalar
    if (isNumber(value.type)) return value
    if (value.type === 'STRING') return castTo(value, 'DOUBLE')
    throw invalidAt(`Cannot apply '${operator}' to arguments of type <${left.type}> and <${right.type}>`, expression.at)
  }
  const [a, b] = [number(left), number(right)]
  const long = a.type === 'LONG' && b.type === 'LONG'
  if (operator === '/') return long ? call('divide_long', [a, b], 'LONG') : call('divide', [a, b], 'DOUBLE')
  return call(arithmetics[operator] as string, long ? [a, b] : [castTo(a, 'DOUBLE'), castTo(b, 'DOUBLE')], long ? 'LONG' : 'DOUBLE')
}

const unitPeriods: Readonly<Record<string, readonly [months: number, days: number, millis: number]>> = {
  YEAR: [12, 0, 0],
  QUARTER: [3, 0, 0],
  MONTH: [1, 0, 0],
  WEEK: [0, 7, 0],
  DAY: [0, 1, 0],
  HOUR: [0, 0, 3_600_000],
  MINUTE: [0, 0, 60_000],
  SECOND: [0, 0, 1000],
}

function shift(time: Scalar, interval: IntervalNode, direction: number, reading: Reading): Scalar {
  const [months, days, millis] = intervalParts(interval, reading)
  const sign = direction * (interval.negative ? -1 : 1)
  const part = (value: number): Scalar => literal(Math.trunc(value * sign), 'LONG')
  return call('time_shift', [time, part(months), part(days), part(millis), literal(reading.environment.zone, 'STRING')], time.type)
}

function intervalParts(interval: IntervalNode, reading: Reading): [number, number, number] {
  const { from, to } = interval.qualifier
  const unit = unitPeriods[from]
  let text = interval.text
  if (text === null && interval.value !== null) {
    const value = read(interval.value, reading)
    text = value.kind === 'literal' && value.value !== null ? String(value.value) : null
  }
  if (unit === undefined || text === null) throw notYetAt('an INTERVAL that is not a constant', interval.at)
  if (to === null) {
    const count = Number(text)
    if (Number.isNaN(count)) throw invalidAt(`Illegal interval literal '${text}'`, interval.at)
    return [unit[0] * count, unit[1] * count, unit[2] * count]
  }
  if (from === 'YEAR' && to === 'MONTH') {
    const [years, months] = text.split('-').map(Number)
    return [(years ?? 0) * 12 + (months ?? 0), 0, 0]
  }
  const units = ['DAY', 'HOUR', 'MINUTE', 'SECOND']
  const values = text.split(/[ :]/).map(Number)
  const first = units.indexOf(from)
  if (first < 0 || values.some(Number.isNaN)) throw invalidAt(`Illegal interval literal '${text}'`, interval.at)
  const sum: [number, number, number] = [0, 0, 0]
  values.forEach((value, position) => {
    const each = unitPeriods[units[first + position] ?? ''] ?? [0, 0, 0]
    sum[1] += each[1] * value
    sum[2] += each[2] * value
  })
  return sum
}

function readCall(expression: CallNode, reading: Reading): Scalar {
  const name = expression.name
    .map((part) => part.name)
    .join('.')
    .toUpperCase()
  if (expression.over !== null) throw invalidAt(`${name} OVER cannot stand here`, expression.at)
  const known = sqlFunctions[name]
  // USER and the like are columns as often as functions.
  if (known === undefined && expression.bare) return resolveName({ kind: 'name', parts: expression.name, at: expression.at }, reading)
  if (known === undefined) throw invalidAt(`No match found for function signature ${name}`, expression.at)
  const symbols = expression.args.map((arg) => (arg.kind === 'symbol' ? arg.name : null))
  const args = expression.args.map((arg) => (arg.kind === 'symbol' ? literal(arg.name, 'STRING') : read(arg, reading)))
  try {
    return known({ name, args, symbols, environment: reading.environment })
  } catch (error) {
    // The function's complaint, at its place.
    if (
      error instanceof Error &&
      'code' in error &&
      'place' in error &&
      error.place === undefined &&
      'values' in error &&
      error.code === 'MS-6001'
    ) {
      throw invalidAt(error.message, expression.at)
    }
    throw error
  }
}
