import { type LogicalType, type RowField, types } from '../../data/types.ts'
import type { AggregateCall, Expression } from '../../expr/expression.ts'
import type { PhysicalPlan, PlanNode, ScanNode, SinkNode, WindowSpec } from '../../model/plan.ts'
import type { TableDescriptor } from '../../model/tables.ts'

/** Plans written by hand, for tests of what runs them. */

export const column = (name: string, type: LogicalType): RowField => ({ name, type })
export const inputOf = (fields: readonly RowField[], index: number): Expression => ({
  kind: 'input',
  index,
  type: (fields[index] as RowField).type,
})

export function table(name: string, fields: readonly RowField[], more: Partial<TableDescriptor> = {}): TableDescriptor {
  return {
    tenant: 'default',
    name,
    kind: 'external',
    uid: null,
    columns: fields.map((field, position) => ({ kind: 'physical', id: position + 1, name: field.name, type: field.type })),
    watermark: null,
    primaryKey: [],
    connector: 'test',
    options: {},
    contractVersion: 1,
    comment: null,
    ...more,
  }
}

export function scan(id: string, of: TableDescriptor, fields: readonly RowField[], rowtime: number | null = null): ScanNode {
  return { kind: 'scan', id, fields, changes: 'insert', rowtime, table: of, columns: fields.map((field) => field.name) }
}

/** The watermark is a column of the input: tests need no arithmetic for a delay. */
export function watermarkOn(id: string, input: PlanNode, rowtime: number, mark: number, idleTimeoutMs = 0): PlanNode {
  const { fields } = input
  return { kind: 'watermark', id, fields, changes: 'insert', rowtime, input: input.id, expression: inputOf(fields, mark), idleTimeoutMs }
}

export function sink(id: string, input: PlanNode, into: TableDescriptor | null = null): SinkNode {
  return { kind: 'sink', id, fields: input.fields, changes: input.changes, rowtime: input.rowtime, input: input.id, table: into }
}

export function call(
  name: string,
  fields: readonly RowField[],
  arg: number | null,
  type: LogicalType,
  more: Partial<AggregateCall> = {},
): AggregateCall {
  const argTypes = arg === null ? [] : [(fields[arg] as RowField).type]
  return { function: name, args: arg === null ? [] : [arg], argTypes, distinct: false, filter: null, type, ...more }
}

export function windowAggregateOf(
  id: string,
  input: PlanNode,
  window: WindowSpec,
  keys: readonly number[],
  aggregates: readonly AggregateCall[],
): PlanNode {
  const fields = [
    ...keys.map((key) => input.fields[key] as RowField),
    ...aggregates.map((aggregate, i) => column(`agg${i}`, aggregate.type)),
    column('window_start', types.timestamp(3, false)),
    column('window_end', types.timestamp(3, false)),
  ]
  const windowColumns = ['start', 'end'] as const
  return {
    kind: 'window-aggregate',
    id,
    fields,
    changes: 'insert',
    rowtime: null,
    input: input.id,
    window,
    keys,
    aggregates,
    windowColumns,
  }
}

export function groupAggregateOf(id: string, input: PlanNode, keys: readonly number[], aggregates: readonly AggregateCall[]): PlanNode {
  const fields = [
    ...keys.map((key) => input.fields[key] as RowField),
    ...aggregates.map((aggregate, i) => column(`agg${i}`, aggregate.type)),
  ]
  return { kind: 'group-aggregate', id, fields, changes: 'retract', rowtime: null, input: input.id, keys, aggregates }
}

export const planOf = (mode: PhysicalPlan['mode'], ...nodes: readonly PlanNode[]): PhysicalPlan => ({
  version: 1,
  nodes,
  mode,
  options: {},
})
