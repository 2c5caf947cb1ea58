import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Random } from '../base/ports.ts'
import { seededRandom } from '../base/simulated/random.ts'
import { SimulatedStorage } from '../base/simulated/storage.ts'
import { SimulatedWorld } from '../base/simulated/world.ts'
import { fileConnector } from '../connect/files/connector.ts'
import { streamConnector } from '../connect/stream/connector.ts'
import { Batch } from '../data/batch.ts'
import { physicalSchema } from '../data/contract.ts'
import { types } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import { call, planOf, scan, sink, table, watermarkOn, windowAggregateOf } from '../flow/testing/plans.ts'
import { deadLetterContract } from '../model/dead-letters.ts'
import type { JobHost } from './host.ts'
import { runJob } from './job.ts'
import { contractOf, TestHub } from './testing/hub.ts'

const contract = contractOf([
  ['ts', types.timestamp(3, false)],
  ['mark', types.timestamp(3)],
  ['k', types.string()],
  ['n', types.bigint()],
])
const fields = physicalSchema(contract).fields.map(({ name, type }) => ({ name, type }))
const countContract = contractOf([
  ['k', types.string()],
  ['agg0', types.bigint(false)],
  ['agg1', types.bigint()],
  ['window_start', types.timestamp(3, false)],
  ['window_end', types.timestamp(3, false)],
])
const sizeMs = 5_000
const delayMs = 3_000
const ms = (value: number): bigint => BigInt(value) * 1_000_000n

interface Event {
  readonly at: number
  readonly k: string
  readonly n: number
}

const batchOf = (events: readonly Event[]): Batch =>
  Batch.of(
    physicalSchema(contract),
    events.map(({ at, k, n }): Value[] => [ms(at), ms(at - delayMs), k, BigInt(n)]),
  )

function makeEvents(rng: Random, count: number): Event[] {
  let at = 0
  return Array.from({ length: count }, () => {
    at += rng.int(600)
    return { at: at - rng.int(rng.int(6) === 0 ? 15_000 : delayMs), k: `key ${rng.int(3)}`, n: rng.int(100) }
  })
}

/** Windows that fire, and rows that are late, of events that come one by one. */
function naive(events: readonly Event[]): { windows: string[]; late: number } {
  const open = new Map<string, { k: string; start: number; count: bigint; sum: bigint }>()
  const fired: string[] = []
  let watermark = Number.NEGATIVE_INFINITY
  let late = 0
  for (const { at, k, n } of events) {
    const start = Math.floor(at / sizeMs) * sizeMs
    if (start + sizeMs - 1 <= watermark) late++
    else {
      const id = `${k}@${start}`
      const held = open.get(id) ?? { k, start, count: 0n, sum: 0n }
      open.set(id, { ...held, count: held.count + 1n, sum: held.sum + BigInt(n) })
    }
    watermark = Math.max(watermark, at - delayMs)
    for (const [id, window] of open) {
      if (window.start + sizeMs - 1 > watermark) continue
      open.delete(id)
      fired.push([window.k, window.count, window.sum, ms(window.start), ms(window.start + sizeMs)].join())
    }
  }
  return { windows: fired.sort(), late }
}

const plan = (() => {
  const source = scan('scan', table('events', fields, { kind: 'stream', uid: 'events', connector: 'millstream' }), fields, 0)
  const marked = watermarkOn('mark', source, 0, 1)
  const calls = [call('COUNT', fields, null, types.bigint(false)), call('SUM', fields, 3, types.bigint())]
  const windows = windowAggregateOf('window', marked, { kind: 'tumble', timeColumn: 0, sizeMs, offsetMs: 0 }, [2], calls)
  const counts = sink('sink', windows, table('counts', windows.fields, { kind: 'stream', uid: 'counts' }))
  const files = sink('files', source, table('files', fields, { connector: 'filesystem', options: { path: 'out', format: 'json' } }))
  return planOf('streaming', source, marked, windows, counts, files)
})()
const outputs = { sink: { streamUid: 'counts', partition: 0 } }
const lateOutput = { streamUid: 'events$late', partition: 0 }

const ascending = (a: number, b: number): number => a - b

/** The lines of all files that are there to see. */
async function linesOf(storage: SimulatedStorage, folder: string): Promise<string[]> {
  const lines: string[] = []
  for (const name of await storage.list(folder)) {
    if (name.startsWith('.')) continue
    const file = await storage.open(`${folder}/${name}`, 'read')
    const bytes = new Uint8Array(await file.sizeBytes())
    await file.read(bytes, 0)
    lines.push(...new TextDecoder().decode(bytes).trim().split('\n'))
  }
  return lines
}

