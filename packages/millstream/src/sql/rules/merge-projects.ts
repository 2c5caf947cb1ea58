import type { Expression } from '../../expr/expression.ts'
import { functionsNamed } from '../../expr/registry.ts'
import { castTo } from '../expressions.ts'
import { type LogicalNode, type ProjectNode, substitute } from '../logical.ts'
import { rewrite } from './rewrite.ts'

/** A projection over a projection becomes one, unless that would compute a call twice. */
export function mergeProjects(sinks: readonly LogicalNode[]): LogicalNode[] {
  return rewrite(sinks, (node) => {
    if (node.kind !== 'project' || node.input.kind !== 'project') return node
    return merged(node, node.input) ?? node
  })
}

function merged(outer: ProjectNode, inner: ProjectNode): ProjectNode | null {
  const byId = new Map(inner.columns.map((column, i) => [column.id, inner.expressions[i] as Expression]))
  const uses = new Map<number, number>()
  for (const expression of outer.expressions) countUses(expression, uses)
  for (const [id, count] of uses) {
    const expression = byId.get(id)
    if (expression?.kind === 'call' && (count > 1 || !deterministic(expression))) return null
  }
  const expressions = outer.expressions.map((expression) => foldCasts(substitute(expression, (id) => byId.get(id) ?? null)))
  return { ...outer, input: inner.input, expressions }
}

/** Casts of literals that merging brought together are done now. */
function foldCasts(expression: Expression): Expression {
  if (expression.kind !== 'call') return expression
  const args = expression.args.map(foldCasts)
  const [first] = args
  if (expression.function === 'CAST' && first?.kind === 'literal') return castTo(first, expression.type)
  return args.every((arg, i) => arg === expression.args[i]) ? expression : { ...expression, args }
}

function countUses(expression: Expression, uses: Map<number, number>): void {
  if (expression.kind === 'input') uses.set(expression.index, (uses.get(expression.index) ?? 0) + 1)
  else if (expression.kind === 'call') for (const arg of expression.args) countUses(arg, uses)
}

export function deterministic(expression: Expression): boolean {
  if (expression.kind !== 'call') return true
  return functionsNamed(expression.function).every((each) => each.deterministic) && expression.args.every(deterministic)
}
