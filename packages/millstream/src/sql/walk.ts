import type { CallNode } from '../syntax/ast/expression.ts'

/** All calls in these trees, those in subqueries apart. */
export function callsIn(nodes: readonly unknown[]): CallNode[] {
  const found: CallNode[] = []
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const each of node) walk(each)
      return
    }
    if (typeof node !== 'object' || node === null) return
    const kind = (node as { kind?: unknown }).kind
    if (kind === 'query') return
    if (kind === 'call') found.push(node as CallNode)
    for (const value of Object.values(node)) walk(value)
  }
  walk(nodes)
  return found
}
