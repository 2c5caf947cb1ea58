import { expressionText } from './expression-text.ts'
import { type Column, inputsOf, type LogicalNode } from './logical.ts'

/** The logical plan as a tree, with the ids of its columns numbered in the order they appear: stable for the same text. */
export function logicalText(sinks: readonly LogicalNode[]): string {
  const numbers = new Map<number, string>()
  const lines: string[] = []
  const label = (column: Column): string => {
    if (!numbers.has(column.id)) numbers.set(column.id, `${column.name}#${numbers.size + 1}`)
    return numbers.get(column.id) as string
  }
  const name = (id: number): string => numbers.get(id) ?? `#${id}`
  const print = (node: LogicalNode, depth: number): string[] => {
    // Inputs first, so that ids count from the scans up.
    const below = inputsOf(node).flatMap((input) => print(input, depth + 1))
    return [`${'  '.repeat(depth)}${describe(node, label, name)}`, ...below]
  }
  for (const sink of sinks) lines.push(...print(sink, 0))
  return lines.join('\n')
}

function describe(node: LogicalNode, label: (column: Column) => string, name: (id: number) => string): string {
  switch (node.kind) {
    case 'scan':
      return `scan ${node.table.name} [${node.columns.map(label).join(', ')}]`
    case 'watermark':
      return `watermark ${expressionText(node.expression, name)}`
    case 'filter':
      return `filter ${expressionText(node.condition, name)}`
    case 'project':
      return `project [${node.columns.map((column, i) => `${expressionText(node.expressions[i] as never, name)} AS ${label(column)}`).join(', ')}]`
    case 'window':
      return `window ${node.window.kind}(${name(node.window.time)}) [${node.columns.slice(-3).map(label).join(', ')}]`
    case 'aggregate':
    case 'window-aggregate': {
      const aggregates = node.aggregates.map((each) => {
        const filter = each.filter === null ? '' : ` FILTER ${name(each.filter)}`
        return `${each.function}(${each.distinct ? 'DISTINCT ' : ''}${each.args.map(name).join(', ') || '*'})${filter} AS ${label(each.column)}`
      })
      const window = node.kind === 'aggregate' ? '' : ` ${node.window.kind}(${name(node.window.time)})`
      const properties =
        node.kind === 'aggregate' ? '' : ` [${node.properties.map((each) => `${each.property} AS ${label(each.column)}`).join(', ')}]`
      return `${node.kind}${window} by [${node.keys.map(name).join(', ')}] [${aggregates.join(', ')}]${properties}`
    }
    case 'union':
      return `union [${node.columns.map(label).join(', ')}]`
    case 'sort':
      return `sort [${node.order.map((each) => `${name(each.column)}${each.descending ? ' DESC' : ''}`).join(', ')}]${node.limit === null ? '' : ` limit ${node.limit}`}`
    case 'values':
      return `values ${node.rows.length} [${node.columns.map(label).join(', ')}]`
    case 'sink':
      return `sink ${node.table?.name ?? 'answer'} [${node.columns.map((column) => column.name).join(', ')}]`
  }
}
