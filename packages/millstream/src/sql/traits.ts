import { errors, type Place } from '../base/errors.ts'
import type { PlanNode } from '../model/plan.ts'
import type { ConnectorDescriptor, TableDescriptor } from '../model/tables.ts'

export type Changes = PlanNode['changes']

/** What a scan gives: a stream with a key is an upsert stream, all else inserts. */
export function changesOf(table: TableDescriptor): Changes {
  return table.kind === 'stream' && table.primaryKey.length > 0 ? 'upsert' : 'insert'
}

/** A sink without a key takes inserts only, unless its connector shows changes as they are. */
export function checkSinkChanges(
  table: TableDescriptor,
  changes: Changes,
  because: string,
  connectors: readonly ConnectorDescriptor[],
  place: Place | undefined,
): void {
  if (changes === 'insert') return
  if (table.kind === 'stream' && table.primaryKey.length > 0) return
  if (connectors.find((each) => each.name === table.connector)?.takesChanges === true) return
  throw errors.fail('MS-2014', { table: table.name, because }, place)
}
