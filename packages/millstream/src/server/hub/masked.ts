import { errors } from '../../base/errors.ts'
import type { PhysicalPlan } from '../../model/plan.ts'

/**
 * A column that its contract masks is in no answer: a SELECT or a preview that reads one is refused, in a condition too, since
 * conditions tell. A pipeline may read it: what it writes has a contract of its own.
 */
export function refuseMasked(plan: PhysicalPlan): void {
  for (const node of plan.nodes) {
    if (node.kind !== 'scan') continue
    const masked = new Set((node.table.options['contract.mask'] ?? '').split(/[,;\s]+/))
    const column = node.columns.find((name) => masked.has(name))
    if (column === undefined) continue
    const others = node.table.columns.map(({ name }) => name).filter((name) => !masked.has(name))
    throw errors.fail('MS-7026', { column, stream: node.table.name, others })
  }
}
