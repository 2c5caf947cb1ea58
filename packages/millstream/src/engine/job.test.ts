import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { nodeStorage } from '../base/real/storage.ts'
import { systemClock, systemRandom, systemScheduler } from '../base/real/system.ts'
import { streamConnector } from '../connect/stream/connector.ts'
import { Batch } from '../data/batch.ts'
import { physicalSchema } from '../data/contract.ts'
import { types } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import type { Expression } from '../expr/expression.ts'
import { call, column, inputOf, planOf, scan, sink, table, watermarkOn, windowAggregateOf } from '../flow/testing/plans.ts'
import { deadLetterContract } from '../model/dead-letters.ts'
import type { PlanNode } from '../model/plan.ts'
import type { JobEnd, JobHost } from './host.ts'
import { runJob } from './job.ts'
import { contractOf, TestHub } from './testing/hub.ts'

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A hub over a temporary folder; `clock` so that a test can make a minute pass. */
function place(clock = systemClock) {
  const folder = mkdtempSync(join(tmpdir(), 'millstream-job-'))
  folders.push(folder)
  const hub = new TestHub({ clock, scheduler: systemScheduler, random: systemRandom, storage: nodeStorage(folder) })
  const connectors = [streamConnector({ ports: hub.ports, dataFolder: '', ends: hub.ends, streams: hub.catalogue })]
  const host: JobHost = {
    ports: hub.ports,
    dataFolder: '',
    connectors,
    mode: 'compiled',
    checkpoint: async (record) => hub.checkpoint(record),
    status: (status) => hub.statuses.push(status),
  }
  return { hub, host }
}

async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 10_000
  while (!condition()) {
    if (Date.now() > giveUpAt) throw new Error('waited 10 s in vain')
    await systemScheduler.sleep(5)
  }
}

const inContract = contractOf([
  ['ts', types.timestamp(3, false)],
  ['mark', types.timestamp(3)],
  ['name', types.string()],
  ['n', types.bigint()],
])
const inFields = physicalSchema(inContract).fields.map(({ name, type }) => ({ name, type }))
const outContract = contractOf([
  ['name', types.string()],
  ['n', types.bigint()],
])
const ms = (value: number): bigint => BigInt(value) * 1_000_000n
const events = (numbers: readonly number[], delayMs = 0): Batch =>
  Batch.of(
    physicalSchema(inContract),
    numbers.map((n): Value[] => [ms(n * 1000), ms(n * 1000 - delayMs), `row ${n}`, BigInt(n)]),
  )

/** SELECT name, n FROM events WHERE n > 2. */
function filterPlan() {
  const from = table('events', inFields, { kind: 'stream', uid: 'events', connector: 'millstream' })
  const source = scan('scan', from, inFields, 0)
  const two: Expression = { kind: 'literal', value: 2n, type: types.bigint(false) }
  const condition: Expression = { kind: 'call', function: '>', args: [inputOf(inFields, 3), two], type: types.boolean() }
  const fields = [column('name', types.string()), column('n', types.bigint())]
  const projections = [inputOf(inFields, 2), inputOf(inFields, 3)]
  const calc: PlanNode = { kind: 'calc', id: 'calc', fields, changes: 'insert', rowtime: null, input: 'scan', condition, projections }
  const into = table('out', fields, { kind: 'stream', uid: 'out', connector: 'millstream' })
  return planOf('streaming', source, calc, sink('sink', calc, into))
}

const outputs = { sink: { streamUid: 'out', partition: 4 } }

function run(host: JobHost, assignment: Parameters<typeof runJob>[0]): { stop(): void; ended: Promise<JobEnd> } {
  const stopper = new AbortController()
  const ended = runJob(assignment, host, stopper.signal)
  return { stop: () => stopper.abort(), ended }
}

test('a filter from stream to stream: rows, the account, and a restart that goes on where it was', async () => {
  const { hub, host } = place()
  hub.addStream('events', inContract, [
    { partition: 0, owner: 'gateway' },
    { partition: 1, owner: 'gateway' },
  ])
  hub.addStream('out', outContract, [{ partition: 4, owner: { job: 'j' } }])
  await hub.append('events', 0, events([1, 2, 3, 4]))
  const first = run(host, hub.assign('j', filterPlan(), outputs))
  await until(() => hub.ends.end('out', 4) === 2)
  await hub.append('events', 1, events([0, 5]))
  await until(() => hub.ends.end('out', 4) === 3)
  first.stop()
  assert.equal(await first.ended, 'stopped')

  await hub.append('events', 0, events([6, 1]))
  const second = run(host, hub.assign('j', filterPlan(), outputs))
  await until(() => hub.ends.end('out', 4) === 4)
  second.stop()
  await second.ended
  const rows = await hub.read('out', 4)
  assert.deepEqual(
    rows.map(([, n]) => Number(n)),
    [3, 4, 5, 6],
  )

  const account = hub.records.flatMap((record) => record.account)
  for (const partition of [0, 1]) {
    let at = 0
    for (const entry of account.filter((entry) => entry.partition === partition)) {
      assert.equal(entry.from, at, 'ranges join without gap or overlap')
      assert.equal(entry.in, entry.out + entry.filtered + entry.late)
      assert.equal(entry.in, entry.to - entry.from)
      assert.equal(entry.hop, 'job:j')
      at = entry.to
    }
    assert.equal(at, hub.ends.end('events', partition))
  }
  assert.equal(
    account.reduce((sum, entry) => sum + entry.out, 0),
    4,
  )
  await hub.close()
})

