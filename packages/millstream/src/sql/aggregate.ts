import { errors } from '../base/errors.ts'
import { isAggregate, resolveAggregate } from '../expr/aggregates.ts'
import type { Expression } from '../expr/expression.ts'
import type { CallNode, SqlExpression } from '../syntax/ast/expression.ts'
import type { GroupingItem, SelectNode } from '../syntax/ast/query.ts'
import type { Span } from '../syntax/span.ts'
import { newColumn, type QueryEnvironment } from './context.ts'
import { analyse, castTo, type ExpressionEnvironment } from './expressions.ts'
import { filterNode } from './filter.ts'
import { groupWindow } from './group-windows.ts'
import { type Column, columnReference, expressionKey, type LogicalAggregate, type LogicalNode } from './logical.ts'
import { windowProperties } from './rules/window-properties.ts'
import type { Scope } from './scope.ts'

interface Grouped {
  readonly input: LogicalNode
  readonly scope: Scope
  readonly select: SelectNode
  readonly environment: QueryEnvironment
  readonly spans: Map<Expression, Span>
}

/** How the items of a grouped SELECT are read: keys and aggregates are columns of `node`. */
export interface GroupedSelect {
  readonly node: LogicalNode
  analyse(node: SqlExpression, place: string): Expression
  column(column: Column, at: Span): Expression
}

/**
 * GROUP BY: a projection of keys and arguments, an aggregate, and HAVING on top. The items are analysed before the aggregate
 * is made, since they say which aggregates there are: whoever calls must have analysed all of them before it uses `node`.
 */
export function groupedSelect({ input, scope, select, environment, spans }: Grouped): GroupedSelect {
  const { context } = environment
  const base: ExpressionEnvironment = { scope, place: 'GROUP BY', keepPlaces: context.keepPlaces, spans }
  const window = groupWindow(select.groupBy, input, base, environment)
  const keys = new Keys(window?.node ?? input, environment)
  if (window !== null) for (const column of [window.start, window.end, window.time]) keys.group(columnReference(column), column.name)
  for (const item of flatItems(select.groupBy?.items ?? [])) {
    if (item !== window?.call) keys.group(analyse(item, base), nameOf(item))
  }

  const call = (node: CallNode): Expression | null => window?.property(node) ?? aggregateCall(node, base, keys)
  const lifted = (node: SqlExpression, place: string): Expression => {
    const expression = analyse(node, { ...base, place, call })
    return lift(expression, keys, spans, node.at)
  }
  // Every item is read once before the node is made, to collect its aggregates; a second reading finds them again.
  for (const item of select.items) if (item.expression.kind !== 'star') lifted(item.expression, 'SELECT')
  const having = select.having === null ? null : lifted(select.having, 'HAVING')
  let node: LogicalNode | null = null
  return {
    get node() {
      node ??= having === null ? keys.node() : filterNode(keys.node(), having, select.having as SqlExpression, 'HAVING')
      return node
    },
    analyse: lifted,
    column: (column, at) => lift(columnReference(column), keys, spans, at),
  }
}

/** Keys and aggregates as they are found, and the columns that they read. */
class Keys {
  readonly #input: LogicalNode
  readonly #environment: QueryEnvironment
  readonly #projected = new Map<string, { column: Column; expression: Expression }>()
  readonly #keys = new Map<string, Column>()
  readonly #aggregates = new Map<string, LogicalAggregate>()
  #made = false

  constructor(input: LogicalNode, environment: QueryEnvironment) {
    this.#input = input
    this.#environment = environment
  }

  group(expression: Expression, name: string): void {
    this.#keys.set(expressionKey(expression), this.#project(expression, name))
  }

  /** The key that this expression is, or null. */
  key(expression: Expression): Column | null {
    return this.#keys.get(expressionKey(expression)) ?? null
  }

  /** What a column of the input is called. */
  nameOf(id: number): string {
    return this.#input.columns.find((column) => column.id === id)?.name ?? 'The expression'
  }

