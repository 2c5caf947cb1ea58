import { type Aggregate, and, call, type DataType, literal, type Scalar } from '../../model/dataset-query.ts'
import type { CallNode, SqlExpression } from '../../syntax/ast/expression.ts'
import { castTo, isNumber } from '../scope.ts'
import { invalidAt, notYetAt } from './environment.ts'
import { condition, type Reading, read } from './expressions.ts'

const distinctCounts = new Set([
  'APPROX_COUNT_DISTINCT',
  'APPROX_COUNT_DISTINCT_BUILTIN',
  'APPROX_COUNT_DISTINCT_DS_HLL',
  'APPROX_COUNT_DISTINCT_DS_THETA',
])
const simple: Readonly<Record<string, string>> = { COUNT: 'count', SUM: 'sum', MIN: 'min', MAX: 'max', AVG: 'avg' }
const doubles: Readonly<Record<string, string>> = {
  STDDEV: 'stddev_samp',
  STDDEV_SAMP: 'stddev_samp',
  STDDEV_POP: 'stddev_pop',
  VARIANCE: 'var_samp',
  VAR_SAMP: 'var_samp',
  VAR_POP: 'var_pop',
}
const bits: Readonly<Record<string, string>> = { BIT_AND: 'bit_and', BIT_OR: 'bit_or', BIT_XOR: 'bit_xor' }
const byTime: Readonly<Record<string, string>> = { EARLIEST: 'first', LATEST: 'last', EARLIEST_BY: 'first', LATEST_BY: 'last' }
const later = new Set([
  'DS_HLL',
  'DS_THETA',
  'DS_QUANTILES_SKETCH',
  'APPROX_QUANTILE',
  'APPROX_QUANTILE_DS',
  'ARRAY_CONCAT_AGG',
  'LISTAGG',
  'BLOOM_FILTER',
])

export const isAggregate = (expression: SqlExpression): expression is CallNode => {
  if (expression.kind !== 'call' || expression.over !== null) return false
  const name = nameOf(expression)
  return (
    name in simple ||
    name in doubles ||
    name in bits ||
    name in byTime ||
    distinctCounts.has(name) ||
    later.has(name) ||
    ['ANY_VALUE', 'GROUPING', 'STRING_AGG', 'ARRAY_AGG'].includes(name)
  )
}
export const nameOf = (expression: CallNode): string =>
  expression.name
    .map((part) => part.name)
    .join('.')
    .toUpperCase()

/** An aggregate call as the store's aggregate. `rows`: leaves out rows that only carry a distinct value. */
export function readAggregate(expression: CallNode, reading: Reading, name: string, rows: Scalar | null): Aggregate {
  const called = nameOf(expression)
  const star = expression.args.length === 1 && expression.args[0]?.kind === 'star'
  const args = star ? [] : expression.args.map((arg) => read(arg, reading))
  const own = expression.filter === null ? null : condition(read(expression.filter, reading))
  const isDistinct = args.some((arg) => arg.type === 'DISTINCT')
  const real = rows === null || isDistinct ? null : call('eq', [rows, literal(1, 'LONG')], 'BOOLEAN')
  const filter = own === null ? real : real === null ? own : and([own, real])
  const distinct = expression.quantifier === 'DISTINCT'
  const make = (fn: string, inputs: readonly Scalar[], type: DataType, unique = distinct): Aggregate => ({
    name,
    function: fn,
    args: inputs,
    distinct: unique,
    filter,
    type,
  })
  const first = args[0]
  const need = (): Scalar => {
    if (first === undefined) throw invalidAt(`${called} needs an argument`, expression.at)
    return first
  }
  if (later.has(called)) throw notYetAt(`the aggregate ${called}`, expression.at)
  if (distinctCounts.has(called)) return make('count', [need()], 'LONG', true)
  if (isDistinct && !(called === 'COUNT' && distinct))
    throw invalidAt(`${called} cannot be applied to a distinct-count metric: use APPROX_COUNT_DISTINCT_DS_HLL`, expression.at)
  if (called === 'COUNT') return make('count', args, 'LONG')
  if (called === 'GROUPING' || called === 'GROUPING_ID') return make('grouping', args, 'LONG', false)
  if (called === 'ANY_VALUE') return make('any', [need()], need().type, false)
  if (called === 'STRING_AGG') return make('string_agg', [castTo(need(), 'STRING'), args[1] ?? literal(',', 'STRING')], 'STRING')
  if (called === 'ARRAY_AGG') {
    const list = need().type === 'STRING' ? 'STRINGS' : need().type === 'LONG' ? 'LONGS' : 'DOUBLES'
    return make('array_agg', [need()], list)
  }
  if (called in doubles) return make(doubles[called] as string, [castTo(need(), 'DOUBLE')], 'DOUBLE')
  if (called in bits) return make(bits[called] as string, [castTo(need(), 'LONG')], 'LONG')
  if (called in byTime) {
    const time = called.endsWith('_BY') ? args[1] : reading.visible.find((each) => each.name === '__time')?.value
    if (time === undefined) throw invalidAt(`${called} needs a table with __time`, expression.at)
    return make(byTime[called] as string, [need(), castTo(time, 'LONG')], need().type, false)
  }
  const value = need()
  if (called === 'MIN' || called === 'MAX') return make(called.toLowerCase(), [value], value.type, false)
  const number = isNumber(value.type) && value.type !== 'TIMESTAMP' ? value : castTo(value, value.type === 'NULL' ? 'LONG' : 'DOUBLE')
  if (called === 'AVG') {
    // Of longs a double, as Druid 33 answers.
    return make('avg', [number], 'DOUBLE')
  }
  return make('sum', [number], number.type === 'FLOAT' ? 'DOUBLE' : number.type)
}
