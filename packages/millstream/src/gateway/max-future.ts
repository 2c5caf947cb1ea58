import { errors } from '../base/errors.ts'
import type { Batch } from '../data/batch.ts'
import type { FutureBound } from './stream-edge.ts'

/** Rows whose event time is further ahead than the contract allows, ascending; null: none, as almost always. */
export function futureRows(batch: Batch, bound: FutureBound, nowMs: number): Int32Array | null {
  const column = batch.columns[bound.position]
  const most = (nowMs + bound.maxFutureMs) * bound.perMs
  const values = column === undefined ? null : column.layout === 'safe' ? column.values : column.layout === 'nanos' ? column.millis : null
  if (column === undefined) return null
  const found: number[] = []
  if (values !== null) {
    for (let row = 0; row < batch.rowCount; row++) if ((values[row] as number) > most) found.push(row)
  } else if (column.layout === 'wide') {
    for (let row = 0; row < batch.rowCount; row++) if (Number(column.values[row]) > most) found.push(row)
  }
  const { validity } = column
  const rows = validity === null ? found : found.filter((row) => ((validity[row >> 3] as number) & (1 << (row & 7))) !== 0)
  return rows.length === 0 ? null : Int32Array.from(rows)
}

/** Why such a row is refused. */
export function futureReason(batch: Batch, bound: FutureBound, row: number): { code: string; reason: string } {
  const column = batch.columns[bound.position]
  const stored =
    column?.layout === 'safe' || column?.layout === 'wide'
      ? Number(column.values[row])
      : column?.layout === 'nanos'
        ? column.millis[row]
        : 0
  const time = new Date(Math.min(8.64e15, Number(stored) / bound.perMs)).toISOString()
  const error = errors.fail('MS-4018', { column: bound.column, time, most: bound.text })
  return { code: error.code, reason: error.message }
}
