import { errors } from '../../base/errors.ts'
import { lateStreamName } from '../../model/dead-letters.ts'
import type { PhysicalPlan } from '../../model/plan.ts'
import type { TableDescriptor } from '../../model/tables.ts'

type Options = Readonly<Record<string, string>>

/**
 * A column that its contract masks is in no answer: a SELECT or a preview that reads one is refused, in a condition too, since
 * conditions tell. A pipeline may read it: what it writes has a contract of its own.
 */
export function refuseMasked(plan: PhysicalPlan, options: (tenant: string, stream: string) => Options): void {
  for (const node of plan.nodes) {
    if (node.kind !== 'scan') continue
    const masked = maskedOf(node.table, options)
    const column = node.columns.find((name) => masked.has(name))
    if (column === undefined) continue
    const others = node.table.columns.map(({ name }) => name).filter((name) => !masked.has(name))
    throw errors.fail('MS-7026', { column, stream: node.table.name, others })
  }
}

/** Of the system stream of a stream that masks a column: the rows that it keeps as text. */
function maskedOf(table: TableDescriptor, options: (tenant: string, stream: string) => Options): ReadonlySet<string> {
  const suffix = lateStreamName('')
  if (!table.name.endsWith(suffix)) return namesOf(table.options)
  const source = namesOf(options(table.tenant, table.name.slice(0, -suffix.length)))
  return new Set(source.size > 0 ? ['row'] : [])
}

const namesOf = (options: Options): Set<string> => new Set((options['contract.mask'] ?? '').split(/[,;\s]+/).filter((name) => name !== ''))