  isAggregate(id: number): boolean {
    for (const each of this.#aggregates.values()) if (each.column.id === id) return true
    return false
  }

  aggregate(name: string, args: readonly Expression[], distinct: boolean, filter: Expression | null, at: Span): Column {
    const resolved = resolveAggregate(
      name,
      args.map((arg) => arg.type),
      { at, distinct },
    )
    const cast = args.map((arg, i) => castTo(arg, resolved.casts[i] ?? arg.type))
    const key = `${resolved.function}(${distinct}${cast.map(expressionKey).join(',')})${filter === null ? '' : expressionKey(filter)}`
    const known = this.#aggregates.get(key)
    if (known !== undefined) return known.column
    if (this.#made) throw errors.fail('MS-2000', { feature: 'An aggregate in ORDER BY that is not in SELECT' }, at)
    const made: LogicalAggregate = {
      function: resolved.function,
      args: cast.map((arg, i) => this.#project(arg, `$arg${i}`).id),
      argTypes: cast.map((arg) => arg.type),
      distinct,
      filter: filter === null ? null : this.#project(filter, '$filter').id,
      column: newColumn(this.#environment.context, `$agg${this.#aggregates.size}`, resolved.type),
    }
    this.#aggregates.set(key, made)
    return made.column
  }

  node(): LogicalNode {
    this.#made = true
    const projected = [...this.#projected.values()]
    const input: LogicalNode = {
      kind: 'project',
      input: this.#input,
      expressions: projected.map((each) => each.expression),
      columns: projected.map((each) => each.column),
    }
    const keys = [...new Set(this.#keys.values())]
    const aggregates = [...this.#aggregates.values()]
    const properties = windowProperties(input)
    const windowed = ['start', 'end'].every((property) => keys.some((key) => properties?.properties.get(key.id) === property))
    const columns = keys.map(
      (key): Column => (key.time !== null && !(windowed && properties?.properties.get(key.id) === 'time') ? { ...key, time: null } : key),
    )
    return {
      kind: 'aggregate',
      input,
      keys: keys.map((key) => key.id),
      aggregates,
      columns: [...columns, ...aggregates.map((each) => each.column)],
    }
  }

  #project(expression: Expression, name: string): Column {
    const key = expressionKey(expression)
    const known = this.#projected.get(key)
    if (known !== undefined) return known.column
    const source = expression.kind === 'input' ? this.#input.columns.find((column) => column.id === expression.index) : undefined
    const column = newColumn(this.#environment.context, source?.name ?? name, expression.type, source?.time ?? null)
    this.#projected.set(key, { column, expression })
    return column
  }
}

function flatItems(items: readonly GroupingItem[]): SqlExpression[] {
  return items.flatMap((item) => {
    if (item.kind === 'expression') return [item.expression]
    if (item.kind === 'set') return [...item.expressions]
    const words = { 'grouping-sets': 'GROUPING SETS', rollup: 'ROLLUP', cube: 'CUBE' }
    throw errors.fail('MS-2000', { feature: words[item.kind] }, item.at)
  })
}

const nameOf = (node: SqlExpression): string => (node.kind === 'name' ? (node.parts[node.parts.length - 1]?.name ?? '$key') : '$key')

function aggregateCall(node: CallNode, base: ExpressionEnvironment, keys: Keys): Expression | null {
  const name = node.name.map((part) => part.name).join('.')
  if (node.over !== null) return null
  if (['GROUPING', 'GROUPING_ID', 'GROUP_ID'].includes(name.toUpperCase()))
    throw errors.fail('MS-2000', { feature: name.toUpperCase() }, node.at)
  if (!isAggregate(name)) return null
  const clause =
    node.withinGroup.length > 0
      ? 'WITHIN GROUP'
      : node.orderBy.length > 0
        ? 'ORDER BY'
        : node.withinDistinct.length > 0
          ? 'WITHIN DISTINCT'
          : null
  if (clause !== null) throw errors.fail('MS-2000', { feature: `${name.toUpperCase()} with ${clause}` }, node.at)
  const inside: ExpressionEnvironment = { ...base, place: `the aggregate ${name.toUpperCase()}` }
  const star = node.args.length === 1 && node.args[0]?.kind === 'star'
  if (star && name.toUpperCase() !== 'COUNT') {
    throw errors.fail('MS-2007', { what: '*', place: inside.place, instead: 'Only COUNT takes *.' }, node.at)
  }
  const args = star ? [] : node.args.map((arg) => analyse(arg, inside))
  const filter = node.filter === null ? null : analyse(node.filter, { ...base, place: 'FILTER' })
  if (filter !== null && filter.type.kind !== 'BOOLEAN') {
    throw errors.fail(
      'MS-2008',
      { what: 'The condition of FILTER', found: filter.type.kind, wanted: 'BOOLEAN', expression: '...' },
      node.filter?.at,
    )
  }
  return columnReference(keys.aggregate(name, args, node.quantifier === 'DISTINCT', filter, node.at))
}

/** Replaces what is a key by the key's column; what then still reads the input is neither grouped nor aggregated. */
function lift(expression: Expression, keys: Keys, spans: ReadonlyMap<Expression, Span>, around: Span): Expression {
  const key = keys.key(expression)
  if (key !== null) return columnReference(key)
  const at = spans.get(expression) ?? around
  switch (expression.kind) {
    case 'literal':
      return expression
    case 'input':
      if (keys.isAggregate(expression.index)) return expression
      throw errors.fail('MS-2006', { expression: keys.nameOf(expression.index) }, at)
    case 'call':
      return { ...expression, args: expression.args.map((arg) => lift(arg, keys, spans, at)) }
  }
}
