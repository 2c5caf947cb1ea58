import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MillstreamError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import { SimulatedStorage } from '../base/simulated/storage.ts'
import { SimulatedWorld } from '../base/simulated/world.ts'
import { readHeader } from './block-header.ts'
import { partitionFolder } from './layout.ts'
import { openPartitionReader } from './reader.ts'
import { endsOf, range, readNumbers, testAppend, testReject, testStream } from './testing.ts'
import { openGatewayPartition } from './writer.ts'

const folder = partitionFolder('', testStream.uid, 0)

test('after a bit has flipped anywhere, rows come back right or not at all, and what is missing is named', async () => {
  const outcomes = { right: 0, named: 0, refused: 0 }
  for (let seed = 1; seed <= 150; seed++) {
    const world = new SimulatedWorld(seed)
    const storage = new SimulatedStorage(world.random, world.scheduler)
    const ports = { clock: world.clock, scheduler: world.scheduler, random: world.random, storage }
    const outcome = await world.runUntil(
      (async (): Promise<keyof typeof outcomes> => {
        const writer = await openGatewayPartition(ports, '', testStream, 0)
        for (let block = 0; block < 6; block++) {
          await writer.append(
            testAppend(range(block * 10, block * 10 + 10), { kind: 'sequence', producer: 'p', epoch: 1, sequence: block }, [
              testReject(block),
            ]),
          )
          if (block === 2) await world.scheduler.sleep(limits.segmentAgeMsMax)
        }
        await writer.close()
        const files = await storage.list(folder)
        const file = `${folder}/${files[world.random.int(files.length)]}`
        storage.flipBit(file, world.random.int(storage.sizeOf(file)), world.random.int(8))
        const outcomeOfReading = await read(storage, 60)
        try {
          const again = await openGatewayPartition(ports, '', testStream, 0)
          assert.equal(again.end(), 60, `seed ${seed}: the end went back without a word`)
          assert.ok(outcomeOfReading === 'right' || again.recovered.damaged.length > 0 || (await read(storage, 60)) === 'named')
          const retry = await again.append(
            testAppend(range(50, 60), { kind: 'sequence', producer: 'p', epoch: 1, sequence: 5 }, [testReject(5)]),
          )
          assert.ok(retry.duplicate, `seed ${seed}: a retry was taken for new`)
          await again.append(testAppend(range(60, 65)))
          await again.close()
          return outcomeOfReading
        } catch (error) {
          assert.equal((error as MillstreamError).code, 'MS-3003', `seed ${seed}: ${(error as Error).stack}`)
          return 'refused'
        }
      })(),
    )
    outcomes[outcome]++
  }
  assert.ok(outcomes.right > 0 && outcomes.named > 0 && outcomes.refused > 0, JSON.stringify(outcomes))
})

/** Everything up to `end` as it was written, or the error that names the damage after a right beginning. */
async function read(storage: SimulatedStorage, end: number): Promise<'right' | 'named'> {
  const reader = openPartitionReader(
    storage,
    '',
    testStream,
    0,
    endsOf(() => end),
    { contract: () => null },
  )
  let next = 0
  try {
    for (;;) {
      const numbers = await reader.next(10)
      if (numbers === null) break
      const column = numbers.batch.schema.position('n')
      for (const row of numbers.batch.rows()) assert.equal(Number(row[column]), next++)
    }
    assert.equal(next, end, 'rows are missing without a word')
    return 'right'
  } catch (error) {
    if ((error as MillstreamError).code === 'MS-3003') return 'named'
    throw error
  } finally {
    await reader.close()
  }
}

test('a valid block in the wrong place is damage: another partition, another stream, another byte', async () => {
  const world = new SimulatedWorld(1)
  const storage = new SimulatedStorage(world.random, world.scheduler)
  const ports = { clock: world.clock, scheduler: world.scheduler, random: world.random, storage }
  await world.runUntil(
    (async () => {
      const writer = await openGatewayPartition(ports, '', testStream, 0)
      await writer.append(testAppend(range(0, 5)))
      await writer.append(testAppend(range(5, 9)))
      await writer.close()
      for (const [uid, partition] of [
        ['s1', 1],
        ['s2', 0],
      ] as const) {
        const stream = { ...testStream, uid }
        const elsewhere = partitionFolder('', uid, partition)
        await storage.makeFolder(elsewhere)
        await copy(storage, `${folder}/0-1.log`, `${elsewhere}/0-1.log`, (bytes) => bytes)
        await assert.rejects(openGatewayPartition(ports, '', stream, partition), { code: 'MS-3003' })
        const reader = openPartitionReader(
          storage,
          '',
          stream,
          partition,
          endsOf(() => 9),
          { contract: () => null },
        )
        await assert.rejects(readNumbers(reader), { code: 'MS-3003' })
      }
      // The last block once more, behind itself.
      await copy(storage, `${folder}/0-1.log`, `${folder}/0-1.log`, (bytes) => {
        let start = 0
        for (let at = 0; at < bytes.length; ) {
          const block = readHeader(bytes.subarray(at))
          assert.ok(block.kind === 'header')
          start = at
          at += block.header.blockBytes
        }
        return new Uint8Array([...bytes, ...bytes.subarray(start)])
      })
      await assert.rejects(openGatewayPartition(ports, '', testStream, 0), { code: 'MS-3003' })
    })(),
  )
})

async function copy(storage: SimulatedStorage, from: string, to: string, change: (bytes: Uint8Array) => Uint8Array): Promise<void> {
  const source = await storage.open(from, 'read')
  const bytes = new Uint8Array(await source.sizeBytes())
  await source.read(bytes, 0)
  const target = await storage.open(to, 'write')
  await target.write([change(bytes)], 0)
}

test('a partition whose committed rows are gone says so and keeps what is left, instead of starting anew', async () => {
  const world = new SimulatedWorld(1)
  const storage = new SimulatedStorage(world.random, world.scheduler)
  const ports = { clock: world.clock, scheduler: world.scheduler, random: world.random, storage }
  await world.runUntil(
    (async () => {
      const writer = await openGatewayPartition(ports, '', testStream, 0)
      await writer.append(testAppend(range(0, 5)))
      await writer.close()
      await copy(storage, `${folder}/0-1.log`, `${folder}/0-1.log`, (bytes) => new Uint8Array(bytes.length))
      await assert.rejects(openGatewayPartition(ports, '', testStream, 0), { code: 'MS-3003' })
      assert.ok((await storage.stat(`${folder}/0-1.log`)) !== null)
      await storage.remove(`${folder}/0-1.log`)
      await assert.rejects(openGatewayPartition(ports, '', testStream, 0), { code: 'MS-3003' })
    })(),
  )
})
