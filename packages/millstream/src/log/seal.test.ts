import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ports } from '../base/ports.ts'
import { SimulatedStorage } from '../base/simulated/storage.ts'
import { SimulatedWorld } from '../base/simulated/world.ts'
import { openJobPartition } from './job-partition.ts'
import { auditLedger, edgeLedger, foldEdgeLedger } from './ledger.ts'
import { readRejected } from './read-rejected.ts'
import { openPartitionReader, type SeekingReader } from './reader.ts'
import { retainPartition } from './retention.ts'
import { packHere, sealNext } from './seal.ts'
import { endsOf, fiveSegments, range, readNumbers, testAppend, testBatch, testStream } from './testing.ts'
import { openGatewayPartition } from './writer.ts'

function simulated(seed: number) {
  const world = new SimulatedWorld(seed)
  const storage = new SimulatedStorage(world.random, world.scheduler)
  const ports: Ports = { clock: world.clock, scheduler: world.scheduler, random: world.random, storage }
  return { world, storage, ports }
}

const pace = (ports: Ports) => ({ pack: packHere, pause: () => ports.scheduler.turn() })

const openAt = (ports: Ports, end: number): SeekingReader =>
  openPartitionReader(
    ports.storage,
    '',
    testStream,
    0,
    endsOf(() => end),
    { contract: () => null },
  )

async function sealAll(ports: Ports, end: number): Promise<string[]> {
  const names: string[] = []
  for (;;) {
    const sealed = await sealNext(ports.storage, '', 's1', 0, end, pace(ports))
    if (sealed === null) return names
    assert.ok(sealed.bytesAfter <= sealed.bytesBefore)
    names.push(sealed.segment)
  }
}

test('packed segments hold the same rows, rejected rows and account; the open one is left alone; retention takes them', async () => {
  const { world, storage, ports } = simulated(3)
  await world.runUntil(
    (async () => {
      const writer = await fiveSegments(ports)
      const before = edgeLedger('s1', 0, writer.account())
      const sizeOf = async (name: string) => (await storage.stat(`streams/s1/0/${name}`))?.sizeBytes ?? 0
      const reading = openAt(ports, 50)
      assert.equal((await reading.next(3))?.batch.rowCount, 3)
      const [closed, open] = [await sizeOf('0-1.log'), await sizeOf('40-5.log')]
      assert.deepEqual(await sealAll(ports, writer.end()), ['0-1.log', '10-2.log', '20-3.log', '30-4.log'])
      assert.ok((await sizeOf('0-1.log')) < closed)
      assert.equal(await sizeOf('40-5.log'), open)
      assert.deepEqual(await readNumbers(reading), range(3, 50), 'who had the old file open reads on')
      const ends = { end: 50, rejectedEnd: 5 }
      assert.deepEqual(await foldEdgeLedger(storage, '', testStream, 0, ends), before)
      assert.equal((await readRejected(storage, '', testStream, 0, { ...ends, rowsMax: 10 })).length, 5)
      await writer.close()

      const again = await openGatewayPartition(ports, '', testStream, 0)
      assert.deepEqual(
        [again.end(), again.rejectedEnd(), again.recovered.damaged, edgeLedger('s1', 0, again.account())],
        [50, 5, [], before],
      )
      await storage.remove('streams/s1/0/snapshot.json')
      const anew = await openGatewayPartition(ports, '', testStream, 0)
      assert.deepEqual([anew.end(), anew.recovered.damaged, edgeLedger('s1', 0, anew.account())], [50, [], before])
      await anew.append(testAppend(range(50, 55)))
      assert.deepEqual(await readNumbers(openAt(ports, 55)), range(0, 55))

      const at = { nowMs: ports.clock.nowMs(), keepFrom: 50 }
      assert.equal((await retainPartition(storage, '', 's1', 0, { ageMsMax: 1, bytesMax: 1 }, at)).removedSegments, 4)
      const fold = await foldEdgeLedger(storage, '', testStream, 0, { end: anew.end(), rejectedEnd: 5 })
      assert.deepEqual(auditLedger(fold), [])
      assert.equal(
        fold.reduce((sum, entry) => sum + entry.out, 0),
        55,
      )
    })(),
  )
})

test('a segment that is damaged stays as it is, and says so', async () => {
  const { world, storage, ports } = simulated(4)
  await world.runUntil(
    (async () => {
      await (await fiveSegments(ports)).close()
      const path = 'streams/s1/0/0-1.log'
      const size = (await storage.stat(path))?.sizeBytes ?? 0
      const file = await storage.open(path, 'write')
      await file.write([new Uint8Array([0xff, 0xff])], size - 65)
      await file.sync()
      await file.close()
      await assert.rejects(sealNext(storage, '', 's1', 0, 50, pace(ports)), { code: 'MS-3003' })
      assert.equal((await storage.stat(path))?.sizeBytes, size)
      assert.equal(await storage.stat(`${path}.sealing`), null)
    })(),
  )
})

test("of a job's closed attempt only what was committed is kept", async () => {
  const { world, storage, ports } = simulated(5)
  await world.runUntil(
    (async () => {
      const first = await openJobPartition(ports, '', testStream, 0, { attempt: 1, end: 0 })
      await first.write(testBatch(range(0, 100)))
      await first.prepare()
      await first.write(testBatch(range(900, 950)))
      await first.prepare()
      const second = await openJobPartition(ports, '', testStream, 0, { attempt: 2, end: 100 })
      await second.write(testBatch(range(100, 130)))
      await second.prepare()
      assert.equal(await sealNext(storage, '', 's1', 0, 100, pace(ports)), null, 'nothing of the next one is committed yet')
      assert.equal((await sealNext(storage, '', 's1', 0, 130, pace(ports)))?.segment, '0-1.log')
      assert.deepEqual(await readNumbers(openAt(ports, 130)), range(0, 130))
    })(),
  )
})

test('a crash while a segment is packed leaves the old file or the new one, whole', async () => {
  const seen = { old: 0, packed: 0 }
  for (let seed = 1; seed <= 40; seed++) {
    const { world, storage, ports } = simulated(seed)
    const writer = await world.runUntil(fiveSegments(ports))
    const before = edgeLedger('s1', 0, writer.account())
    const size = (await world.runUntil(storage.stat('streams/s1/0/0-1.log')))?.sizeBytes ?? 0
    sealAll(ports, 50).catch(() => {})
    const last = world.steps + world.random.int(160)
    await world.run(() => world.steps >= last)
    world.kill()
    storage.crash()
    const left = (await world.runUntil(storage.stat('streams/s1/0/0-1.log')))?.sizeBytes ?? 0
    seen[left === size ? 'old' : 'packed']++
    const again = await world.runUntil(openGatewayPartition(ports, '', testStream, 0))
    assert.deepEqual([edgeLedger('s1', 0, again.account()), again.end(), again.recovered.damaged], [before, 50, []], `seed ${seed}`)
    assert.deepEqual(await world.runUntil(readNumbers(openAt(ports, 50))), range(0, 50), `seed ${seed}`)
    await world.runUntil(sealAll(ports, 50))
    assert.deepEqual(await world.runUntil(readNumbers(openAt(ports, 50))), range(0, 50), `seed ${seed}`)
  }
  assert.ok(seen.old > 2 && seen.packed > 2, JSON.stringify(seen))
})