test('a worker whose attempt no longer stands is refused, and ends', async () => {
  const { hub, host } = place()
  hub.addStream('events', inContract, [{ partition: 0, owner: 'gateway' }])
  hub.addStream('out', outContract, [{ partition: 4, owner: { job: 'j' } }])
  const zombie = run(host, hub.assign('j', filterPlan(), outputs))
  await systemScheduler.sleep(20)
  const heir = run(host, hub.assign('j', filterPlan(), outputs))
  await hub.append('events', 0, events([3, 4, 5]))
  assert.equal(await zombie.ended, 'refused')
  await until(() => hub.ends.end('out', 4) === 3)
  heir.stop()
  await heir.ended
  assert.equal((await hub.read('out', 4)).length, 3)
  await hub.close()
})

/** Counts by 10 s windows, watermark by the column `mark`. */
function countPlan(idleTimeoutMs: number) {
  const from = table('events', inFields, { kind: 'stream', uid: 'events', connector: 'millstream' })
  const source = scan('scan', from, inFields, 0)
  const marked = watermarkOn('mark', source, 0, 1, idleTimeoutMs)
  const count = call('COUNT', inFields, null, types.bigint(false))
  const windows = windowAggregateOf('window', marked, { kind: 'tumble', timeColumn: 0, sizeMs: 10_000, offsetMs: 0 }, [], [count])
  const into = table('counts', windows.fields, { kind: 'stream', uid: 'counts', connector: 'millstream' })
  return planOf('streaming', source, marked, windows, sink('sink', windows, into))
}
const countContract = contractOf([
  ['agg0', types.bigint(false)],
  ['window_start', types.timestamp(3, false)],
  ['window_end', types.timestamp(3, false)],
])

test('ten events into a four-partition stream, then one 20 s later: the window fires, once the silent partitions are idle', async () => {
  let nowMs = 1_000_000
  const { hub, host } = place({ nowMs: () => nowMs, monotonicMs: () => performance.now() })
  hub.addStream(
    'events',
    inContract,
    [0, 1, 2, 3].map((partition) => ({ partition, owner: 'gateway' as const })),
  )
  hub.addStream('counts', countContract, [{ partition: 0, owner: { job: 'j' } }])
  const job = run(host, hub.assign('j', countPlan(5_000), { sink: { streamUid: 'counts', partition: 0 } }))
  await hub.append('events', 2, events([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 5_000))
  nowMs += 20_000
  await hub.append('events', 0, events([29], 5_000))
  await until(() => (hub.statuses.at(-1)?.lagRows ?? 1) === 0)
  nowMs += 6_000
  await until(() => hub.ends.end('counts', 0) === 1)
  job.stop()
  await job.ended
  assert.deepEqual(await hub.read('counts', 0), [[10n, 0n, ms(10_000)]])
  await hub.close()
})

test('without an idle timeout the silent partition holds the window, and the status names it', async () => {
  const { hub, host } = place()
  hub.addStream(
    'events',
    inContract,
    [0, 1].map((partition) => ({ partition, owner: 'gateway' as const })),
  )
  hub.addStream('counts', countContract, [{ partition: 0, owner: { job: 'j' } }])
  await hub.append('events', 0, events([1, 2, 40]))
  const job = run(host, hub.assign('j', countPlan(0), { sink: { streamUid: 'counts', partition: 0 } }))
  await until(() => hub.statuses.some((status) => status.nodes['window']?.rowsIn === 3))
  job.stop()
  await job.ended
  assert.equal(hub.ends.end('counts', 0), 0)
  assert.equal(hub.statuses.at(-1)?.heldBy, 'events partition 1 (no rows yet)')
  await hub.close()
})

test('late rows are counted, kept as dead letters with their row and place, and part of the account', async () => {
  const { hub, host } = place()
  hub.addStream('events', inContract, [{ partition: 0, owner: 'gateway' }])
  hub.addStream('counts', countContract, [{ partition: 0, owner: { job: 'j' } }])
  hub.addStream('events$late', deadLetterContract, [{ partition: 3, owner: { job: 'j' } }])
  await hub.append('events', 0, events([1, 2, 40, 3]))
  const late = { streamUid: 'events$late', partition: 3 }
  const job = run(host, hub.assign('j', countPlan(0), { sink: { streamUid: 'counts', partition: 0 } }, late))
  await until(() => hub.ends.end('events$late', 3) === 1)
  job.stop()
  await job.ended
  const [row] = await hub.read('events$late', 3)
  assert.deepEqual(row?.slice(0, 3), ['late', 'job:j', 'MS-5011'])
  assert.deepEqual(row?.slice(4), [
    '{"ts":"1970-01-01T00:00:03.000","mark":"1970-01-01T00:00:03.000","name":"row 3","n":3}',
    0,
    0n,
    1,
    ms(3_000),
  ])
  const lateRows = hub.records.flatMap((record) => record.account).reduce((sum, entry) => sum + entry.late, 0)
  assert.equal(lateRows, 1)
  assert.deepEqual(await hub.read('counts', 0), [[2n, 0n, ms(10_000)]])
  await hub.close()
})
