import { unreachable } from '../base/assert.ts'
import { errors } from '../base/errors.ts'
import type { PhysicalPlan, PlanNode } from '../model/plan.ts'

/** The nodes that a node reads, by port. */
export function inputsOf(node: PlanNode): readonly string[] {
  switch (node.kind) {
    case 'scan':
    case 'values':
      return []
    case 'union':
      return node.inputs
    case 'calc':
    case 'watermark':
    case 'window':
    case 'window-aggregate':
    case 'group-aggregate':
    case 'sort-limit':
    case 'normalize':
    case 'sink':
      return [node.input]
    default:
      return unreachable(node)
  }
}

/** Every node after its inputs. A plan of another version, or with a broken or circular reference, is refused. */
export function topological(plan: PhysicalPlan): readonly PlanNode[] {
  if (plan.version !== 1) throw errors.fail('MS-5002', { reason: `its version is ${String(plan.version)}, and 1 is what runs here` })
  const byId = new Map(plan.nodes.map((node) => [node.id, node]))
  const done = new Set<string>()
  const open = new Set<string>()
  const order: PlanNode[] = []
  const visit = (id: string): void => {
    if (done.has(id)) return
    const node = byId.get(id)
    if (node === undefined) throw errors.fail('MS-5002', { reason: `it names a node ${id} that it does not have` })
    if (open.has(id)) throw errors.fail('MS-5002', { reason: `its nodes form a circle at ${id}` })
    open.add(id)
    for (const input of inputsOf(node)) visit(input)
    done.add(id)
    order.push(node)
  }
  for (const node of plan.nodes) visit(node.id)
  return order
}

/** Node id -> sink id -> the number of ways from the node to the sink. */
export function pathsToSinks(plan: PhysicalPlan): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const paths = new Map<string, Map<string, number>>()
  for (const node of [...topological(plan)].reverse()) {
    const own = paths.get(node.id) ?? new Map<string, number>()
    if (node.kind === 'sink') own.set(node.id, 1)
    paths.set(node.id, own)
    for (const input of inputsOf(node)) {
      const above = paths.get(input) ?? new Map<string, number>()
      for (const [sink, count] of own) above.set(sink, (above.get(sink) ?? 0) + count)
      paths.set(input, above)
    }
  }
  return paths
}
