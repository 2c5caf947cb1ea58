import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { nodeStorage } from '../base/real/storage.ts'
import { systemClock, systemRandom, systemScheduler } from '../base/real/system.ts'
import { SimulatedStorage } from '../base/simulated/storage.ts'
import { SimulatedWorld } from '../base/simulated/world.ts'
import { type Migration, openDataFolder } from './data-folder.ts'
import { readRejected } from './read-rejected.ts'
import { openPartitionReader } from './reader.ts'
import { endsOf, range, readNumbers, testAppend, testReject, testStream } from './testing.ts'
import { openGatewayPartition } from './writer.ts'

async function simulated(
  body: (ports: { storage: SimulatedStorage } & Pick<SimulatedWorld, 'clock' | 'scheduler' | 'random'>) => Promise<void>,
) {
  const world = new SimulatedWorld(7)
  const storage = new SimulatedStorage(world.random, world.scheduler)
  await world.runUntil(body({ clock: world.clock, scheduler: world.scheduler, random: world.random, storage }))
}

test('a new folder gets its format and keeps its catalogue id', () =>
  simulated(async (ports) => {
    const made = await openDataFolder(ports, 'data')
    assert.deepEqual([made.format, made.isNew, made.catalogueId.length], [1, true, 32])
    assert.deepEqual(await openDataFolder(ports, 'data'), { ...made, isNew: false })
  }))

test('a newer format is refused, an older one is migrated in numbered steps, each once', () =>
  simulated(async (ports) => {
    await openDataFolder(ports, 'data')
    const ran: number[] = []
    const steps: Migration[] = [2, 3].map((to) => ({
      to,
      run: async () => {
        ran.push(to)
      },
    }))
    assert.equal((await openDataFolder(ports, 'data', steps, 3)).format, 3)
    await openDataFolder(ports, 'data', steps, 3)
    assert.deepEqual(ran, [2, 3])
    await assert.rejects(openDataFolder(ports, 'data'), { code: 'MS-3006', values: { found: 3, known: 1 } })
  }))

test('a folder that has streams but no format, or another text in it, is refused', () =>
  simulated(async (ports) => {
    await ports.storage.makeFolder('data/streams/x')
    await assert.rejects(openDataFolder(ports, 'data'), { code: 'MS-3007' })
    const file = await ports.storage.open('data/format', 'create')
    await file.write([new TextEncoder().encode('hello\n')], 0)
    await assert.rejects(openDataFolder(ports, 'data'), { code: 'MS-3007' })
  }))

/** test/fixtures/data-v1 was written by scripts in the log's first version; later versions must open it for ever. */
test('the data folder of format 1 opens: its rows, its rejected rows, and what it remembers of its producers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millstream-fixture-'))
  cpSync(join(import.meta.dirname, '../../../../test/fixtures/data-v1'), folder, { recursive: true })
  const ports = { clock: systemClock, scheduler: systemScheduler, random: systemRandom, storage: nodeStorage(folder) }
  assert.equal((await openDataFolder(ports, '')).isNew, false)
  const writer = await openGatewayPartition(ports, '', testStream, 0)
  assert.deepEqual([writer.end(), writer.rejectedEnd(), writer.recovered.damaged, writer.recovered.segments], [50, 1, [], 2])
  const reader = openPartitionReader(
    ports.storage,
    '',
    testStream,
    0,
    endsOf(() => writer.end()),
    { contract: () => null },
  )
  assert.deepEqual(await readNumbers(reader), range(0, 50))
  const rejected = await readRejected(ports.storage, '', testStream, 0, { end: 50, rejectedEnd: 1, rowsMax: 10 })
  assert.deepEqual(
    rejected.map(({ row, offset }) => [row, offset]),
    [[testReject(4), 20]],
  )
  const again = await writer.append(testAppend(range(20, 50), { kind: 'sequence', producer: 'p', epoch: 2, sequence: 7 }))
  assert.deepEqual(again, { offset: 20, accepted: 30, rejected: 1, duplicate: true })
  await Promise.all([writer.close(), reader.close()])
  rmSync(folder, { recursive: true })
})
