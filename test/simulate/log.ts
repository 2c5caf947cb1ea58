import assert from 'node:assert/strict'
import type { Ports, Storage } from '../../packages/millstream/src/base/ports.ts'
import { noFaults, SimulatedStorage } from '../../packages/millstream/src/base/simulated/storage.ts'
import { SimulatedWorld } from '../../packages/millstream/src/base/simulated/world.ts'
import { auditLedger, edgeLedger, foldEdgeLedger } from '../../packages/millstream/src/log/ledger.ts'
import { readRejected } from '../../packages/millstream/src/log/read-rejected.ts'
import { openPartitionReader } from '../../packages/millstream/src/log/reader.ts'
import { endsOf, testAppend, testStream } from '../../packages/millstream/src/log/testing.ts'
import { type GatewayPartition, openGatewayPartition } from '../../packages/millstream/src/log/writer.ts'
import { History, lastNumber, type Request } from './history.ts'

/** How a run differs from the product, to prove that the simulation would notice. */
export interface Variant {
  /** Between the log and the disk. */
  readonly storage?: (storage: SimulatedStorage) => Storage
  /** What the writer is told instead of the request's mark. */
  readonly mark?: (request: Request, life: number) => Request['mark']
  /** After each crash, before the log is opened again. */
  readonly afterCrash?: (storage: SimulatedStorage) => Promise<void>
}

/**
 * One seed: producers append and retry while the disk fails and the process dies at random steps; readers follow. Throws
 * when something acknowledged is missing, doubled or out of order, when the account does not balance, or when a reader saw
 * what is not there afterwards.
 */
export async function simulateLog(seed: number, variant: Variant = {}): Promise<void> {
  const world = new SimulatedWorld(seed)
  const disk = new SimulatedStorage(world.random, world.scheduler)
  const storage = variant.storage?.(disk) ?? disk
  const ports: Ports = { clock: world.clock, scheduler: world.scheduler, random: world.random, storage }
  const history = new History(world.random)
  const lives = 2 + world.random.int(4)
  for (let life = 0; life < lives; life++) {
    disk.faults = faultsOf(world, life)
    void live(world, ports, history, variant, life)
    const last = world.steps + 50 + world.random.int(450)
    const anywhere = world.random.int(4) === 0
    await world.run(() => history.broken !== null || (world.steps >= last && (anywhere || world.steps > last + 200 || disk.hasUnsynced())))
    if (history.broken !== null) throw history.broken
    world.kill()
    disk.crash()
    disk.faults = noFaults
    if (variant.afterCrash !== undefined) await world.runUntil(variant.afterCrash(disk))
  }
  await world.runUntil(settle(ports, history, variant, lives))
}

function faultsOf(world: SimulatedWorld, life: number): SimulatedStorage['faults'] {
  const { random } = world
  if (life === 0 || random.int(3) === 0) return noFaults
  const maybe = (chance: number): number => (random.int(2) === 0 ? chance : 0)
  return {
    ...noFaults,
    syncFails: maybe(0.15),
    writeFails: maybe(0.1),
    slowSync: maybe(0.2),
    capacityBytes: random.int(4) === 0 ? 20_000 + random.int(100_000) : Number.POSITIVE_INFINITY,
  }
}

/** A process's life: it ends when the world kills it, or when its log cannot be opened. */
async function live(world: SimulatedWorld, ports: Ports, history: History, variant: Variant, life: number): Promise<void> {
  const writer = await openGatewayPartition(ports, '', testStream, 0).catch((error: Error) => {
    if (isDiskFault(error)) return null
    history.break(error)
    return null
  })
  if (writer === null) return
  history.check(() => history.opened(writer.end(), writer.rejectedEnd()))
  writer.onMove((end, rejectedEnd) => history.published(end, rejectedEnd))
  const producers = [0, 1, 2, 3].map(async (producer) => {
    for (;;) {
      await world.scheduler.sleep(world.random.int(20) === 0 ? 2_000_000 : world.random.int(20))
      await attempt(writer, history, history.next(producer), variant, life)
    }
  })
  for (const producer of producers) producer.catch((error: Error) => history.break(error))
  follow(world, ports, writer, history).catch((error: Error) => history.break(error))
}

