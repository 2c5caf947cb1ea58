import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../base/limits.ts'
import type { Ports } from '../base/ports.ts'
import { noFaults, SimulatedStorage } from '../base/simulated/storage.ts'
import { SimulatedWorld } from '../base/simulated/world.ts'
import { Batch } from '../data/batch.ts'
import type { Value } from '../data/value.ts'
import { BlockCursor } from './cursor.ts'
import { openJobPartition } from './job-partition.ts'
import { partitionFolder } from './layout.ts'
import { auditLedger, edgeLedger } from './ledger.ts'
import { openPartitionReader } from './reader.ts'
import { endsOf, range, readNumbers, testAppend, testBatch, testReject, testSchema, testStream } from './testing.ts'
import { openGatewayPartition } from './writer.ts'

const options = { contract: () => null }

async function simulated(body: (ports: Ports & { readonly storage: SimulatedStorage }, world: SimulatedWorld) => Promise<void>, seed = 5) {
  const world = new SimulatedWorld(seed)
  const storage = new SimulatedStorage(world.random, world.scheduler)
  await world.runUntil(body({ clock: world.clock, scheduler: world.scheduler, random: world.random, storage }, world))
}

test('appends within five milliseconds share one block and one sync', () =>
  simulated(async (ports) => {
    const writer = await openGatewayPartition(ports, '', testStream, 0)
    const began = ports.clock.nowMs()
    await Promise.all(range(0, 50).map((n) => writer.append(testAppend([n]))))
    assert.ok(ports.clock.nowMs() - began < limits.blockDelayMs + 2)
    const cursor = new BlockCursor(ports.storage, partitionFolder('', 's1', 0), 's1', 0)
    const rows: number[] = []
    await cursor.walk(50, (header) => {
      rows.push(header.rows)
      assert.deepEqual([header.minEventMs, header.maxEventMs], [0, 49_000])
      return true
    })
    assert.deepEqual(rows, [50])
    await cursor.close()
    await writer.close()
  }))

test('a failed sync fails its whole group; no offset of it is used again, and nobody reads it', () =>
  simulated(async (ports) => {
    const writer = await openGatewayPartition(ports, '', testStream, 0)
    await writer.append(testAppend(range(0, 5)))
    ports.storage.faults = { ...noFaults, syncFails: 1 }
    const mark = { kind: 'sequence', producer: 'p', epoch: 1, sequence: 1 } as const
    const group = await Promise.allSettled([
      writer.append(testAppend([90, 91], mark)),
      writer.append(testAppend([92], null, [testReject(1)])),
    ])
    assert.deepEqual(
      group.map((one) => one.status === 'rejected' && one.reason.code),
      ['MS-3002', 'MS-3002'],
    )
    assert.deepEqual([writer.end(), writer.rejectedEnd()], [5, 0])
    ports.storage.faults = noFaults
    assert.deepEqual(await writer.append(testAppend([90, 91], mark)), { offset: 8, accepted: 2, rejected: 0, duplicate: false })
    const reader = openPartitionReader(
      ports.storage,
      '',
      testStream,
      0,
      endsOf(() => writer.end()),
      options,
    )
    assert.deepEqual(await readNumbers(reader), [...range(0, 5), 90, 91])
    await reader.close()
    const ledger = edgeLedger('s1', 0, writer.account())
    assert.deepEqual([auditLedger(ledger), ledger.reduce((sum, entry) => sum + entry.in, 0)], [[], 7])
    await writer.close()
    const again = await openGatewayPartition(ports, '', testStream, 0)
    assert.deepEqual([again.end(), again.rejectedEnd()], [10, 0])
    await again.close()
  }))

test('a full disk is said, and the log goes on when there is room', () =>
  simulated(async (ports) => {
    const writer = await openGatewayPartition(ports, '', testStream, 0)
    ports.storage.faults = { ...noFaults, capacityBytes: 100 }
    for (let tries = 0; tries < 3; tries++)
      await assert.rejects(writer.append(testAppend([tries])), { code: 'MS-3004', http: 503, retry: true })
    ports.storage.faults = noFaults
    const { offset } = await writer.append(testAppend([7]))
    const reader = openPartitionReader(
      ports.storage,
      '',
      testStream,
      0,
      endsOf(() => writer.end()),
      options,
    )
    assert.deepEqual([offset, await readNumbers(reader)], [3, [7]])
    assert.equal((await ports.storage.list(partitionFolder('', 's1', 0))).length, 1, 'failed segments are not left behind')
    await Promise.all([writer.close(), reader.close()])
  }))

test('more bytes than the queue holds are refused at once', () =>
  simulated(async (ports) => {
    const writer = await openGatewayPartition(ports, '', testStream, 0)
    const text = 'x'.repeat(1024 * 1024)
    const rows = range(0, 40)
    const values: Value[] = [0n, text, 1n]
    const big = {
      ...testAppend([]),
      batch: Batch.of(
        testSchema,
        rows.map(() => values),
      ),
    }
    const first = writer.append(big)
    await assert.rejects(writer.append(big), { code: 'MS-3005' })
    assert.equal((await first).accepted, 40)
    assert.equal((await writer.append(big)).offset, 40)
    await writer.close()
    await assert.rejects(writer.append(testAppend([1])), { code: 'MS-3002' })
  }))

test('a job that dies anywhere writes each row once: what a checkpoint committed stays, what it did not is written again', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const world = new SimulatedWorld(seed)
    const storage = new SimulatedStorage(world.random, world.scheduler)
    const ports = { clock: world.clock, scheduler: world.scheduler, random: world.random, storage }
    // The catalogue: what is committed. It survives, and takes a checkpoint of the current attempt only.
    let committed = { end: 0, input: 0 }
    let attempt = 0
    const job = async (own: number): Promise<void> => {
      const output = await openJobPartition(ports, '', testStream, 2, { attempt: own, end: committed.end })
      let { input } = committed
      for (;;) {
        for (let batches = world.random.int(4); batches > 0; batches--) {
          const rows = 1 + world.random.int(world.random.int(40) === 0 ? 5000 : 20)
          await output.write(testBatch(range(input, input + rows)))
          input += rows
        }
        const { end } = await output.prepare()
        if (attempt !== own) return
        committed = { end, input }
        await world.scheduler.sleep(world.random.int(3))
      }
    }
    for (let life = 0; life < 5; life++) {
      storage.faults = { ...noFaults, syncFails: life % 2 === 0 ? 0 : 0.2 }
      attempt++
      job(attempt).catch(() => {})
      const last = world.steps + world.random.int(120)
      await world.run(() => world.steps >= last)
      // Now and then the old worker lives on beside the new one.
      if (world.random.int(3) === 0) continue
      world.kill()
      storage.crash()
      storage.faults = noFaults
      const again = openPartitionReader(
        storage,
        '',
        testStream,
        2,
        endsOf(() => committed.end),
        options,
      )
      const numbers = await world.runUntil(readNumbers(again, 100))
      assert.deepEqual(numbers, range(0, committed.input), `seed ${seed}, life ${life}`)
    }
    world.kill()
    const reader = openPartitionReader(
      storage,
      '',
      testStream,
      2,
      endsOf(() => committed.end),
      options,
    )
    const seen = await world.runUntil(readNumbers(reader))
    assert.deepEqual(seen, range(0, committed.input), `seed ${seed}`)
  }
})
