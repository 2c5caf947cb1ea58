import { taggedValue } from '../../base/json.ts'
import { limits } from '../../base/limits.ts'
import { streamOptions } from '../../config/stream-options.ts'
import type { DatasetSpec, StreamSpec } from '../../control/records.ts'
import { type RetentionPolicy, retainPartition } from '../../log/retention.ts'
import type { PhysicalPlan } from '../../model/plan.ts'
import type { Sealing } from './sealing.ts'
import type { HubState } from './state.ts'

type Part = Pick<HubState, 'catalogue' | 'ports' | 'told' | 'log' | 'datasets'> & {
  readonly jobs: Pick<HubState['jobs'], 'wanted' | 'checkpoint'>
}

/**
 * Removes old segments of streams, now and then: by age and size as the contract says, never what a running job or a dataset
 * has still to read. A job that is stopped holds nothing; started again behind what is left, it says so. Then the segments that stay are packed.
 */
export class Retention {
  readonly #hub: Part
  readonly #refreshDatasets: () => Promise<boolean>
  readonly #sealing: Pick<Sealing, 'run' | 'stop'>
  #timer: { cancel(): void } | null = null
  #stopped = false

  constructor(hub: Part, refreshDatasets: () => Promise<boolean>, sealing: Pick<Sealing, 'run' | 'stop'>) {
    this.#hub = hub
    this.#refreshDatasets = refreshDatasets
    this.#sealing = sealing
    this.#plan()
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
    this.#sealing.stop()
  }

  #plan(): void {
    if (this.#stopped) return
    this.#timer = this.#hub.ports.scheduler.after(limits.retentionIntervalMs, () => {
      // One after the other: a segment that is packed must not be removed meanwhile.
      this.run()
        .then(() => this.#sealing.run())
        .catch((error: unknown) => this.#hub.log.error('retention failed', error))
        .finally(() => this.#plan())
    })
  }

  async run(): Promise<void> {
    const { catalogue, ports, told, log } = this.#hub
    const fresh = await this.#refreshDatasets()
    const nowMs = ports.clock.nowMs()
    const readers = this.#readers()
    for (const record of catalogue.all<StreamSpec>('stream')) {
      // The last row of a key may be the oldest there is: an upsert stream keeps all.
      if (record.spec.contract.primaryKey.length > 0) continue
      if (this.#datasetLags(record.uid, fresh)) continue
      const policy = policyOf(record.spec.contract.options)
      for (const { partition } of record.spec.partitions) {
        const keepFrom = heldFrom(readers.get(record.uid) ?? [], partition, told.end(record.uid, partition))
        const { removedSegments, removedBytes } = await retainPartition(ports.storage, '', record.uid, partition, policy, {
          nowMs,
          keepFrom,
        })
        if (removedSegments > 0) log.info('segments removed', { stream: record.name, partition, removedSegments, removedBytes })
      }
    }
  }

  /** Datasets that have not just been asked may lag by any number of rows. */
  #datasetLags(streamUid: string, fresh: boolean): boolean {
    return this.#hub.catalogue
      .all<DatasetSpec>('dataset')
      .some(({ uid, spec }) => spec.descriptor.streamUid === streamUid && (!fresh || (this.#hub.datasets.get(uid)?.lagRows ?? 1) > 0))
  }

  /** Where each scan of a running job stands, by stream. */
  #readers(): Map<string, Positions[]> {
    const readers = new Map<string, Positions[]>()
    for (const job of this.#hub.jobs.wanted()) {
      const { record } = this.#hub.jobs.checkpoint(job.uid)
      for (const node of (taggedValue(job.plan) as PhysicalPlan).nodes) {
        if (node.kind !== 'scan' || node.table.uid === null) continue
        const positions = readers.get(node.table.uid) ?? []
        readers.set(node.table.uid, positions)
        positions.push(record?.sources[node.id] ?? {})
      }
    }
    return readers
  }
}

/** Partition -> offset, or `ended` where a bounded scan has read all it will. */
type Positions = Readonly<Record<string, unknown>>

/** The first offset that somebody may still read. */
function heldFrom(readers: readonly Positions[], partition: number, end: number): number {
  const offsets = readers.map((positions) => {
    const position = positions[String(partition)] ?? 0
    return typeof position === 'number' ? position : end
  })
  return Math.min(end, ...offsets)
}

const dayMs = 86_400_000
const daysByTier: Readonly<Record<string, number>> = { low: 1, medium: 7, high: 30 }

/** As the contract says; else as its tier has it. */
export function policyOf(written: Readonly<Record<string, string>>): RetentionPolicy {
  const options = streamOptions.parse(written)
  const ageMsMax = options['retention.time'] ?? (daysByTier[options.tier] ?? 7) * dayMs
  return { ageMsMax, bytesMax: options['retention.bytes'] ?? Number.POSITIVE_INFINITY }
}