/** Where the crash came: the state's file is there in part or whole, the hub was asked, or it had committed and not answered. */
type Phase = 'elsewhere' | 'writing' | 'asked' | 'committed'

async function rehearse(seed: number): Promise<Phase[]> {
  const rng = seededRandom(seed)
  const world = new SimulatedWorld(seed)
  const { clock, scheduler, random } = world
  const storage = new SimulatedStorage(random, scheduler)
  const hub = new TestHub({ clock, scheduler, random, storage })
  hub.addStream('events', contract, [{ partition: 0, owner: 'gateway' }])
  hub.addStream('counts', countContract, [{ partition: 0, owner: { job: 'j' } }])
  hub.addStream('events$late', deadLetterContract, [{ partition: 0, owner: { job: 'j' } }])
  let phase: Phase = 'elsewhere'
  const connectors = [
    streamConnector({ ports: hub.ports, dataFolder: '', ends: hub.ends, streams: hub.catalogue }),
    fileConnector({ storage, folders: ['files'], realPath: async (path) => path }, clock),
  ]
  const host: JobHost = {
    ports: hub.ports,
    dataFolder: '',
    connectors,
    mode: 'compiled',
    checkpoint: async (record) => {
      phase = 'asked'
      await scheduler.turn()
      const committed = hub.checkpoint(record)
      phase = 'committed'
      await scheduler.turn()
      phase = 'elsewhere'
      return committed
    },
    status: () => {},
  }
  const events = makeEvents(rng, 120 + rng.int(120))
  const lives = 2 + rng.int(4)
  let given = 0
  const crashes: Phase[] = []
  for (let life = 1; life <= lives; life++) {
    const stopper = new AbortController()
    const job = runJob(hub.assign('j', plan, outputs, lateOutput), host, stopper.signal)
    job.catch(() => {})
    const until = life === lives ? events.length : Math.min(events.length, given + 1 + rng.int(80))
    while (given < until) {
      const part = events.slice(given, Math.min(until, given + 1 + rng.int(20)))
      given += part.length
      await world.runUntil(hub.append('events', 0, batchOf(part)))
    }
    if (life < lives) {
      const wanted = (['elsewhere', 'writing', 'asked', 'committed'] as const)[rng.int(4)]
      const crashAt = world.steps + rng.int(wanted === 'elsewhere' ? 400 : 40)
      const place = (): Phase => {
        const epoch = (hub.committed.get('j')?.epoch ?? 0) + 1
        return phase === 'elsewhere' && storage.sizeOf(`jobs/j/state/${life}-${epoch}.state`) > 0 ? 'writing' : phase
      }
      const giveUpAt = world.steps + 600
      await world.run(() => world.steps >= giveUpAt || (world.steps >= crashAt && (wanted === 'elsewhere' || place() === wanted)))
      crashes.push(place())
      phase = 'elsewhere'
      world.kill()
      storage.crash()
      hub.crash()
    } else {
      const done = (): boolean => hub.committed.get('j')?.sources['scan']?.['0'] === events.length
      await world.run(() => done() || world.clock.monotonicMs() > 3_600_000)
      assert.ok(done(), `seed ${seed}: the last life read everything`)
      stopper.abort()
      assert.equal(await world.runUntil(job), 'stopped')
    }
  }
  const expected = naive(events)
  const rows = (await world.runUntil(hub.read('counts', 0))).map((row) => row.join()).sort()
  assert.deepEqual(rows, expected.windows, `windows of seed ${seed}`)
  assert.equal(hub.ends.end('events$late', 0), expected.late, `late rows of seed ${seed}`)
  const written = (await world.runUntil(linesOf(storage, 'files/out'))).map((line) => JSON.parse(line).n)
  const everyNumber = events.map(({ n }) => n)
  assert.deepEqual(written.sort(ascending), everyNumber.sort(ascending), `files of seed ${seed}`)
  const account = hub.records.flatMap((record) => record.account).filter(({ hop }) => hop === 'job:j/sink')
  let at = 0
  for (const entry of account) {
    assert.equal(entry.from, at, `the account of seed ${seed} joins`)
    assert.equal(entry.in, entry.out + entry.filtered + entry.late)
    at = entry.to
  }
  assert.equal(at, events.length)
  return crashes
}

test('a job that crashes anywhere, on a disk that loses what was not synced, still answers exactly once', async () => {
  const places = new Map<Phase, number>()
  for (let seed = 1; seed <= 50; seed++) for (const place of await rehearse(seed)) places.set(place, (places.get(place) ?? 0) + 1)
  for (const place of ['elsewhere', 'writing', 'asked', 'committed'] as const) {
    assert.ok((places.get(place) ?? 0) >= 5, `crashes at the place '${place}': ${places.get(place) ?? 0}`)
  }
})