async function attempt(writer: GatewayPartition, history: History, request: Request, variant: Variant, life: number): Promise<void> {
  const mark = variant.mark === undefined ? request.mark : variant.mark(request, life)
  try {
    const appended = await writer.append({ ...testAppend(request.numbers, mark, request.rejected), receivedAtMs: 1_000 })
    history.acknowledged(request, appended)
  } catch (error) {
    if (!isDiskFault(error as Error)) throw error
    history.failed(request)
  }
}

/** A reader of another process: it knows the published end alone. */
async function follow(world: SimulatedWorld, ports: Ports, writer: GatewayPartition, history: History): Promise<void> {
  const reader = openPartitionReader(
    ports.storage,
    '',
    testStream,
    0,
    endsOf(() => writer.end()),
    { contract: () => null },
  )
  reader.seek(world.random.int(writer.end() + 1))
  for (;;) {
    await world.scheduler.sleep(1 + world.random.int(30))
    const end = writer.end()
    const slice = await reader.next(1 + world.random.int(50))
    if (slice === null) continue
    const column = slice.batch.schema.position('n')
    slice.batch.rows().forEach((row, index) => {
      history.seen(slice.offset + index, Number(row[column]))
    })
    assert.ok(slice.offset + slice.batch.rowCount <= Math.max(end, writer.end()), 'a reader went beyond the committed end')
  }
}

/** The disk is well again: everything outstanding is sent until it is acknowledged, then the books are compared. */
async function settle(ports: Ports, history: History, variant: Variant, life: number): Promise<void> {
  const first = await openGatewayPartition(ports, '', testStream, 0)
  history.opened(first.end(), first.rejectedEnd())
  const again = await openGatewayPartition(ports, '', testStream, 0)
  assert.deepEqual([again.end(), again.rejectedEnd()], [first.end(), first.rejectedEnd()], 'recovery is not idempotent')
  assert.deepEqual(again.account(), first.account(), 'recovery is not idempotent in its account')
  for (const request of history.outstanding()) await attempt(again, history, request, variant, life)
  await again.append(testAppend([lastNumber]))
  await again.close()

  const ends = { end: again.end(), rejectedEnd: again.rejectedEnd() }
  const reader = openPartitionReader(
    ports.storage,
    '',
    testStream,
    0,
    endsOf(() => ends.end),
    { contract: () => null },
  )
  const rows = new Map<number, number>()
  for (let slice = await reader.next(64); slice !== null; slice = await reader.next(64)) {
    const { offset } = slice
    const column = slice.batch.schema.position('n')
    slice.batch.rows().forEach((row, index) => {
      rows.set(offset + index, Number(row[column]))
    })
  }
  await reader.close()
  const rejected = await readRejected(ports.storage, '', testStream, 0, { ...ends, rowsMax: 1_000_000 })
  history.compare(
    rows,
    rejected.map(({ row }) => new TextDecoder().decode(row.bytes)),
  )

  const entries = edgeLedger(testStream.uid, 0, again.account())
  assert.deepEqual(auditLedger(entries), [])
  assert.deepEqual(await foldEdgeLedger(ports.storage, '', testStream, 0, ends), entries, 'the ledger is not what the log says')
  const sum = (of: (entry: (typeof entries)[number]) => number) => entries.reduce((total, entry) => total + of(entry), 0)
  assert.deepEqual([sum((entry) => entry.out), sum((entry) => entry.rejected)], [rows.size, rejected.length], 'the ledger does not balance')
}

const isDiskFault = (error: Error): boolean => ['MS-3002', 'MS-3004', 'EIO', 'ENOSPC'].includes((error as NodeJS.ErrnoException).code ?? '')
