import { taggedValue } from '../../base/json.ts'
import { limits } from '../../base/limits.ts'
import { streamOptions } from '../../config/stream-options.ts'
import { type DatasetSpec, keys, type StreamSpec } from '../../control/records.ts'
import { type RetentionPolicy, retainPartition } from '../../log/retention.ts'
import type { CheckpointRecord } from '../../model/hub.ts'
import type { PhysicalPlan } from '../../model/plan.ts'
import type { HubState } from './state.ts'

/** Removes old segments of streams, now and then: by age and size as the contract says, never what a job or dataset has still to read. */
export class Retention {
  readonly #hub: HubState
  readonly #refreshDatasets: () => Promise<void>
  #timer: { cancel(): void } | null = null
  #stopped = false

  constructor(hub: HubState, refreshDatasets: () => Promise<void>) {
    this.#hub = hub
    this.#refreshDatasets = refreshDatasets
    this.#plan()
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  #plan(): void {
    if (this.#stopped) return
    this.#timer = this.#hub.ports.scheduler.after(limits.retentionIntervalMs, () => {
      this.run()
        .catch((error: unknown) => this.#hub.log.error('retention failed', error))
        .finally(() => this.#plan())
    })
  }

  async run(): Promise<void> {
    const { catalogue, ports, told, log } = this.#hub
    await this.#refreshDatasets()
    const nowMs = ports.clock.nowMs()
    for (const record of catalogue.all<StreamSpec>('stream')) {
      if (this.#datasetLags(record.uid)) continue
      const policy = policyOf(record.spec.contract.options)
      for (const { partition } of record.spec.partitions) {
        const keepFrom = this.#readBy(record.uid, partition, told.end(record.uid, partition))
        const { removedSegments, removedBytes } = await retainPartition(ports.storage, '', record.uid, partition, policy, {
          nowMs,
          keepFrom,
        })
        if (removedSegments > 0) log.info('segments removed', { stream: record.name, partition, removedSegments, removedBytes })
      }
    }
  }

  #datasetLags(streamUid: string): boolean {
    return this.#hub.catalogue
      .all<DatasetSpec>('dataset')
      .some(({ uid, spec }) => spec.descriptor.streamUid === streamUid && (this.#hub.datasets.get(uid)?.lagRows ?? 1) > 0)
  }

  /** The first offset that a job may still read. */
  #readBy(streamUid: string, partition: number, end: number): number {
    let least = end
    for (const job of this.#hub.jobs.all()) {
      const { nodes } = taggedValue(job.plan) as PhysicalPlan
      const checkpoint = this.#hub.catalogue.records.get<{ record: CheckpointRecord | null }>(keys.checkpoint(job.uid))?.value.record
      for (const node of nodes) {
        if (node.kind !== 'scan' || node.table.uid !== streamUid) continue
        const position = checkpoint?.sources[node.id]?.[String(partition)]
        least = Math.min(least, typeof position === 'number' ? position : 0)
      }
    }
    return least
  }
}

const dayMs = 86_400_000
const daysByTier: Readonly<Record<string, number>> = { low: 1, medium: 7, high: 30 }

/** As the contract says; else as its tier has it. */
function policyOf(written: Readonly<Record<string, string>>): RetentionPolicy {
  const options = streamOptions.parse(written)
  const ageMsMax = options['retention.time'] ?? (daysByTier[options.tier] ?? 7) * dayMs
  return { ageMsMax, bytesMax: options['retention.bytes'] ?? Number.POSITIVE_INFINITY }
}
