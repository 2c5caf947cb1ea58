import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { taggedText } from '../../base/json.ts'
import { limits } from '../../base/limits.ts'
import { nodeStorage } from '../../base/real/storage.ts'
import { systemRandom, systemScheduler } from '../../base/real/system.ts'
import type { Contract } from '../../data/contract.ts'
import { auditLedger, edgeLedger, foldEdgeLedger } from '../../log/ledger.ts'
import { openPartitionReader } from '../../log/reader.ts'
import { range, readNumbers, testAppend, testReject, testStream } from '../../log/testing.ts'
import { ToldState } from '../told-state.ts'
import { GatewayPartitions } from './partitions.ts'
import { policyOf, Retention } from './retention.ts'
import { Sealing } from './sealing.ts'
import type { HubState } from './state.ts'

const hourMs = 3_600_000

/** A hub's log on real files, and a clock that the test moves: five segments of 1,000 rows, an hour apart. */
async function fiveHours(body: (at: Awaited<ReturnType<typeof open>>) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millstream-retention-'))
  try {
    await body(await open(folder))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function open(folder: string) {
  const time = { nowMs: 1_800_000_000_000 }
  const clock = { nowMs: () => time.nowMs, monotonicMs: () => performance.now() }
  const ports = { clock, scheduler: systemScheduler, random: systemRandom, storage: nodeStorage(folder) }
  const told = new ToldState()
  const partitions = new GatewayPartitions(ports, (uid, partition, end) => told.takeEnds({ ends: { [`${uid}/${partition}`]: end } }))
  await partitions.open(testStream)
  const writer = partitions.get('s1', 0)
  assert.ok(writer !== null)
  for (let hour = 0; hour < 5; hour++) {
    await writer.append({ ...testAppend(range(hour * 1000, hour * 1000 + 1000), null, [testReject(hour)]), receivedAtMs: time.nowMs })
    time.nowMs += Math.max(hourMs, limits.segmentAgeMsMax)
  }
  const contract: Contract = { ...testStream.contract, options: { 'retention.time': '90 min' } as Record<string, string> }
  const stream = { uid: 's1', tenant: 'default', name: 'playback', spec: { contract, older: [], partitions: testStream.partitions } }
  const datasets = new Map<string, { lagRows: number }>()
  const running: { uid: string; plan: string; positions: Record<string, unknown> }[] = []
  const dataset = { uid: 'd1', spec: { descriptor: { streamUid: 's1' } } }
  const hub = {
    ...{
      ports,
      told,
      datasets,
      log: { info: () => {}, warn: () => {}, error: (event: string, error: unknown) => assert.fail(`${event}: ${String(error)}`) },
    },
    catalogue: { all: (kind: string) => (kind === 'stream' ? [stream] : datasets.size > 0 ? [dataset] : []) },
    jobs: {
      wanted: () => running,
      checkpoint: (uid: string) => ({ record: { sources: { scan: running.find((job) => job.uid === uid)?.positions } } }),
    },
  } as unknown as HubState
  const sealing = new Sealing(hub)
  const retention = new Retention(hub, async () => true, sealing)
  const segments = () =>
    readdirSync(join(folder, 'streams/s1/0'))
      .filter((name) => name.endsWith('.log'))
      .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
  const sizeBytes = (name: string) => statSync(join(folder, 'streams/s1/0', name)).size
  const reader = () => openPartitionReader(ports.storage, '', testStream, 0, told, { contract: () => null })
  const close = async () => {
    retention.stop()
    await partitions.close()
  }
  return { stream, ports, hub, retention, sealing, writer, datasets, running, segments, sizeBytes, reader, close }
}

const plan = taggedText({ nodes: [{ kind: 'scan', id: 'scan', table: { uid: 's1' } }] })

test('what is older than the contract says goes; what a running job or a dataset has to read stays; the account stays whole', () =>
  fiveHours(async (at) => {
    const before = edgeLedger('s1', 0, at.writer.account())
    at.running.push({ uid: 'j1', plan, positions: {} })
    await at.retention.run()
    assert.equal(at.segments().length, 5, 'a job that has read nothing yet holds everything')
    at.running[0] = { uid: 'j1', plan, positions: { 0: 1500 } }
    await at.retention.run()
    assert.deepEqual(at.segments()[0]?.split('-')[0], '1000')
    at.running[0] = { uid: 'j1', plan, positions: { 0: 'ended' } }
    at.datasets.set('d1', { lagRows: 7 })
    await at.retention.run()
    assert.equal(at.segments().length, 4, 'a dataset that is behind holds the rest')
    at.datasets.set('d1', { lagRows: 0 })
    await at.retention.run()
    assert.deepEqual(
      at.segments().map((name) => name.split('-')[0]),
      ['4000'],
    )
    const reader = at.reader()
    assert.deepEqual(await readNumbers(reader), range(4000, 5000))
    await reader.close()
    const behind = at.reader()
    behind.seek(1500)
    await assert.rejects(behind.next(10), { code: 'MS-3013' })
    const fold = await foldEdgeLedger(at.ports.storage, '', testStream, 0, { end: 5000, rejectedEnd: 5 })
    assert.deepEqual([fold, auditLedger(fold)], [before, []])
    await at.close()
  }))

test('an upsert stream keeps all its rows: the last of a key may be the oldest', () =>
  fiveHours(async (at) => {
    at.stream.spec.contract = { ...at.stream.spec.contract, primaryKey: ['name'] }
    await at.retention.run()
    assert.equal(at.segments().length, 5)
    await at.close()
  }))

test('segments that are closed are packed, the open one not; all rows are there', () =>
  fiveHours(async (at) => {
    const [first = '', last = ''] = [at.segments()[0], at.segments().at(-1)]
    const before = [at.sizeBytes(first), at.sizeBytes(last)] as const
    await at.sealing.run()
    assert.ok(at.sizeBytes(first) < 0.7 * before[0], `${at.sizeBytes(first)} of ${before[0]} bytes`)
    assert.equal(at.sizeBytes(last), before[1])
    const reader = at.reader()
    assert.deepEqual(await readNumbers(reader), range(0, 5000))
    await reader.close()
    await at.close()
  }))

test('the tier says how long rows are kept, unless the stream does', () => {
  const dayMs = 24 * hourMs
  assert.deepEqual(
    [{}, { tier: 'low' }, { tier: 'high' }, { tier: 'low', 'retention.time': '2 h' }].map((options) => policyOf(options).ageMsMax),
    [7 * dayMs, dayMs, 30 * dayMs, 2 * hourMs],
  )
  assert.equal(policyOf({ 'retention.bytes': '64MB' }).bytesMax, 64 * 1024 * 1024)
})
