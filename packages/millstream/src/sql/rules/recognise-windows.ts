import type { Expression } from '../../expr/expression.ts'
import {
  type AggregateNode,
  type Column,
  columnReference,
  idsOf,
  type LogicalNode,
  type LogicalWindow,
  type ProjectNode,
  substitute,
  type WindowProperty,
} from '../logical.ts'
import { conjuncts, filterOver } from './push-filters.ts'
import { rewrite } from './rewrite.ts'
import { windowProperties } from './window-properties.ts'

/**
 * An aggregate whose keys hold the start and end of a window function below becomes a window aggregate: it keeps one
 * accumulator a pane, fires when the watermark passes the window's end and forgets it. The window function itself goes.
 */
export function recogniseWindows(sinks: readonly LogicalNode[]): LogicalNode[] {
  return rewrite(sinks, (node) => (node.kind === 'aggregate' ? (recognised(node) ?? node) : node))
}

function recognised(node: AggregateNode): LogicalNode | null {
  const below = windowProperties(node.input)
  if (below === null) return null
  const propertyOf = (id: number): WindowProperty | undefined => below.properties.get(id)
  const grouped = new Set(node.keys.map(propertyOf))
  if (!grouped.has('start') || !grouped.has('end')) return null
  const read = new Set(node.aggregates.flatMap((each) => [...each.args, ...(each.filter === null ? [] : [each.filter])]))
  if ([...read].some((id) => propertyOf(id) !== undefined)) return null
  const bypassed = withoutWindow(node.input, below.properties, below.window.window)
  if (bypassed === null) return null
  const columnOf = (id: number): Column => node.columns.find((column) => column.id === id) as Column
  const keys = node.keys.filter((id) => propertyOf(id) === undefined)
  const properties = node.keys.flatMap((id) => {
    const property = propertyOf(id)
    return property === undefined ? [] : [{ property, column: columnOf(id) }]
  })
  const columns = [...keys.map(columnOf), ...node.aggregates.map((each) => each.column), ...properties.map((each) => each.column)]
  const { aggregates } = node
  const made: LogicalNode = {
    kind: 'window-aggregate',
    input: bypassed.node,
    window: bypassed.window,
    keys,
    aggregates,
    properties,
    columns,
  }
  return filteredByWindow(made, bypassed.lifted, (property) => properties.find((each) => each.property === property)?.column ?? null)
}

/** Conditions on the window itself hold for all its rows or for none: they filter what the aggregate gives. Null: not a key here. */
function filteredByWindow(
  made: LogicalNode,
  lifted: readonly Lifted[],
  columnOf: (property: WindowProperty) => Column | null,
): LogicalNode | null {
  let node = made
  for (const { condition, properties } of lifted) {
    const columns = [...idsOf(condition)].map((id) => columnOf(properties.get(id) as WindowProperty))
    if (columns.some((column) => column === null)) return null
    const moved = substitute(condition, (id) => {
      const column = columnOf(properties.get(id) as WindowProperty)
      return column === null ? null : columnReference(column)
    })
    node = { kind: 'filter', input: node, condition: moved, columns: node.columns }
  }
  return node
}

interface Bypassed {
  readonly node: LogicalNode
  readonly window: LogicalWindow
  /** Conditions that read the window's columns only. */
  readonly lifted: readonly Lifted[]
}
interface Lifted {
  readonly condition: Expression
  readonly properties: ReadonlyMap<number, WindowProperty>
}

/** The same nodes over the window's own input, the time column handed through; null: something in between needs the window. */
function withoutWindow(node: LogicalNode, properties: ReadonlyMap<number, WindowProperty>, window: LogicalWindow): Bypassed | null {
  switch (node.kind) {
    case 'window':
      return { node: node.input, window, lifted: [] }
    case 'filter': {
      const below = withoutWindow(node.input, properties, window)
      const here = windowProperties(node.input)?.properties
      if (below === null || here === undefined) return null
      const conditions = conjuncts(node.condition)
      const ofWindow = conditions.filter((condition) => [...idsOf(condition)].every((id) => here.has(id)))
      const others = conditions.filter((condition) => !ofWindow.includes(condition))
      const available = new Set(below.node.columns.map((column) => column.id))
      if (!others.every((condition) => readsOnly(condition, available))) return null
      const lifted = [...below.lifted, ...ofWindow.map((condition) => ({ condition, properties: here }))]
      return { node: filterOver(others, below.node), window: below.window, lifted }
    }
    case 'project': {
      const below = withoutWindow(node.input, properties, window)
      if (below === null) return null
      return projected(node, below, new Set(properties.keys()))
    }
    default:
      return null
  }
}

function projected(node: ProjectNode, below: Bypassed, gone: ReadonlySet<number>): Bypassed | null {
  const columns: Column[] = []
  const expressions: ProjectNode['expressions'][number][] = []
  const available = new Set(below.node.columns.map((column) => column.id))
  for (const [i, column] of node.columns.entries()) {
    const expression = node.expressions[i] as ProjectNode['expressions'][number]
    if (gone.has(column.id)) continue
    if (!readsOnly(expression, available)) return null
    columns.push(column)
    expressions.push(expression)
  }
  const found = columns.findIndex(
    (_, i) => expressions[i]?.kind === 'input' && (expressions[i] as { index: number }).index === below.window.time,
  )
  if (found >= 0) {
    const time = columns[found] as Column
    return { ...below, node: { ...node, input: below.node, expressions, columns }, window: { ...below.window, time: time.id } }
  }
  const time = below.node.columns.find((column) => column.id === below.window.time) as Column
  return {
    ...below,
    node: { ...node, input: below.node, expressions: [...expressions, columnReference(time)], columns: [...columns, time] },
  }
}

function readsOnly(expression: ProjectNode['expressions'][number], available: ReadonlySet<number>): boolean {
  if (expression.kind === 'input') return available.has(expression.index)
  return expression.kind === 'literal' || expression.args.every((arg) => readsOnly(arg, available))
}
