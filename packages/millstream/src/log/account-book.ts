import { limits } from '../base/limits.ts'
import type { BlockHeader } from './block-header.ts'
import type { AccountRow } from './marker.ts'

const minuteMs = 60_000

/** What a partition's blocks add up to, by minute: ranges of offsets that join, in order. */
export class AccountBook {
  readonly #rows: AccountRow[] = []

  /** Takes a block. A hole before it (a group that failed) becomes a row of nothing, so that ranges join. */
  add(block: Pick<BlockHeader, 'firstAppendMs' | 'baseOffset' | 'rows' | 'rejected'>): void {
    const minute = Math.floor(block.firstAppendMs / minuteMs) * minuteMs
    this.addRow([minute, block.baseOffset, block.baseOffset + block.rows, block.rows, block.rejected])
  }

  addRow(row: AccountRow): void {
    const last = this.#rows.at(-1)
    const [minute, from, to, accepted, rejected] = row
    if (last !== undefined && last[0] === minute) {
      this.#rows[this.#rows.length - 1] = [minute, last[1], to, last[3] + accepted, last[4] + rejected]
      return
    }
    if (last !== undefined && last[2] < from) this.#rows.push([minute, last[2], to, accepted, rejected])
    else this.#rows.push([minute, from, to, accepted, rejected])
    if (this.#rows.length > limits.ledgerMinutesMax) {
      const [[, start, , a1, r1], [second, , end, a2, r2]] = this.#rows.splice(0, 2) as [AccountRow, AccountRow]
      this.#rows.unshift([second, start, end, a1 + a2, r1 + r2])
    }
  }

  rows(): readonly AccountRow[] {
    return this.#rows
  }
}
