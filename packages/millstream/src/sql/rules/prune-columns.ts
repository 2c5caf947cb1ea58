import { unreachable } from '../../base/assert.ts'
import { type Column, idsOf, inputsOf, type LogicalNode } from '../logical.ts'

/** Every node keeps what somebody above reads: scans open only those columns of the log. */
export function pruneColumns(sinks: readonly LogicalNode[]): LogicalNode[] {
  const needed = new Map<LogicalNode, Set<number>>()
  for (const node of readersFirst(sinks)) {
    const wanted = needed.get(node) ?? new Set(node.columns.map((column) => column.id))
    needed.set(node, wanted)
    for (const [input, ids] of demands(node, wanted)) {
      const set = needed.get(input) ?? new Set()
      for (const id of ids) set.add(id)
      needed.set(input, set)
    }
  }
  const done = new Map<LogicalNode, LogicalNode>()
  const visit = (node: LogicalNode): LogicalNode => {
    const known = done.get(node)
    if (known !== undefined) return known
    const result = pruned(node, needed.get(node) as Set<number>, visit)
    done.set(node, result)
    return result
  }
  return sinks.map(visit)
}

/** Each node after all that read it. */
function readersFirst(sinks: readonly LogicalNode[]): LogicalNode[] {
  const order: LogicalNode[] = []
  const seen = new Set<LogicalNode>()
  const visit = (node: LogicalNode): void => {
    if (seen.has(node)) return
    seen.add(node)
    for (const input of inputsOf(node)) visit(input)
    order.push(node)
  }
  for (const sink of sinks) visit(sink)
  return order.reverse()
}

/** What a node reads of its inputs when `wanted` of its own columns are read. */
function demands(node: LogicalNode, wanted: ReadonlySet<number>): [LogicalNode, Iterable<number>][] {
  switch (node.kind) {
    case 'scan':
    case 'values':
      return []
    case 'sink':
      return [[node.input, node.input.columns.map((column) => column.id)]]
    case 'watermark': {
      const time = node.columns.find((column) => column.time === 'event')
      return [[node.input, [...wanted, ...idsOf(node.expression), ...(time === undefined ? [] : [time.id])]]]
    }
    case 'filter':
      return [[node.input, [...wanted, ...idsOf(node.condition)]]]
    case 'project': {
      const ids = new Set<number>()
      for (const [i, expression] of node.expressions.entries()) if (wanted.has(node.columns[i]?.id ?? -1)) idsOf(expression, ids)
      return [[node.input, ids]]
    }
    case 'window':
      return [[node.input, [...wanted, node.window.time].filter((id) => node.input.columns.some((column) => column.id === id))]]
    case 'aggregate':
    case 'window-aggregate': {
      const read = node.aggregates
        .filter((each) => wanted.has(each.column.id))
        .flatMap((each) => [...each.args, ...(each.filter === null ? [] : [each.filter])])
      return [[node.input, [...node.keys, ...read, ...(node.kind === 'window-aggregate' ? [node.window.time] : [])]]]
    }
    case 'union': {
      // Positions tie the inputs together: the positions that are read are read of each.
      const positions = node.columns.flatMap((column, i) => (wanted.has(column.id) ? [i] : []))
      return node.inputs.map((input) => [input, positions.map((i) => (input.columns[i] as Column).id)])
    }
    case 'sort':
      return [[node.input, [...wanted, ...node.order.map((item) => item.column)]]]
    default:
      return unreachable(node)
  }
}

function pruned(node: LogicalNode, wanted: ReadonlySet<number>, visit: (node: LogicalNode) => LogicalNode): LogicalNode {
  const keep = (columns: readonly Column[]): readonly Column[] => columns.filter((column) => wanted.has(column.id))
  switch (node.kind) {
    case 'scan':
      // An upsert stream is read by its key, whoever asks.
      return { ...node, columns: node.columns.filter(({ id, name }) => wanted.has(id) || node.table.primaryKey.includes(name)) }
    case 'values': {
      const kept = node.columns.flatMap((column, i) => (wanted.has(column.id) ? [i] : []))
      return { ...node, columns: keep(node.columns), rows: node.rows.map((row) => kept.map((i) => row[i] ?? null)) }
    }
    case 'sink':
      return { ...node, input: visit(node.input) }
    case 'watermark': {
      const input = visit(node.input)
      const time = new Map(node.columns.map((column) => [column.id, column]))
      return { ...node, input, columns: input.columns.map((column) => time.get(column.id) ?? column) }
    }
    case 'filter':
    case 'sort': {
      const input = visit(node.input)
      return { ...node, input, columns: input.columns }
    }
    case 'project': {
      const kept = node.columns.flatMap((column, i) => (wanted.has(column.id) ? [i] : []))
      const expressions = kept.map((i) => node.expressions[i] as (typeof node.expressions)[number])
      return { ...node, input: visit(node.input), expressions, columns: keep(node.columns) }
    }
    case 'window': {
      const input = visit(node.input)
      // As they were here: behind a window its time column is a plain timestamp.
      const own = new Map(node.columns.map((column) => [column.id, column]))
      return { ...node, input, columns: [...input.columns.map((column) => own.get(column.id) ?? column), ...node.columns.slice(-3)] }
    }
    case 'aggregate':
    case 'window-aggregate': {
      const aggregates = node.aggregates.filter((each) => wanted.has(each.column.id))
      const dropped = new Set(node.aggregates.filter((each) => !wanted.has(each.column.id)).map((each) => each.column.id))
      return { ...node, input: visit(node.input), aggregates, columns: node.columns.filter((column) => !dropped.has(column.id)) }
    }
    case 'union': {
      const positions = node.columns.flatMap((column, i) => (wanted.has(column.id) ? [i] : []))
      const inputs = node.inputs.map((input) =>
        exactly(
          visit(input),
          positions.map((i) => input.columns[i] as Column),
        ),
      )
      return { ...node, inputs, columns: keep(node.columns) }
    }
    default:
      return unreachable(node)
  }
}

/** Just these columns, in this order: an input of a union may keep more for its own sake. */
function exactly(node: LogicalNode, columns: readonly Column[]): LogicalNode {
  if (node.columns.length === columns.length && node.columns.every((column, i) => column.id === columns[i]?.id)) return node
  const expressions = columns.map((column) => ({ kind: 'input' as const, index: column.id, type: column.type }))
  return { kind: 'project', input: node, expressions, columns }
}
