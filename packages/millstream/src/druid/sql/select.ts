import {
  type Aggregate,
  column,
  type Interval,
  type NamedScalar,
  type Relation,
  type Scalar,
  type SortKey,
} from '../../model/dataset-query.ts'
import type { OrderItem, SqlExpression } from '../../syntax/ast/expression.ts'
import type { Query, SelectNode } from '../../syntax/ast/query.ts'
import { isAggregate, readAggregate } from './aggregates.ts'
import { type Environment, invalidAt, notYetAt, type Planned, type Source, type Visible } from './environment.ts'
import { condition, findName, type Reading, read } from './expressions.ts'
import { noTable, plain, planFrom } from './from.ts'
import { readGrouping, scalarText } from './grouping.ts'
import { intervalsOf } from './intervals.ts'
import { isWindowCall, readWindow, sortKeyOf } from './windows.ts'

interface Item {
  readonly name: string
  readonly expression: SqlExpression
}

/** SELECT with the ORDER BY, LIMIT and OFFSET around it. */
export function planSelect(
  node: SelectNode,
  order: Pick<Query, 'orderBy'>,
  cut: { readonly limit: number | null; readonly offset: number },
  environment: Environment,
): Planned {
  if (node.qualify !== null) throw notYetAt('QUALIFY', node.qualify.at)
  const from = node.from === null ? noTable : planFrom(node.from, environment)
  const planSubquery = (query: Query): Planned => exact(environment.plan(query, environment), environment)
  const outer: Reading = { environment, visible: from.visible, planSubquery }
  const items = expandStars(node, from)
  const ordered = order.orderBy.map((item) => ({ item, expression: orderExpression(item, items) }))
  const everywhere = [
    ...items.map((item) => item.expression),
    ...ordered.map(({ expression }) => expression),
    ...(node.having === null ? [] : [node.having]),
  ]
  const isGrouped = node.groupBy !== null || node.having !== null || everywhere.some(containsAggregate)
  const where = node.where === null ? null : condition(read(node.where, outer))

  const usesDistinct = isGrouped && from.rows !== null
  const source = usesDistinct ? from : plain(from)
  const bounded: Relation =
    where === null ? source.relation : { kind: 'filter', input: withIntervals(source.relation, where), condition: where }
  const grouped = isGrouped
    ? planGroups(node, items, everywhere, { ...outer, visible: from.visible }, bounded, usesDistinct ? from.rows : null)
    : null
  const named = new Map(node.windows.map((window) => [window.name.name, window.specification]))
  const base: Reading = grouped === null ? outer : { ...outer, over: grouped.over }
  const reading: Reading = {
    ...base,
    over: (expression) => (isWindowCall(expression) ? readWindow(expression, base, named) : (base.over?.(expression) ?? null)),
  }
  let relation = grouped?.relation ?? bounded
  if (node.having !== null) relation = { kind: 'filter', input: relation, condition: condition(read(node.having, base)) }

  const columns: NamedScalar[] = items.map(({ name, expression }) => ({ name: environment.fresh(name), value: read(expression, reading) }))
  const outputs = columns.map(({ name, value }, position) => ({
    name: (items[position] as Item).name,
    value: column(name, value.type === 'NULL' ? 'STRING' : value.type),
  }))
  const shown = columns.map(({ name, value }) => ({
    name,
    value: value.type === 'NULL' ? ({ ...value, type: 'STRING' } as Scalar) : value,
  }))
  const isDistinct = node.quantifier === 'DISTINCT'
  const by: SortKey[] = ordered.map(({ item, expression }) => {
    const value = read(expression, reading)
    const at = shown.findIndex((each) => scalarText(each.value) === scalarText(value))
    if (at >= 0) return sortKeyOf(item, column((shown[at] as NamedScalar).name, value.type))
    if (isDistinct) throw invalidAt('With SELECT DISTINCT, ORDER BY names selected columns', item.at)
    const name = environment.fresh('order')
    shown.push({ name, value })
    return sortKeyOf(item, column(name, value.type))
  })
  const projected: Relation = { kind: 'project', input: relation, columns: shown, distinct: isDistinct }
  const isSorted = by.length > 0 || cut.limit !== null || cut.offset > 0
  return { relation: isSorted ? { kind: 'sort', input: projected, by, ...cut } : projected, outputs }
}

/** Only the columns that the author named. */
export function exact(planned: Planned, environment: Environment): Planned {
  const columns = planned.outputs.map(({ name, value }) => ({ name: environment.fresh(name), value }))
  return {
    relation: { kind: 'project', input: planned.relation, columns, distinct: false },
    outputs: planned.outputs.map(({ name, value }, position) => ({
      name,
      value: column((columns[position] as NamedScalar).name, value.type),
    })),
  }
}

