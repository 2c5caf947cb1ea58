import type { ContractColumn } from '../data/contract.ts'
import { type LogicalType, types } from '../data/types.ts'
import type { TableDescriptor } from '../model/tables.ts'
import { newColumn, type PlanContext } from './context.ts'
import { type Column, columnReference, type LogicalNode } from './logical.ts'

/**
 * What every stream has beside its contract, and a query may name without declaring it: `*` leaves it out, and a column of
 * the contract that has the name comes first. Flink wants them declared as METADATA, which works too.
 */
const systemColumns: Readonly<Record<string, LogicalType>> = {
  unknown_fields: types.string(),
  offset: types.bigint(false),
  partition: types.int(false),
  ingest_time: types.timestampLtz(3, false),
}

/** Columns of a stream's scan behind those of its contract. */
export function hiddenColumns(table: TableDescriptor, context: PlanContext): Column[] {
  if (table.kind !== 'stream') return []
  const given = context.connectors.find((each) => each.name === table.connector)?.metadata ?? systemColumns
  return Object.entries(systemColumns).flatMap(([name, type]) => {
    if (given[name] === undefined || table.columns.some((column) => column.name === name)) return []
    return [{ ...newColumn(context, name, type), hidden: true }]
  })
}

/** The table as a scan of these columns needs it: system columns that are read are METADATA of it. */
export function withSystemColumns(table: TableDescriptor, columns: readonly Column[]): TableDescriptor {
  const more = columns.flatMap(({ name, type }): ContractColumn[] =>
    table.columns.some((column) => column.name === name) ? [] : [{ kind: 'metadata', name, type, key: name, virtual: true }],
  )
  return more.length === 0 ? table : { ...table, columns: [...table.columns, ...more] }
}

/** The node without hidden columns, for who takes all that there are. */
export function visibleColumns(node: LogicalNode): LogicalNode {
  const columns = node.columns.filter((column) => column.hidden !== true)
  return columns.length === node.columns.length
    ? node
    : { kind: 'project', input: node, expressions: columns.map(columnReference), columns }
}
