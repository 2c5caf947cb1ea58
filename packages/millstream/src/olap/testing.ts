import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ports } from '../base/ports.ts'
import { nodeStorage } from '../base/real/storage.ts'
import { systemClock, systemRandom, systemScheduler } from '../base/real/system.ts'
import { Batch } from '../data/batch.ts'
import { type Contract, physicalSchema } from '../data/contract.ts'
import { types } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import type { Ends } from '../log/log.ts'
import { type GatewayPartition, openGatewayPartition } from '../log/writer.ts'
import type { DatasetDescriptor } from '../model/datasets.ts'
import type { StreamDescriptor } from '../model/streams.ts'
import type { DeadRows } from './ingest.ts'
import { type Olap, openOlap } from './olap.ts'

/** A stream of clicks for tests. */
export const clicksContract: Contract = {
  version: 1,
  columns: [
    { kind: 'physical', id: 1, name: 'ts', type: types.timestampLtz(3) },
    { kind: 'physical', id: 2, name: 'country', type: types.string() },
    { kind: 'physical', id: 3, name: 'code', type: types.int() },
    { kind: 'physical', id: 4, name: 'bytes', type: types.bigint() },
    { kind: 'physical', id: 5, name: 'took', type: types.double() },
    { kind: 'physical', id: 6, name: 'user', type: types.string() },
  ],
  watermark: null,
  primaryKey: [],
  distributedBy: [],
  buckets: 1,
  options: {},
  comment: null,
}
export const clicksSchema = physicalSchema(clicksContract)
export const clicksStream: StreamDescriptor = {
  uid: 's1',
  tenant: 'default',
  name: 'clicks',
  contract: clicksContract,
  partitions: [
    { partition: 0, owner: 'gateway' },
    { partition: 1, owner: 'gateway' },
  ],
}

export const clicksDataset: DatasetDescriptor = {
  uid: 'd1',
  tenant: 'default',
  name: 'clicks_1m',
  streamUid: 's1',
  contractVersion: 1,
  timestampColumn: 'ts',
  segmentGranularity: 'PT1H',
  queryGranularity: 'PT1M',
  rollup: true,
  dimensions: [
    { name: 'country', column: 'country', type: 'string' },
    { name: 'code', column: 'code', type: 'long' },
  ],
  metrics: [
    { name: 'events', type: 'count' },
    { name: 'bytes', type: 'longSum', fieldName: 'bytes' },
    { name: 'least', type: 'longMin', fieldName: 'bytes' },
    { name: 'most', type: 'doubleMax', fieldName: 'took' },
    { name: 'took', type: 'doubleSum', fieldName: 'took' },
    { name: 'users', type: 'HLLSketchBuild', fieldName: 'user' },
  ],
  latenessMs: null,
  retentionMs: null,
}

export interface Click {
  readonly ts: number | null
  readonly country: string | null
  readonly code: number | null
  readonly bytes: bigint | null
  readonly took: number | null
  readonly user: string | null
}

export function clicksBatch(clicks: readonly Click[]): Batch {
  return Batch.of(
    clicksSchema,
    clicks.map((click): Value[] => [
      click.ts === null ? null : BigInt(click.ts) * 1_000_000n,
      click.country,
      click.code,
      click.bytes,
      click.took,
      click.user,
    ]),
  )
}

/** A real log and a real olap role in a folder. */
export interface TestWorld {
  readonly folder: string
  readonly olap: Olap
  readonly dead: DeadRows[]
  readonly ports: Ports
  readonly ends: Ends
  append(partition: number, clicks: readonly Click[], appendedAtMs?: number): Promise<void>
  close(): Promise<void>
  remove(): void
}

export async function openTestWorld(given?: { readonly folder: string }): Promise<TestWorld> {
  const folder = given?.folder ?? mkdtempSync(join(tmpdir(), 'millstream-olap-'))
  let nowMs = 0
  const clock = { nowMs: () => nowMs || systemClock.nowMs(), monotonicMs: systemClock.monotonicMs }
  const ports: Ports = { clock, scheduler: systemScheduler, random: systemRandom, storage: nodeStorage(folder) }
  const writers: GatewayPartition[] = []
  for (const { partition } of clicksStream.partitions) writers.push(await openGatewayPartition(ports, '', clicksStream, partition))
  const listeners = new Set<(streamUid: string, partition: number, end: number) => void>()
  const ends: Ends = {
    end: (_, partition) => writers[partition]?.end() ?? 0,
    onMove: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const dead: DeadRows[] = []
  const olap = openOlap({
    storage: ports.storage,
    clock,
    scheduler: systemScheduler,
    dataFolder: '',
    dataPath: folder,
    ends,
    stream: (uid) => (uid === clicksStream.uid ? clicksStream : null),
    contract: () => clicksContract,
    deadRows: async (rows) => {
      dead.push(rows)
    },
    lost: (error) => {
      throw error
    },
    account: () => {},
  })
  return {
    folder,
    olap,
    dead,
    ports,
    ends,
    async append(partition, clicks, appendedAtMs) {
      nowMs = appendedAtMs ?? 0
      await writers[partition]?.append({
        batch: clicksBatch(clicks),
        contractVersion: 1,
        rejected: [],
        producer: null,
        receivedAtMs: clock.nowMs(),
      })
      nowMs = 0
      for (const listener of listeners) listener(clicksStream.uid, partition, writers[partition]?.end() ?? 0)
    },
    async close() {
      await olap.close()
      for (const writer of writers) await writer.close()
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
