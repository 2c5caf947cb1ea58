import { errors } from '../base/errors.ts'
import { isAggregate } from '../expr/aggregates.ts'
import type { Expression } from '../expr/expression.ts'
import type { OrderItem, SqlExpression } from '../syntax/ast/expression.ts'
import type { SelectNode } from '../syntax/ast/query.ts'
import type { Span } from '../syntax/span.ts'
import { groupedSelect } from './aggregate.ts'
import { distinct, outputColumn } from './columns.ts'
import { newColumn, type QueryEnvironment } from './context.ts'
import { analyse, type ExpressionEnvironment } from './expressions.ts'
import { filtered } from './filter.ts'
import { type Planned, planFrom } from './from.ts'
import { type Column, columnReference, type LogicalNode } from './logical.ts'
import { callsIn } from './walk.ts'

export type HiddenColumns = ReadonlyMap<OrderItem, number>

export interface PlannedSelect {
  readonly node: LogicalNode
  /** The first columns are the answer; those behind are there to order by. */
  readonly visible: number
  /** The column of each item of ORDER BY. */
  readonly hidden: HiddenColumns
}

/** An item of SELECT with its name; `*` is written out. */
interface Item {
  readonly name: string
  readonly node: SqlExpression | null
  readonly column: Column | null
}

export function planSelect(select: SelectNode, environment: QueryEnvironment, orderBy: readonly OrderItem[] | null): PlannedSelect {
  refuseClauses(select)
  const { context } = environment
  const nothing: Planned = { node: { kind: 'values', rows: [[]], columns: [] }, relations: [] }
  const from = select.from === null ? nothing : planFrom(select.from, environment)
  const spans = new Map<Expression, Span>()
  const env = (place: string): ExpressionEnvironment => ({ scope: from, place, keepPlaces: context.keepPlaces, spans })
  const input = select.where === null ? from.node : filtered(from.node, select.where, env('WHERE'))
  const items = itemsOf(select, from)
  const orderNodes = (orderBy ?? []).map((item) => item.expression)
  const aggregated =
    select.groupBy !== null || select.having !== null || hasAggregate([...select.items.map((item) => item.expression), ...orderNodes])
  const inside = aggregated
    ? groupedSelect({ input, scope: from, select, environment, spans })
    : {
        node: input,
        analyse: (node: SqlExpression, place: string) => analyse(node, env(place)),
        column: columnReference,
      }

  const expressions = items.map((item) =>
    item.node === null ? inside.column(item.column as Column, select.at) : inside.analyse(item.node, 'SELECT'),
  )
  const columns = expressions.map((expression, i) =>
    newColumn(context, (items[i] as Item).name, expression.type, timeOf(expression, inside.node)),
  )
  const visible = columns.length
  const hidden = new Map<OrderItem, number>()
  for (const item of orderBy ?? []) {
    const named = outputColumn(item.expression, columns.slice(0, visible))
    if (named !== null) {
      hidden.set(item, named)
      continue
    }
    if (select.quantifier === 'DISTINCT') {
      throw errors.fail(
        'MS-2007',
        { what: 'This expression', place: 'ORDER BY of SELECT DISTINCT', instead: 'Order by a column of the result.' },
        item.at,
      )
    }
    const expression = inside.analyse(item.expression, 'ORDER BY')
    const column = newColumn(context, `$order${hidden.size}`, expression.type)
    hidden.set(item, column.id)
    expressions.push(expression)
    columns.push(column)
  }
  const project: LogicalNode = { kind: 'project', input: inside.node, expressions, columns }
  return { node: select.quantifier === 'DISTINCT' ? distinct(project) : project, visible, hidden }
}

function refuseClauses(select: SelectNode): void {
  if (select.qualify !== null) throw errors.fail('MS-2000', { feature: 'QUALIFY' }, select.qualify.at)
  if (select.stream) throw errors.fail('MS-2000', { feature: 'SELECT STREAM' }, select.at)
  const over = callsIn(select.items.map((item) => item.expression)).find((call) => call.over !== null)
  if (over !== undefined) throw errors.fail('MS-2000', { feature: 'OVER windows (and Top-N by ROW_NUMBER)' }, over.at)
}

function hasAggregate(nodes: readonly SqlExpression[]): boolean {
  return callsIn(nodes).some((call) => call.over === null && isAggregate(call.name.map((part) => part.name).join('.')))
}

/** The items with `*` written out and names that are unique, as Flink makes them: a, a0, EXPR$2. */
function itemsOf(select: SelectNode, from: Planned): Item[] {
  const items: Item[] = []
  const taken = new Set<string>()
  const push = (wanted: string, node: SqlExpression | null, column: Column | null) => {
    let name = wanted
    for (let attempt = 0; taken.has(name); attempt++) name = `${wanted}${attempt}`
    taken.add(name)
    items.push({ name, node, column })
  }
  for (const { expression, alias } of select.items) {
    if (expression.kind === 'star') {
      const starred = starredRelations(expression.qualifier.map((part) => part.name).join('.'), from, expression.at)
      for (const relation of starred) {
        for (const column of relation.columns) if (column.hidden !== true) push(column.name, null, column)
      }
    } else if (alias !== null) push(alias.name, expression, null)
    else if (expression.kind === 'name') push(expression.parts[expression.parts.length - 1]?.name ?? '', expression, null)
    else push(`EXPR$${items.length}`, expression, null)
  }
  return items
}

function starredRelations(qualifier: string, from: Planned, at: Span): Planned['relations'] {
  if (qualifier === '') {
    if (from.relations.length === 0)
      throw errors.fail('MS-2007', { what: '*', place: 'SELECT without FROM', instead: 'Name what is wanted.' }, at)
    return from.relations
  }
  const found = from.relations.filter((relation) => relation.name === qualifier)
  if (found.length > 0) return found
  throw errors.fail('MS-2004', { table: qualifier, near: from.relations.flatMap((relation) => relation.name ?? []) }, at)
}

/** A column that is handed on as it is stays a time attribute. */
function timeOf(expression: Expression, input: LogicalNode): Column['time'] {
  return expression.kind === 'input' ? (input.columns.find((column) => column.id === expression.index)?.time ?? null) : null
}
