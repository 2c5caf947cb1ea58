import type { Batch } from '../../data/batch.ts'
import type { Operator, OperatorHost } from '../operator.ts'

/**
 * Keeps the rows for which `select` answers (condition TRUE, not FALSE, not UNKNOWN), then computes the projections.
 * A changelog stays one: both halves of an update are tested on their own values.
 */
export function calc(
  select: ((batch: Batch, nowMs: number) => Int32Array) | null,
  project: ((batch: Batch, nowMs: number) => Batch) | null,
): Operator {
  let host: OperatorHost | null = null
  return {
    open(given) {
      host = given
    },
    onBatch(_port, batch, emit) {
      const nowMs = host?.nowMs ?? 0
      let kept = batch
      if (select !== null) {
        const rows = select(batch, nowMs)
        if (rows.length < batch.rowCount) {
          host?.count('filtered', batch.rowCount - rows.length)
          if (rows.length === 0) return
          kept = batch.take(rows)
        }
      }
      emit(project === null ? kept : project(kept, nowMs))
    },
  }
}
