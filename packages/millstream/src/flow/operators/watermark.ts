import { must } from '../../base/assert.ts'
import { errors } from '../../base/errors.ts'
import type { Batch } from '../../data/batch.ts'
import { type Column, isNull } from '../../data/column.ts'
import { watermarkMin } from '../input-watermarks.ts'
import type { Emit, Operator, OperatorHost } from '../operator.ts'
import { SplitWatermarks } from '../split-watermarks.ts'
import { hasNulls, millisOf } from '../times.ts'

/** An assigner keeps a running maximum for each split of its source, and is told when splits come, fall silent and end. */
export interface Assigner extends Operator {
  readonly splits: SplitWatermarks
  /** The name in messages: the event-time column. */
  readonly column: string
}

/**
 * Sends the watermark: the minimum over the active splits of each one's largest `expression`. It is per row, whatever
 * the batch: a batch is split before a row whose time is not after the watermark, if that moved since it was last sent.
 */
export function watermark(
  rowtime: number,
  column: string,
  expression: (batch: Batch, nowMs: number) => Column,
  idleTimeoutMs: number,
): Assigner {
  const splits = new SplitWatermarks(idleTimeoutMs)
  let host: OperatorHost | null = null
  return {
    splits,
    column,
    open(given) {
      host = given
    },
    onBatch(_port, batch, emit) {
      const { split, nowMs } = must(host, 'host')
      const times = must(batch.columns[rowtime], 'rowtime column')
      if (hasNulls(times)) throw errors.fail('MS-5001', { column })
      const marks = expression(batch, nowMs)
      splits.active(split)
      pushInOrder(batch, millisOf(times), marks, split, emit)
    },
  }

  function pushInOrder(batch: Batch, times: Float64Array, marks: Column, split: string, emit: Emit): void {
    const markMs = millisOf(marks)
    const nullable = hasNulls(marks)
    const cap = splits.othersMinimum(split)
    let maximum = splits.watermark(split)
    let sent = splits.sent
    let from = 0
    for (let row = 0; row < batch.rowCount; row++) {
      const combined = Math.min(maximum, cap)
      if (combined > sent && (times[row] as number) <= combined) {
        if (row > from) emit(batch.slice(from, row))
        from = row
        sent = send(split, maximum, combined)
      }
      const mark = markMs[row] as number
      if (mark > maximum && !(nullable && isNull(marks, row))) maximum = mark
    }
    emit(batch.slice(from, batch.rowCount))
    const combined = Math.min(maximum, cap)
    splits.raise(split, maximum)
    if (combined > sent && combined > watermarkMin) send(split, maximum, combined)
  }

  function send(split: string, maximum: number, combined: number): number {
    splits.raise(split, maximum)
    splits.sent = combined
    must(host, 'host').watermark(combined)
    return combined
  }
}

/** After a split fell silent, ended or came: what the watermark is now, if it moved. */
export function reconsider(assigner: Assigner): number | null {
  const combined = assigner.splits.combined()
  if (combined === null || combined <= assigner.splits.sent) return null
  assigner.splits.sent = combined
  return combined
}