function planGroups(
  node: SelectNode,
  items: readonly Item[],
  everywhere: readonly SqlExpression[],
  reading: Reading,
  input: Relation,
  rows: Scalar | null,
) {
  const { environment } = reading
  const keyOf = (expression: SqlExpression): Scalar => {
    const meant = ordinal(expression, items, 'GROUP BY') ?? aliased(expression, items, reading.visible) ?? expression
    if (containsAggregate(meant)) throw invalidAt('Aggregate expression is illegal in GROUP BY clause', meant.at)
    return read(meant, reading)
  }
  const grouping = node.groupBy === null ? { keys: [], sets: null } : readGrouping(node.groupBy, keyOf)
  const keys = grouping.keys.map<NamedScalar>((value) => ({ name: environment.fresh('k'), value }))
  const keyTexts = new Map(keys.map(({ name, value }) => [scalarText(value), column(name, value.type)]))
  const aggregates: Aggregate[] = []
  const known = new Map<string, Scalar>()

  const over = (expression: SqlExpression): Scalar | null => {
    if (isAggregate(expression)) {
      const aggregate = readAggregate(expression, reading, '', rows)
      const text = scalarText(aggregate as unknown as Scalar)
      let value = known.get(text)
      if (value === undefined) {
        const name = environment.fresh('a')
        aggregates.push({ ...aggregate, name })
        value = column(name, aggregate.type)
        known.set(text, value)
      }
      return value
    }
    if (containsAggregate(expression) || isWindowCall(expression) || containsWindow(expression)) return null
    if (expression.kind === 'literal' || expression.kind === 'parameter' || expression.kind === 'symbol' || expression.kind === 'interval')
      return null
    const value = read(expression, reading)
    const key = keyTexts.get(scalarText(value))
    if (key !== undefined) return key
    if (expression.kind === 'name')
      throw invalidAt(`Expression '${expression.parts.map((part) => part.name).join('.')}' is not being grouped`, expression.at)
    return null
  }
  // Aggregates are found before the relation is made.
  for (const expression of everywhere) visitAggregates(expression, over)
  const relation: Relation = { kind: 'aggregate', input, keys, groupingSets: grouping.sets, aggregates }
  return { relation, over }
}

function visitAggregates(expression: SqlExpression, over: (expression: SqlExpression) => Scalar | null): void {
  if (isAggregate(expression)) over(expression)
  else for (const part of parts(expression)) visitAggregates(part, over)
}

const containsAggregate = (expression: SqlExpression): boolean => isAggregate(expression) || parts(expression).some(containsAggregate)
const containsWindow = (expression: SqlExpression): boolean => isWindowCall(expression) || parts(expression).some(containsWindow)

/** The expressions directly within one; subqueries are their own. */
function parts(expression: SqlExpression): readonly SqlExpression[] {
  switch (expression.kind) {
    case 'unary':
    case 'is':
    case 'cast':
    case 'field':
      return [expression.operand]
    case 'binary':
      return [expression.left, expression.right]
    case 'between':
      return [expression.operand, expression.low, expression.high]
    case 'like':
      return [expression.operand, expression.pattern]
    case 'in':
      return [expression.operand, ...(expression.items ?? [])]
    case 'case':
      return [
        ...(expression.operand === null ? [] : [expression.operand]),
        ...expression.branches.flatMap(({ when, value }) => [...when, value]),
        ...(expression.otherwise === null ? [] : [expression.otherwise]),
      ]
    case 'call': {
      const over = expression.over?.specification
      return [
        ...expression.args,
        ...(over === undefined || over === null ? [] : [...over.partitionBy, ...over.orderBy.map((item) => item.expression)]),
      ]
    }
    case 'constructor':
      return expression.elements
    case 'item':
      return [expression.operand, expression.index]
    default:
      return []
  }
}

function expandStars(node: SelectNode, from: Source): Item[] {
  return node.items.flatMap((item, position) => {
    const { expression } = item
    if (expression.kind === 'star') {
      const table = expression.qualifier.at(-1)?.name ?? null
      const wanted = from.visible.filter((each) => table === null || each.table === table)
      if (wanted.length === 0)
        throw invalidAt(table === null ? 'SELECT * needs a FROM clause' : `Unknown identifier '${table}'`, expression.at)
      return wanted.map<Item>((each) => {
        const spelled = [...(each.table === null ? [] : [each.table]), each.name].map((name) => ({ name, quoted: true, at: expression.at }))
        return { name: each.name, expression: { kind: 'name', parts: spelled, at: expression.at } }
      })
    }
    const own =
      item.alias?.name ??
      (expression.kind === 'name'
        ? expression.parts.at(-1)?.name
        : expression.kind === 'call' && expression.bare
          ? expression.name.at(-1)?.name
          : undefined)
    return [{ name: own ?? `EXPR$${position}`, expression }]
  })
}

const ordinal = (expression: SqlExpression, items: readonly Item[], clause: string): SqlExpression | null => {
  if (expression.kind !== 'literal' || expression.type !== 'exact') return null
  const item = items[Number(expression.text) - 1]
  if (item === undefined) throw invalidAt(`Ordinal out of range in ${clause}`, expression.at)
  return item.expression
}

/** An alias of the SELECT list, unless it is a column's name. */
function aliased(expression: SqlExpression, items: readonly Item[], visible: readonly Visible[]): SqlExpression | null {
  if (expression.kind !== 'name' || expression.parts.length !== 1 || findName(expression, visible) !== null) return null
  return items.find((item) => item.name === expression.parts[0]?.name)?.expression ?? null
}

/** In ORDER BY an alias comes before a column. */
function orderExpression(item: OrderItem, items: readonly Item[]): SqlExpression {
  const { expression } = item
  const byPlace = ordinal(expression, items, 'ORDER BY')
  if (byPlace !== null) return byPlace
  if (expression.kind === 'name' && expression.parts.length === 1) {
    return items.find((each) => each.name === expression.parts[0]?.name)?.expression ?? expression
  }
  return expression
}

/** Time bounds of a condition, told to the scan so that it opens only those chunks. */
function withIntervals(relation: Relation, where: Scalar): Relation {
  if (relation.kind === 'filter') return { ...relation, input: withIntervals(relation.input, where) }
  if (relation.kind !== 'scan') return relation
  const interval: Interval | null = intervalsOf(where, `${relation.prefix}__time`)
  return interval === null ? relation : { ...relation, intervals: [interval] }
}
