import { errors } from '../base/errors.ts'
import { Batch } from '../data/batch.ts'
import { constantColumn } from '../data/builder.ts'
import type { Column } from '../data/column.ts'
import type { Schema } from '../data/schema.ts'
import type { Expression } from '../expr/expression.ts'

export type ExpressionMode = 'compiled' | 'interpreted'

/** Computes the expressions over a batch; `nowMs` is what CURRENT_TIMESTAMP and its like answer. */
export function projection(
  expressions: readonly Expression[],
  _input: Schema,
  output: Schema,
  _mode: ExpressionMode,
): (batch: Batch, nowMs: number) => Batch {
  return (batch) =>
    new Batch(
      output,
      batch.rowCount,
      expressions.map((expression) => simple(expression, batch)),
      batch.kinds,
    )
}

/** The rows for which the condition is TRUE, ascending. */
export function predicate(condition: Expression, _input: Schema, _mode: ExpressionMode): (batch: Batch, nowMs: number) => Int32Array {
  return (batch) => {
    const column = simple(condition, batch)
    if (column.layout !== 'bool') return new Int32Array(0)
    return Int32Array.from({ length: batch.rowCount }, (_, row) => row).filter(
      (row) => column.values[row] === 1 && (column.validity === null || ((column.validity[row >> 3] as number) & (1 << (row & 7))) !== 0),
    )
  }
}

function simple(expression: Expression, batch: Batch): Column {
  if (expression.kind === 'input') return batch.columns[expression.index] as Column
  if (expression.kind === 'literal') return constantColumn(expression.type, expression.value, batch.rowCount)
  throw errors.fail('MS-5000', { feature: expression.function })
}
