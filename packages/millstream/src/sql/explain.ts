import { must, unreachable } from '../base/assert.ts'
import { typeText } from '../data/types.ts'
import type { AggregateCall } from '../expr/expression.ts'
import type { PhysicalPlan, PlanNode, WindowSpec } from '../model/plan.ts'
import { expressionText } from './expression-text.ts'

/** The physical plan as a tree, sinks first; a node that several read is printed once and then by its id. */
export function explain(plan: PhysicalPlan): string {
  const byId = new Map(plan.nodes.map((node) => [node.id, node]))
  const printed = new Set<string>()
  const lines: string[] = []
  const print = (node: PlanNode, depth: number): void => {
    const indent = '  '.repeat(depth)
    if (printed.has(node.id)) {
      lines.push(`${indent}${node.id}: as above`)
      return
    }
    printed.add(node.id)
    const inputs = inputsOf(node).map((id) => must(byId.get(id), `node ${id}`))
    const traits = [
      node.changes === 'insert' ? '' : `changes=${node.changes}`,
      node.rowtime === null ? '' : `rowtime=${node.fields[node.rowtime]?.name}`,
    ]
    lines.push(`${indent}${node.id}: ${[describe(node, inputs), ...traits].filter((part) => part !== '').join(' ')}`)
    for (const input of inputs) print(input, depth + 1)
  }
  for (const node of plan.nodes) if (node.kind === 'sink') print(node, 0)
  return lines.join('\n')
}

export function inputsOf(node: PlanNode): readonly string[] {
  return node.kind === 'scan' || node.kind === 'values' ? [] : node.kind === 'union' ? node.inputs : [node.input]
}

function describe(node: PlanNode, inputs: readonly PlanNode[]): string {
  const name = (index: number): string => inputs[0]?.fields[index]?.name ?? `$${index}`
  const text = (expression: Parameters<typeof expressionText>[0]): string => expressionText(expression, name)
  switch (node.kind) {
    case 'scan':
      return `${node.table.tenant}.${node.table.name} [${node.columns.join(', ')}]`
    case 'calc': {
      const where = node.condition === null ? '' : `where ${text(node.condition)}`
      const select =
        node.projections === null ? '' : `select ${node.projections.map((each, i) => named(text(each), node.fields[i]?.name)).join(', ')}`
      return [where, select].filter((part) => part !== '').join(' ')
    }
    case 'watermark':
      return `${text(node.expression)}${node.idleTimeoutMs > 0 ? `, idle after ${node.idleTimeoutMs} ms` : ''}`
    case 'union':
      return `of ${node.inputs.length}`
    case 'window':
      return windowText(node.window, name)
    case 'window-aggregate': {
      const aggregates = node.aggregates.map((each) => aggregateText(each, name))
      return `${windowText(node.window, name)} by [${node.keys.map(name).join(', ')}] [${aggregates.join(', ')}] window [${node.windowColumns.join(', ')}]`
    }
    case 'group-aggregate':
      return `by [${node.keys.map(name).join(', ')}] [${node.aggregates.map((each) => aggregateText(each, name)).join(', ')}]`
    case 'sort-limit': {
      const order = node.order.map(
        (each) =>
          `${name(each.column)}${each.descending ? ' DESC' : ''}${each.nullsFirst === each.descending ? (each.nullsFirst ? ' NULLS FIRST' : ' NULLS LAST') : ''}`,
      )
      return `${order.length > 0 ? `by [${order.join(', ')}]` : ''}${node.limit === null ? '' : ` limit ${node.limit}`}${node.offset === 0 ? '' : ` offset ${node.offset}`}`.trim()
    }
    case 'normalize':
      return `by [${node.keys.map(name).join(', ')}]`
    case 'values':
      return `${node.rows.length} ${node.rows.length === 1 ? 'row' : 'rows'} (${node.fields.map((field) => `${field.name} ${typeText(field.type)}`).join(', ')})`
    case 'sink':
      return `${node.table === null ? 'answer' : `${node.table.tenant}.${node.table.name}`} (${node.fields.map((field) => `${field.name} ${typeText(field.type)}`).join(', ')})`
    default:
      return unreachable(node)
  }
}

const named = (text: string, name: string | undefined): string => (text === name ? text : `${text} AS ${name}`)

function aggregateText(call: AggregateCall, name: (index: number) => string): string {
  const args = call.args.length === 0 ? '*' : call.args.map(name).join(', ')
  return `${call.function}(${call.distinct ? 'DISTINCT ' : ''}${args})${call.filter === null ? '' : ` FILTER ${name(call.filter)}`}`
}

function windowText(window: WindowSpec, name: (index: number) => string): string {
  const step = window.kind === 'hop' ? `, slide ${window.slideMs} ms` : window.kind === 'cumulate' ? `, step ${window.stepMs} ms` : ''
  const offset = window.offsetMs === 0 ? '' : `, offset ${window.offsetMs} ms`
  return `${window.kind.toUpperCase()}(${name(window.timeColumn)}, size ${window.sizeMs} ms${step}${offset})`
}
