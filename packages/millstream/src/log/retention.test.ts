import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../base/limits.ts'
import type { Ports } from '../base/ports.ts'
import { SimulatedStorage } from '../base/simulated/storage.ts'
import { SimulatedWorld } from '../base/simulated/world.ts'
import { auditLedger, edgeLedger, foldEdgeLedger } from './ledger.ts'
import { readRejected } from './read-rejected.ts'
import { openPartitionReader } from './reader.ts'
import { retainPartition } from './retention.ts'
import { endsOf, fiveSegments, range, readNumbers, testStream } from './testing.ts'
import { openGatewayPartition } from './writer.ts'

async function simulated(body: (ports: Ports & { readonly storage: SimulatedStorage }, world: SimulatedWorld) => Promise<void>) {
  const world = new SimulatedWorld(3)
  const storage = new SimulatedStorage(world.random, world.scheduler)
  await world.runUntil(body({ clock: world.clock, scheduler: world.scheduler, random: world.random, storage }, world))
}

test('old segments go whole, by age; the ledger keeps their account, and readers start at what is left', () =>
  simulated(async (ports) => {
    const writer = await fiveSegments(ports)
    const before = edgeLedger('s1', 0, writer.account())
    const at = { nowMs: ports.clock.nowMs(), keepFrom: writer.end() }
    const done = await retainPartition(ports.storage, '', 's1', 0, { ageMsMax: 3.5 * limits.segmentAgeMsMax, bytesMax: 1e9 }, at)
    assert.deepEqual([done.removedSegments, done.start], [2, 20])
    const reader = openPartitionReader(
      ports.storage,
      '',
      testStream,
      0,
      endsOf(() => writer.end()),
      { contract: () => null },
    )
    assert.equal(await reader.start(), 20)
    assert.deepEqual(await readNumbers(reader), range(20, 50))
    const ends = { end: writer.end(), rejectedEnd: writer.rejectedEnd() }
    const fold = await foldEdgeLedger(ports.storage, '', testStream, 0, ends)
    assert.deepEqual([fold, auditLedger(fold)], [before, []])
    const rejected = await readRejected(ports.storage, '', testStream, 0, { ...ends, rowsMax: 10 })
    assert.deepEqual(
      rejected.map(({ number }) => number),
      [2, 3, 4],
    )
    await writer.close()
    const again = await openGatewayPartition(ports, '', testStream, 0)
    assert.deepEqual([edgeLedger('s1', 0, again.account()), again.end(), again.rejectedEnd()], [before, 50, 5])
    await again.close()
    await reader.close()
  }))

test('a partition is kept below a size, but never its last segment, nor what is still needed', () =>
  simulated(async (ports) => {
    const writer = await fiveSegments(ports)
    const policy = { ageMsMax: 1e12, bytesMax: 1 }
    const nowMs = ports.clock.nowMs()
    assert.equal((await retainPartition(ports.storage, '', 's1', 0, policy, { nowMs, keepFrom: 35 })).start, 30)
    assert.equal((await retainPartition(ports.storage, '', 's1', 0, policy, { nowMs, keepFrom: 50 })).start, 40)
    assert.deepEqual(await retainPartition(ports.storage, '', 's1', 0, policy, { nowMs, keepFrom: 50 }), {
      removedSegments: 0,
      removedBytes: 0,
      start: 40,
    })
    await writer.close()
  }))

test('a crash while segments are removed leaves a log without its beginning, and the whole account', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const world = new SimulatedWorld(seed)
    const storage = new SimulatedStorage(world.random, world.scheduler)
    const ports = { clock: world.clock, scheduler: world.scheduler, random: world.random, storage }
    const writer = await world.runUntil(fiveSegments(ports))
    const before = edgeLedger('s1', 0, writer.account())
    const at = { nowMs: world.clock.nowMs(), keepFrom: 50 }
    retainPartition(storage, '', 's1', 0, { ageMsMax: 1, bytesMax: 1 }, at).catch(() => {})
    const last = world.steps + world.random.int(40)
    await world.run(() => world.steps >= last)
    world.kill()
    storage.crash()
    const again = await world.runUntil(openGatewayPartition(ports, '', testStream, 0))
    assert.deepEqual([edgeLedger('s1', 0, again.account()), again.end()], [before, 50], `seed ${seed}`)
    const reader = openPartitionReader(
      storage,
      '',
      testStream,
      0,
      endsOf(() => 50),
      { contract: () => null },
    )
    const start = await world.runUntil(reader.start())
    assert.deepEqual(await world.runUntil(readNumbers(reader)), range(start, 50), `seed ${seed}`)
  }
})

test('a reader behind retention is told so, one at the start reads what is left', () =>
  simulated(async (ports) => {
    const writer = await fiveSegments(ports)
    const open = () =>
      openPartitionReader(
        ports.storage,
        '',
        testStream,
        0,
        endsOf(() => writer.end()),
        { contract: () => null },
      )
    const slow = open()
    assert.equal((await slow.next(5))?.offset, 0)
    const restored = open()
    restored.seek(12)
    const fresh = open()
    assert.equal((await fresh.next(10))?.batch.rowCount, 10)
    await retainPartition(
      ports.storage,
      '',
      's1',
      0,
      { ageMsMax: 1e12, bytesMax: 1 },
      { nowMs: ports.clock.nowMs(), keepFrom: writer.end() },
    )
    await assert.rejects(restored.next(10), { code: 'MS-3013' })
    // What is open stays readable to its end; behind it rows are missing, and that is said too.
    assert.equal((await slow.next(5))?.offset, 5)
    await assert.rejects(fresh.next(10), { code: 'MS-3013' })
    const late = open()
    late.seek(0)
    assert.deepEqual(await readNumbers(late), range(40, 50))
    for (const reader of [slow, restored, fresh, late]) await reader.close()
    await writer.close()
  }))
