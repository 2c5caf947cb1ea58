import { types } from '../../data/types.ts'
import type { SortLimitNode } from '../../model/plan.ts'
import type { Operator } from '../operator.ts'
import type { StateTable } from '../state/table.ts'

const space = 0
const noKey = new Uint8Array(0)

/** LIMIT without an order over rows that are never taken back: the first rows that come, `offset` of them left out; then nothing more. */
export function limit({ offset, limit: most }: SortLimitNode): Operator {
  const end = most === null ? Number.POSITIVE_INFINITY : offset + most
  let table: StateTable | null = null
  return {
    state: [{ name: 'seen', kind: 'value', key: [], columns: [{ name: 'rows', type: types.double() }], version: 1, ttlMs: null }],
    open(host) {
      table = host.table('seen')
    },
    onBatch(_port, batch, emit) {
      const rows = (table as StateTable).rows(space)
      const slot = rows.slot(noKey, 0, 0, 0)
      const seen = rows.floats('rows')
      const before = seen[slot] as number
      if (before >= end) return
      seen[slot] = before + batch.rowCount
      rows.markSlots(Int32Array.of(slot), 1)
      const [from, to] = [Math.max(0, offset - before), Math.min(batch.rowCount, end - before)]
      if (to > from) emit(from === 0 && to === batch.rowCount ? batch : batch.slice(from, to))
    },
  }
}
