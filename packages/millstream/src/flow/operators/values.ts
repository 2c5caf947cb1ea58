import { Batch } from '../../data/batch.ts'
import { Schema } from '../../data/schema.ts'
import type { ValuesNode } from '../../model/plan.ts'

/** The literal rows of a VALUES, as one batch: pushed once, at the start. */
export function valuesBatch(node: ValuesNode): Batch {
  return Batch.of(new Schema(node.fields), node.rows)
}
