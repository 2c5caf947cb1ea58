import type { LogicalNode, WindowNode, WindowProperty } from '../logical.ts'

/** A window function below, and which columns here are its start, end and time. */
export interface WindowBelow {
  readonly window: WindowNode
  readonly properties: ReadonlyMap<number, WindowProperty>
}

/** Looks through filters and projections for a window table function; null: there is none, or its columns are gone. */
export function windowProperties(node: LogicalNode): WindowBelow | null {
  switch (node.kind) {
    case 'window': {
      const [start, end, time] = node.columns.slice(-3)
      if (start === undefined || end === undefined || time === undefined) return null
      return {
        window: node,
        properties: new Map<number, WindowProperty>([
          [start.id, 'start'],
          [end.id, 'end'],
          [time.id, 'time'],
        ]),
      }
    }
    case 'filter':
      return windowProperties(node.input)
    case 'project': {
      const below = windowProperties(node.input)
      if (below === null) return null
      const properties = new Map<number, WindowProperty>()
      for (const [i, expression] of node.expressions.entries()) {
        const property = expression.kind === 'input' ? below.properties.get(expression.index) : undefined
        const column = node.columns[i]
        if (property !== undefined && column !== undefined) properties.set(column.id, property)
      }
      return { window: below.window, properties }
    }
    default:
      return null
  }
}
