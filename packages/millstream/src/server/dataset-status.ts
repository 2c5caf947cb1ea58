import type { DatasetStatus, Olap } from '../olap/olap.ts'

/** A dataset's status with what its account sums to. */
export interface CountedStatus extends DatasetStatus {
  readonly events: number
  readonly late: number
}

/** Sums the accounts of datasets, each again only after it changed. */
export class DatasetCounts {
  readonly #sums = new Map<string, { readonly events: number; readonly late: number }>()

  /** Its account went on. */
  changed(uid: string): void {
    this.#sums.delete(uid)
  }

  async of(olap: Olap): Promise<CountedStatus[]> {
    const counted: CountedStatus[] = []
    for (const status of await olap.status()) {
      let sums = this.#sums.get(status.uid)
      if (sums === undefined) {
        sums = { events: 0, late: 0 }
        this.#sums.set(status.uid, sums)
        const entries = await olap.ledger(status.uid)
        sums = entries.reduce((sum, entry) => ({ events: sum.events + entry.in, late: sum.late + entry.late }), sums)
        // Only if nothing was taken while we asked, and it is open: else the next look sums again.
        if (status.state === 'failed') this.#sums.delete(status.uid)
        else if (this.#sums.has(status.uid)) this.#sums.set(status.uid, sums)
      }
      counted.push({ ...status, ...sums })
    }
    return counted
  }
}
