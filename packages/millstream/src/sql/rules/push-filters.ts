import { types } from '../../data/types.ts'
import type { Expression } from '../../expr/expression.ts'
import { type FilterNode, idsOf, inputsOf, type LogicalNode, substitute, withInputs } from '../logical.ts'
import { deterministic } from './merge-projects.ts'
import { readersOf } from './rewrite.ts'

/**
 * Filters sink towards the scan: through projections, unions, window functions (when they read no column of the window) and
 * keys of aggregates. They stop at a watermark, since a row that is filtered must still move the time, and at what is shared.
 */
export function pushFilters(sinks: readonly LogicalNode[]): LogicalNode[] {
  const readers = readersOf(sinks)
  const done = new Map<LogicalNode, LogicalNode>()
  const isShared = (node: LogicalNode): boolean => (readers.get(node) ?? 0) > 1

  const visit = (node: LogicalNode): LogicalNode => {
    const known = done.get(node)
    if (known !== undefined) return known
    const result = node.kind === 'filter' ? push(conjuncts(node.condition), node.input) : withInputs(node, inputsOf(node).map(visit))
    done.set(node, result)
    return result
  }

  /** The input with these conditions applied as low as they go. */
  const push = (conditions: readonly Expression[], input: LogicalNode): LogicalNode => {
    if (conditions.length === 0) return visit(input)
    if (isShared(input)) return filterOver(conditions, visit(input))
    switch (input.kind) {
      case 'filter':
        return push([...conjuncts(input.condition), ...conditions], input.input)
      case 'project': {
        const byId = new Map(input.columns.map((column, i) => [column.id, input.expressions[i] as Expression]))
        const [down, stay] = split(conditions, (condition) =>
          [...idsOf(condition)].every((id) => deterministic(byId.get(id) as Expression)),
        )
        const moved = down.map((condition) => substitute(condition, (id) => byId.get(id) ?? null))
        return filterOver(stay, { ...input, input: push(moved, input.input) })
      }
      case 'window': {
        const before = new Set(input.input.columns.map((column) => column.id))
        const [down, stay] = split(conditions, (condition) => [...idsOf(condition)].every((id) => before.has(id)))
        return filterOver(stay, { ...input, input: push(down, input.input) })
      }
      case 'aggregate': {
        const keys = new Set(input.keys)
        const [down, stay] = split(conditions, (condition) => keys.size > 0 && [...idsOf(condition)].every((id) => keys.has(id)))
        return filterOver(stay, { ...input, input: push(down, input.input) })
      }
      case 'union': {
        const inputs = input.inputs.map((each) => {
          const byId = new Map(input.columns.map((column, i) => [column.id, each.columns[i]]))
          const moved = conditions.map((condition) =>
            substitute(condition, (id) => {
              const column = byId.get(id)
              return column === undefined ? null : { kind: 'input', index: column.id, type: column.type }
            }),
          )
          return push(moved, each)
        })
        return { ...input, inputs }
      }
      default:
        return filterOver(conditions, visit(input))
    }
  }
  return sinks.map(visit)
}

function split(conditions: readonly Expression[], test: (condition: Expression) => boolean): [Expression[], Expression[]] {
  const yes: Expression[] = []
  const no: Expression[] = []
  for (const condition of conditions) (deterministic(condition) && test(condition) ? yes : no).push(condition)
  return [yes, no]
}

/** `a AND b AND c` as its parts. */
export function conjuncts(condition: Expression): Expression[] {
  return condition.kind === 'call' && condition.function === 'AND' ? condition.args.flatMap(conjuncts) : [condition]
}

/** The input with these conditions on top. */
export function filterOver(conditions: readonly Expression[], input: LogicalNode): LogicalNode {
  const [first, ...others] = conditions
  if (first === undefined) return input
  const condition = others.reduce((left, right): Expression => {
    const nullable = left.type.nullable || right.type.nullable
    return { kind: 'call', function: 'AND', args: [left, right], type: types.boolean(nullable) }
  }, first)
  const node: FilterNode = { kind: 'filter', input, condition, columns: input.columns }
  return node
}
