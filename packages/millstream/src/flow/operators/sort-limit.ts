import { Batch } from '../../data/batch.ts'
import type { Column } from '../../data/column.ts'
import type { Schema } from '../../data/schema.ts'
import { type Value, valueAt } from '../../data/value.ts'
import type { SortLimitNode } from '../../model/plan.ts'
import { compareValues } from '../compare.ts'
import type { Emit, Operator } from '../operator.ts'

/** Keeps all rows until the end, then answers them in order (batch mode only: the input is inserts). */
export function sortLimit(node: SortLimitNode, input: Schema): Operator {
  const batches: Batch[] = []
  let rowCount = 0
  return {
    onBatch(_port, batch) {
      if (node.order.length === 0 && node.limit !== null && rowCount >= node.offset + node.limit) return
      // A batch is its emitter's: what is kept is copied.
      batches.push(batch.take(Int32Array.from({ length: batch.rowCount }, (_, row) => row)))
      rowCount += batch.rowCount
    },
    onEnd(emit: Emit) {
      if (rowCount === 0) return
      const all = Batch.concat(input, batches)
      const order = sorted(all, node)
      const end = node.limit === null ? order.length : Math.min(order.length, node.offset + node.limit)
      if (end > node.offset) emit(all.take(order.slice(node.offset, end)))
    },
  }
}

function sorted(batch: Batch, node: SortLimitNode): Int32Array {
  const keys = node.order.map(({ column }) => {
    const values = batch.columns[column] as Column
    return Array.from({ length: batch.rowCount }, (_, row): Value => valueAt(values, row))
  })
  const rows = Int32Array.from({ length: batch.rowCount }, (_, row) => row)
  return rows.sort((a, b) => {
    for (const [i, { descending, nullsFirst }] of node.order.entries()) {
      const left = keys[i]?.[a] ?? null
      const right = keys[i]?.[b] ?? null
      if (left === null && right === null) continue
      if (left === null) return nullsFirst ? -1 : 1
      if (right === null) return nullsFirst ? 1 : -1
      const order = compareValues(left, right)
      if (order !== 0) return descending ? -order : order
    }
    return a - b
  })
}
