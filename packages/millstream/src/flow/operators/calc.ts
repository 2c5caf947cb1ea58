import type { Project, Select } from '../evaluate.ts'
import type { Operator, OperatorHost } from '../operator.ts'

/**
 * Keeps the rows for which `select` answers (condition TRUE, not FALSE, not UNKNOWN), then computes the projections.
 * A changelog stays one: both halves of an update are tested on their own values.
 */
export function calc(select: Select | null, project: Project | null): Operator {
  let host: OperatorHost | null = null
  return {
    open(given) {
      host = given
    },
    onBatch(_port, batch, emit) {
      const nowMs = host?.nowMs ?? 0
      const rows = select === null ? null : select(batch, nowMs)
      if (rows === null || rows.length === batch.rowCount) {
        emit(project === null ? batch : project(batch, nowMs))
        return
      }
      host?.count('filtered', batch.rowCount - rows.length)
      if (rows.length > 0) emit(project === null ? batch.take(rows) : project(batch, nowMs, rows))
    },
  }
}
