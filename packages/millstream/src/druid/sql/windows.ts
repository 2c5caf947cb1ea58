import type { DataType, Scalar, SortKey, WindowFrame } from '../../model/dataset-query.ts'
import type { CallNode, FrameBound, OrderItem, SqlExpression, WindowSpecification } from '../../syntax/ast/expression.ts'
import { castTo, isNumber } from '../scope.ts'
import { nameOf } from './aggregates.ts'
import { invalidAt, notYetAt } from './environment.ts'
import { type Reading, read } from './expressions.ts'

const functions: Readonly<Record<string, DataType | 'argument'>> = {
  ROW_NUMBER: 'LONG',
  RANK: 'LONG',
  DENSE_RANK: 'LONG',
  PERCENT_RANK: 'DOUBLE',
  CUME_DIST: 'DOUBLE',
  NTILE: 'LONG',
  LAG: 'argument',
  LEAD: 'argument',
  FIRST_VALUE: 'argument',
  LAST_VALUE: 'argument',
  NTH_VALUE: 'argument',
  COUNT: 'LONG',
  SUM: 'argument',
  MIN: 'argument',
  MAX: 'argument',
  AVG: 'DOUBLE',
}

export const isWindowCall = (expression: SqlExpression): expression is CallNode => expression.kind === 'call' && expression.over !== null

/** `f(...) OVER (...)`. */
export function readWindow(expression: CallNode, reading: Reading, named: ReadonlyMap<string, WindowSpecification>): Scalar {
  const name = nameOf(expression)
  const result = functions[name]
  if (result === undefined) throw notYetAt(`the window function ${name}`, expression.at)
  if (expression.quantifier === 'DISTINCT') throw invalidAt(`DISTINCT is not supported for window functions`, expression.at)
  const over = expression.over
  const specification = over === null ? null : over.name === null ? over.specification : named.get(over.name.name)
  if (specification === null || specification === undefined)
    throw invalidAt(`Window '${over?.name?.name ?? ''}' is not defined`, expression.at)
  const star = expression.args.length === 1 && expression.args[0]?.kind === 'star'
  let args = star ? [] : expression.args.map((arg) => read(arg, reading))
  if (name === 'SUM' || name === 'AVG') args = args.map((arg) => (isNumber(arg.type) ? arg : castTo(arg, 'DOUBLE')))
  const frame = specification.frame === null ? null : frameOf(specification.frame)
  return {
    kind: 'over',
    function: name.toLowerCase(),
    args,
    partitionBy: specification.partitionBy.map((part) => read(part, reading)),
    orderBy: specification.orderBy.map((item) => sortKeyOf(item, read(item.expression, reading))),
    frame,
    type: result === 'argument' ? (args[0]?.type ?? 'LONG') : result,
  }
}

/** Nulls first when ascending, last when descending, unless it is said. */
export function sortKeyOf(item: OrderItem, value: Scalar): SortKey {
  const nulls = item.nulls === null ? (item.descending ? 'last' : 'first') : item.nulls === 'FIRST' ? 'first' : 'last'
  return { value, descending: item.descending, nulls }
}

function frameOf(frame: NonNullable<WindowSpecification['frame']>): WindowFrame {
  if (frame.unit === 'GROUPS' || frame.exclude !== null) throw notYetAt('GROUPS and EXCLUDE in a window frame')
  return {
    unit: frame.unit,
    start: boundOf(frame.start),
    end: frame.end === null ? { rows: 0, direction: 'following' } : boundOf(frame.end),
  }
}

function boundOf(bound: FrameBound): WindowFrame['start'] {
  const direction = bound.kind.endsWith('PRECEDING') ? 'preceding' : 'following'
  if (bound.kind === 'CURRENT ROW') return { rows: 0, direction }
  if (bound.value === null) return { rows: null, direction }
  if (bound.value.kind !== 'literal' || bound.value.type !== 'exact')
    throw invalidAt('The bound of a frame must be a constant', bound.value.at)
  return { rows: Number(bound.value.text), direction }
}
