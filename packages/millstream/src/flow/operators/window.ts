import { Batch } from '../../data/batch.ts'
import type { Column } from '../../data/column.ts'
import type { Schema } from '../../data/schema.ts'
import type { WindowSpec } from '../../model/plan.ts'
import type { Operator, OperatorHost } from '../operator.ts'
import { millisOf, millisValues, present } from '../times.ts'
import { slicingOf } from '../windows.ts'

/** A window table function by itself: each row once for each window that holds it, with window_start, window_end, window_time. */
export function window(spec: WindowSpec, input: Schema, output: Schema): Operator {
  const slicing = slicingOf(spec)
  let host: OperatorHost | null = null
  return {
    open(given) {
      host = given
    },
    onBatch(_port, batch, emit) {
      const column = batch.columns[spec.timeColumn] as Column
      const times = millisOf(column)
      const isPresent = present(column)
      const rows: number[] = []
      const ends: number[] = []
      let nulls = 0
      for (let row = 0; row < batch.rowCount; row++) {
        if (!isPresent(row)) {
          nulls++
          continue
        }
        for (const end of slicing.windowEnds(slicing.sliceEnd(times[row] as number))) {
          rows.push(row)
          ends.push(end)
        }
      }
      if (nulls > 0) host?.count('nullTime', nulls)
      if (rows.length === 0) return
      const taken = batch.take(Int32Array.from(rows))
      const bounds = [ends.map((end) => slicing.windowStart(end)), ends, ends.map((end) => end - 1)]
      const columns = bounds.map((values, i) => {
        const field = output.fields[input.width + i]
        if (field === undefined) throw new Error('the node has fewer fields than a window has columns')
        return millisValues(field.type, Float64Array.from(values))
      })
      emit(new Batch(output, rows.length, [...taken.columns, ...columns], taken.kinds))
    },
  }
}
