import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedStorage } from '../base/simulated/storage.ts'
import { SimulatedWorld } from '../base/simulated/world.ts'
import { blackholeConnector } from '../connect/blackhole/connector.ts'
import { streamConnector } from '../connect/stream/connector.ts'
import { Batch } from '../data/batch.ts'
import { physicalSchema } from '../data/contract.ts'
import { types } from '../data/types.ts'
import { call, groupAggregateOf, planOf, scan, sink, table } from '../flow/testing/plans.ts'
import type { TableDescriptor } from '../model/tables.ts'
import type { JobHost } from './host.ts'
import { runJob } from './job.ts'
import { contractOf, TestHub } from './testing/hub.ts'

const contract = contractOf([['n', types.bigint()]])
const fields = physicalSchema(contract).fields.map(({ name, type }) => ({ name, type }))
const events = table('events', fields, { kind: 'stream', uid: 'events', connector: 'millstream' })

async function place() {
  const world = new SimulatedWorld(7)
  const storage = new SimulatedStorage(world.random, world.scheduler)
  const hub = new TestHub({ clock: world.clock, scheduler: world.scheduler, random: world.random, storage })
  hub.addStream('events', contract, [{ partition: 0, owner: 'gateway' }])
  await world.runUntil(hub.append('events', 0, Batch.of(physicalSchema(contract), [[1n], [null], [2n]])))
  const connectors = [streamConnector({ ports: hub.ports, dataFolder: '', ends: hub.ends, streams: hub.catalogue }), blackholeConnector]
  const host: JobHost = {
    ports: hub.ports,
    dataFolder: '',
    connectors,
    mode: 'compiled',
    checkpoint: async (record) => hub.checkpoint(record),
    status: (status) => hub.statuses.push(status),
  }
  return { world, storage, hub, host }
}

/** Every row as it is, from one table to another. */
function copy(from: TableDescriptor, to: TableDescriptor) {
  const source = scan('scan', from, fields)
  return planOf('streaming', source, sink('sink', source, to))
}

test('a connector that is not there, or has no such side, is named with those that are', async () => {
  const { world, hub, host } = await place()
  const nowhere = table('out', fields, { connector: 'telegraph' })
  await assert.rejects(world.runUntil(runJob(hub.assign('j', copy(events, nowhere), {}), host, new AbortController().signal)), {
    code: 'MS-5003',
    message: "Table out uses the connector 'telegraph', which cannot be used as a sink",
    advice: 'Use one of: millstream, blackhole.',
  })
  assert.equal(hub.statuses.at(-1)?.error?.code, 'MS-5003', 'the hub is told why a job failed')
  const hole = table('hole', fields, { connector: 'blackhole' })
  const job = runJob(hub.assign('j', copy(hole, hole), {}), host, new AbortController().signal)
  await assert.rejects(world.runUntil(job), { code: 'MS-5003' })
  assert.equal(hub.statuses.at(-1)?.error?.code, 'MS-5003', 'the hub is told why a job failed')
})

test('a stream takes inserts only: a query that updates is refused before it runs', async () => {
  const { world, hub, host } = await place()
  const source = scan('scan', events, fields)
  const groups = groupAggregateOf('group', source, [], [call('COUNT', fields, null, types.bigint(false))])
  const plan = planOf('streaming', source, groups, sink('sink', groups, events))
  const job = runJob(hub.assign('j', plan, { sink: { streamUid: 'events', partition: 9 } }), host, new AbortController().signal)
  await assert.rejects(world.runUntil(job), { code: 'MS-5004' })
})

test('a null in a NOT NULL column of the sink fails the job by name', async () => {
  const { world, hub, host } = await place()
  const strict = table('strict', [{ name: 'n', type: types.bigint(false) }], { connector: 'blackhole' })
  const job = runJob(hub.assign('j', copy(events, strict), {}), host, new AbortController().signal)
  await assert.rejects(world.runUntil(job), { code: 'MS-5009', message: 'A row for table strict has no value in its NOT NULL column n' })
})

test('a stream that is gone is named', async () => {
  const { world, hub, host } = await place()
  const gone = { ...events, uid: 'older', name: 'gone' }
  const job = runJob(hub.assign('j', copy(gone, table('hole', fields, { connector: 'blackhole' })), {}), host, new AbortController().signal)
  await assert.rejects(world.runUntil(job), { code: 'MS-5012' })
})

test('state that was damaged on the disk is found by its checksum', async () => {
  const { world, storage, hub, host } = await place()
  const source = scan('scan', events, fields)
  const groups = groupAggregateOf('group', source, [0], [call('COUNT', fields, null, types.bigint(false))])
  const plan = planOf('streaming', source, groups, sink('sink', groups, table('hole', groups.fields, { connector: 'blackhole' })))
  const stopper = new AbortController()
  const first = runJob(hub.assign('j', plan, {}), host, stopper.signal)
  await world.run(() => hub.committed.get('j')?.sources['scan']?.['0'] === 3)
  stopper.abort()
  assert.equal(await world.runUntil(first), 'stopped')
  const [file] = await world.runUntil(storage.list('jobs/j/state'))
  storage.flipBit(`jobs/j/state/${file}`, 3, 4)
  const second = runJob(hub.assign('j', plan, {}), host, new AbortController().signal)
  await assert.rejects(world.runUntil(second), { code: 'MS-5007' })
})
