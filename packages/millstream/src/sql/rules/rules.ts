import type { LogicalNode } from '../logical.ts'
import { mergeProjects } from './merge-projects.ts'
import { pruneColumns } from './prune-columns.ts'
import { pushFilters } from './push-filters.ts'
import { recogniseWindows } from './recognise-windows.ts'

/** A rule rewrites all sinks of a plan at once, since they may share parts. */
export interface Rule {
  readonly name: string
  apply(sinks: readonly LogicalNode[]): readonly LogicalNode[]
}

/** In this order, each once. No cost model: each makes any plan better or leaves it. */
export const rules: readonly Rule[] = [
  { name: 'merge-projects', apply: mergeProjects },
  { name: 'push-filters', apply: pushFilters },
  { name: 'recognise-windows', apply: recogniseWindows },
  { name: 'prune-columns', apply: pruneColumns },
  { name: 'merge-projects', apply: mergeProjects },
]

export function optimise(sinks: readonly LogicalNode[]): readonly LogicalNode[] {
  return rules.reduce((plan, rule) => rule.apply(plan), sinks)
}
