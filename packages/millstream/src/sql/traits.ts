import { errors, type Place } from '../base/errors.ts'
import type { PlanNode } from '../model/plan.ts'
import type { ConnectorDescriptor, TableDescriptor } from '../model/tables.ts'

export type Changes = PlanNode['changes']

/** What a scan gives: a stream with a key is an upsert stream, all else inserts. */
export function changesOf(table: TableDescriptor): Changes {
  return table.kind === 'stream' && table.primaryKey.length > 0 ? 'upsert' : 'insert'
}

/** What goes into a sink. */
export interface SinkInput {
  readonly changes: Changes
  /** Why rows change, for messages. */
  readonly because: string
  readonly columns: readonly { readonly name: string }[]
  /** Positions of the columns that name a row. */
  readonly key: readonly number[] | null
}

/**
 * A sink without a key takes inserts only, unless its connector shows changes as they are. One with a key takes rows that
 * change by that key: of several rows that meet in one key somebody would have to keep all (Flink's materializer).
 */
export function checkSinkChanges(
  table: TableDescriptor,
  input: SinkInput,
  connectors: readonly ConnectorDescriptor[],
  place: Place | undefined,
): void {
  if (input.changes === 'insert') return
  if (table.kind === 'stream' && table.primaryKey.length > 0) {
    const stored = table.columns.filter((column) => column.kind === 'physical').map((column) => column.name)
    const named = input.key?.map((position) => stored[position] ?? '') ?? null
    if (named?.length === table.primaryKey.length && named.every((name) => table.primaryKey.includes(name))) return
    const own = named === null || named.length === 0 ? 'no key of their own' : `the key ${named.join(', ')}`
    throw errors.fail('MS-2000', { feature: `Writing rows that change, with ${own}, by the key ${table.primaryKey.join(', ')}` }, place)
  }
  if (connectors.find((each) => each.name === table.connector)?.takesChanges === true) return
  throw errors.fail('MS-2014', { table: table.name, because: input.because }, place)
}
