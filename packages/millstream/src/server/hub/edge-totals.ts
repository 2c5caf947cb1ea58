import type { GatewayPartition } from '../../log/writer.ts'
import type { StreamDescriptor } from '../../model/streams.ts'
import type { GatewayPartitions } from './partitions.ts'

export interface EdgeSums {
  readonly accepted: number
  readonly rejected: number
}

/** What a partition's account sums to: minutes that are over are added once. */
class PartitionTotal {
  #settledRows = 0
  #accepted = 0
  #rejected = 0

  of(partition: GatewayPartition): EdgeSums {
    const rows = partition.account()
    const settled = Math.max(0, rows.length - 1)
    if (settled < this.#settledRows) [this.#settledRows, this.#accepted, this.#rejected] = [0, 0, 0]
    for (; this.#settledRows < settled; this.#settledRows++) {
      const row = rows[this.#settledRows]
      this.#accepted += row?.[3] ?? 0
      this.#rejected += row?.[4] ?? 0
    }
    const last = rows[settled]
    return { accepted: this.#accepted + (last?.[3] ?? 0), rejected: this.#rejected + (last?.[4] ?? 0) }
  }
}

/** Accepted and rejected by stream, cheap enough to be asked each second. */
export class EdgeTotals {
  readonly #partitions: GatewayPartitions
  readonly #totals = new WeakMap<GatewayPartition, PartitionTotal>()

  constructor(partitions: GatewayPartitions) {
    this.#partitions = partitions
  }

  of(stream: StreamDescriptor): EdgeSums {
    let accepted = 0
    let rejected = 0
    for (const { partition, owner } of stream.partitions) {
      const open = owner === 'gateway' ? this.#partitions.get(stream.uid, partition) : null
      if (open === null) continue
      let total = this.#totals.get(open)
      if (total === undefined) {
        total = new PartitionTotal()
        this.#totals.set(open, total)
      }
      const sums = total.of(open)
      accepted += sums.accepted
      rejected += sums.rejected
    }
    return { accepted, rejected }
  }
}
