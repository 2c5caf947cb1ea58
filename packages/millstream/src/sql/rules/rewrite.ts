import { inputsOf, type LogicalNode, withInputs } from '../logical.ts'

/** Rewrites from the leaves up; what several nodes share stays shared. */
export function rewrite(sinks: readonly LogicalNode[], change: (node: LogicalNode) => LogicalNode): LogicalNode[] {
  const done = new Map<LogicalNode, LogicalNode>()
  const visit = (node: LogicalNode): LogicalNode => {
    const known = done.get(node)
    if (known !== undefined) return known
    const result = change(withInputs(node, inputsOf(node).map(visit)))
    done.set(node, result)
    return result
  }
  return sinks.map(visit)
}

/** How many nodes read each node. */
export function readersOf(sinks: readonly LogicalNode[]): Map<LogicalNode, number> {
  const readers = new Map<LogicalNode, number>()
  const visit = (node: LogicalNode): void => {
    const known = readers.get(node) ?? 0
    readers.set(node, known + 1)
    if (known === 0) for (const input of inputsOf(node)) visit(input)
  }
  for (const sink of sinks) visit(sink)
  return readers
}
