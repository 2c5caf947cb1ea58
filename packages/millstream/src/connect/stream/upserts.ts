import { type Batch, rowKind } from '../../data/batch.ts'
import { KeyEncoder } from '../../flow/state/key-encoder.ts'
import { KeyedRows } from '../../flow/state/keyed-rows.ts'

const noColumns = { name: 'keys', kind: 'value', key: [], columns: [], version: 1, ttlMs: null } as const

/**
 * A changelog as an upsert stream takes it: of each key its last row in the batch, as +U, or -D when the key is gone. An
 * update whose second half was filtered away is such an end: so a -U that stays last is a -D too.
 */
export function upserts(batch: Batch, keys: readonly number[]): Batch {
  const { kinds, rowCount } = batch
  if (kinds === null || rowCount === 0) return batch
  const slots = new Int32Array(rowCount)
  new KeyEncoder(keys).assign(batch, everyRow(rowCount), rowCount, new KeyedRows(noColumns), slots)
  const seen = new Uint8Array(rowCount)
  const last: number[] = []
  for (let row = rowCount - 1; row >= 0; row--) {
    const slot = slots[row] as number
    if (seen[slot] === 0) last.push(row)
    seen[slot] = 1
  }
  const taken = batch.take(Int32Array.from(last.reverse()))
  const takenKinds = taken.kinds as Uint8Array
  for (let row = 0; row < taken.rowCount; row++) {
    const kind = takenKinds[row] as number
    takenKinds[row] = kind === rowKind.updateBefore || kind === rowKind.delete ? rowKind.delete : rowKind.updateAfter
  }
  return taken
}

const everyRow = (count: number): Int32Array => Int32Array.from({ length: count }, (_, row) => row)
