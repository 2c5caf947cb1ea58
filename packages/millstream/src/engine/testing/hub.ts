import type { Ports } from '../../base/ports.ts'
import type { Batch } from '../../data/batch.ts'
import type { Contract } from '../../data/contract.ts'
import type { types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { Ends } from '../../log/log.ts'
import { openPartitionReader } from '../../log/reader.ts'
import { type GatewayPartition, openGatewayPartition } from '../../log/writer.ts'
import { deadLetterContract } from '../../model/dead-letters.ts'
import { type CheckpointRecord, endKey, type JobAssignment, type JobStatus } from '../../model/hub.ts'
import type { PhysicalPlan } from '../../model/plan.ts'
import type { StreamDescriptor } from '../../model/streams.ts'

/**
 * What a hub does for jobs, in memory: committed ends, streams, and checkpoints that are taken only from the attempt that
 * stands and in order. It outlives the workers that a test kills.
 */
export class TestHub {
  readonly ports: Ports
  readonly streams = new Map<string, StreamDescriptor>()
  readonly committed = new Map<string, CheckpointRecord>()
  readonly records: CheckpointRecord[] = []
  readonly statuses: JobStatus[] = []
  readonly #attempts = new Map<string, number>()
  readonly #ends = new Map<string, number>()
  readonly #listeners = new Set<(uid: string, partition: number, end: number) => void>()
  readonly #writers = new Map<string, GatewayPartition>()

  constructor(ports: Ports) {
    this.ports = ports
  }

  readonly ends: Ends = {
    end: (uid, partition) => this.#ends.get(endKey(uid, partition)) ?? 0,
    onMove: (listener) => {
      this.#listeners.add(listener)
      return () => this.#listeners.delete(listener)
    },
  }

  readonly catalogue = {
    byUid: (uid: string): StreamDescriptor | null => this.streams.get(uid) ?? null,
    contract: (uid: string, version: number): Contract | null => {
      const contract = this.streams.get(uid)?.contract
      return contract?.version === version ? contract : null
    },
  }

  addStream(uid: string, contract: Contract, partitions: StreamDescriptor['partitions']): StreamDescriptor {
    const stream = { uid, tenant: 'default', name: uid, contract, partitions }
    this.streams.set(uid, stream)
    return stream
  }

  /** Appends as the gateway does, and publishes the new end. */
  async append(uid: string, partition: number, batch: Batch): Promise<void> {
    const key = endKey(uid, partition)
    const stream = this.streams.get(uid) as StreamDescriptor
    let writer = this.#writers.get(key)
    if (writer === undefined) {
      writer = await openGatewayPartition(this.ports, '', stream, partition)
      this.#writers.set(key, writer)
    }
    const appended = { batch, contractVersion: stream.contract.version, rejected: [], producer: null }
    await writer.append({ ...appended, receivedAtMs: this.ports.clock.nowMs() })
    this.#move(key, writer.end())
  }

  /** Raises the attempt, as a hub does before it answers a worker. */
  assign(
    uid: string,
    plan: PhysicalPlan,
    outputs: JobAssignment['outputs'],
    lateOutput: JobAssignment['lateOutput'] = null,
  ): JobAssignment {
    const attempt = (this.#attempts.get(uid) ?? 0) + 1
    this.#attempts.set(uid, attempt)
    const restore = this.committed.get(uid) ?? null
    const fixed = { tenant: 'default', name: uid, revision: 1, memoryBytesMax: 256 * 1024 * 1024 }
    return { ...fixed, uid, attempt, plan, restore, outputs, lateOutput }
  }

  checkpoint(record: CheckpointRecord): boolean {
    const last = this.committed.get(record.job)?.epoch ?? 0
    if (record.attempt !== this.#attempts.get(record.job) || record.epoch !== last + 1) return false
    // As it would be after a restart: through JSON.
    const kept = JSON.parse(JSON.stringify(record)) as CheckpointRecord
    this.committed.set(record.job, kept)
    this.records.push(kept)
    for (const [key, { end }] of Object.entries(record.ends)) this.#move(key, end)
    return true
  }

  async read(uid: string, partition: number): Promise<Value[][]> {
    const stream = this.streams.get(uid) as StreamDescriptor
    const reader = openPartitionReader(this.ports.storage, '', stream, partition, this.ends, { contract: () => null })
    const rows: Value[][] = []
    for (;;) {
      const slice = await reader.next(1000)
      if (slice === null) break
      rows.push(...slice.batch.rows())
    }
    await reader.close()
    return rows
  }

  /** Everybody who listened or wrote is dead. What was committed stands. */
  crash(): void {
    this.#listeners.clear()
    this.#writers.clear()
  }

  async close(): Promise<void> {
    for (const writer of this.#writers.values()) await writer.close()
  }

  #move(key: string, end: number): void {
    if (end === this.#ends.get(key)) return
    this.#ends.set(key, end)
    const [uid = '', partition = ''] = key.split('/')
    for (const listener of this.#listeners) listener(uid, Number(partition), end)
  }
}

export function contractOf(columns: readonly (readonly [name: string, type: ReturnType<typeof types.string>])[]): Contract {
  return {
    ...deadLetterContract,
    columns: columns.map(([name, type], position) => ({ kind: 'physical', id: position + 1, name, type })),
  }
}
