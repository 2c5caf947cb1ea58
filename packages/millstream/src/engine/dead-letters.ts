import { errors } from '../base/errors.ts'
import { jsonRows } from '../codec/json-write.ts'
import { Batch } from '../data/batch.ts'
import { columnOf } from '../data/builder.ts'
import type { Column } from '../data/column.ts'
import { Schema } from '../data/schema.ts'
import { type RowField, types } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import { millisOf } from '../flow/times.ts'
import type { PlanNode } from '../model/plan.ts'
import { lateSchema } from './connect.ts'
import type { Split } from './sources.ts'

/**
 * Rows that came too late for a window, as rows of `stream$late`: the row as the operator saw it. Operators do not carry
 * offsets, so the position is that of the batch in which the row was read.
 */
export function deadLetters(batch: Batch, node: PlanNode, job: string, split: Split | null, offset: number | null): Batch {
  const count = batch.rowCount
  const same = (value: Value): Value[] => new Array<Value>(count).fill(value)
  const reason = errors.fail('MS-5011', { node: node.id })
  const time = node.kind === 'window-aggregate' ? millisOf(batch.columns[node.window.timeColumn] as Column) : null
  const partition = split?.scan.table.kind === 'stream' ? Number(split.id) : null
  const values: readonly (readonly Value[])[] = [
    same('late'),
    same(`job:${job}`),
    same(reason.code),
    same(reason.message),
    jsonRows(usersColumns(batch)),
    same(partition),
    same(offset === null ? null : BigInt(offset)),
    same(split === null ? null : split.scan.table.contractVersion),
    Array.from({ length: count }, (_, row): Value => (time === null ? null : BigInt(time[row] as number) * 1_000_000n)),
  ]
  const columns = lateSchema.fields.map((field, position) => columnOf(field.type ?? types.string(), values[position] ?? []))
  return new Batch(lateSchema, count, columns)
}

/** Without the columns that a plan adds for itself, such as the conditions of FILTER. */
function usersColumns(batch: Batch): Batch {
  const kept = batch.schema.fields.flatMap((field, position) => (field.name.startsWith('$') ? [] : [position]))
  const schema = new Schema(kept.map((position) => batch.schema.fields[position] as RowField))
  return new Batch(
    schema,
    batch.rowCount,
    kept.map((position) => batch.columns[position] as Column),
  )
}
