import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../base/limits.ts'
import type { CheckpointRecord, LedgerEntry } from '../model/hub.ts'
import { Jobs } from './jobs.ts'
import { type JobRecord, keys, type LedgerMinute } from './records.ts'
import { emptyCatalogue } from './testing.ts'

const job: JobRecord = {
  uid: 'j1',
  tenant: 'default',
  name: 'copy',
  pipelineUid: 'p1',
  pipeline: 'copy',
  index: 0,
  revision: 1,
  plan: '{}',
  outputs: {},
  lateOutput: null,
  desired: 'running',
}
const entry = (from: number, to: number, minuteMs = 0): LedgerEntry => ({
  ...{ streamUid: 's1', hop: 'job:j1', partition: 0, from, to, minuteMs },
  ...{ in: to - from, out: to - from, filtered: 0, late: 0, rejected: 0, refused: 0 },
})
const checkpoint = (attempt: number, epoch: number, account: readonly LedgerEntry[] = []): CheckpointRecord => ({
  job: 'j1',
  revision: 1,
  attempt,
  epoch,
  sources: { 'scan-1': { 0: epoch * 10 } },
  ends: { 's2/1': { end: epoch * 5, segments: [`0-${attempt}.log`] } },
  manifest: null,
  account,
})

async function oneJob() {
  const { records } = await emptyCatalogue()
  await records.commit([{ key: keys.job('j1'), expect: 0, value: job }])
  const moved: [string, number, number][] = []
  const jobs = new Jobs(records, (streamUid, partition, { end }) => moved.push([streamUid, partition, end]))
  return { records, jobs, moved }
}

test('a checkpoint is committed only by the attempt that stands, and only as the next epoch', async () => {
  const { jobs, moved } = await oneJob()
  assert.equal(await jobs.commit(checkpoint(0, 1)), false)
  assert.equal((await jobs.raiseAttempt('j1')).attempt, 1)
  assert.equal(await jobs.commit(checkpoint(1, 2)), false)
  assert.equal(await jobs.commit(checkpoint(1, 1)), true)
  assert.equal(await jobs.commit(checkpoint(1, 1)), false)
  const second = await jobs.raiseAttempt('j1')
  assert.deepEqual([second.attempt, second.epoch, second.record?.sources], [2, 1, { 'scan-1': { 0: 10 } }])
  assert.equal(await jobs.commit(checkpoint(1, 2)), false)
  assert.equal(await jobs.commit(checkpoint(2, 2)), true)
  assert.deepEqual(moved, [
    ['s2', 1, 5],
    ['s2', 1, 10],
  ])
  assert.deepEqual(jobs.end('s2', 1), { end: 10, segments: ['0-2.log'] })
})

test('of two attempts that commit at once one stands, and its account counts once', async () => {
  const { jobs, records } = await oneJob()
  await jobs.raiseAttempt('j1')
  const answers = await Promise.all([jobs.commit(checkpoint(1, 1, [entry(0, 10)])), jobs.commit(checkpoint(1, 1, [entry(0, 10)]))])
  assert.deepEqual([...answers].sort(), [false, true])
  assert.equal(records.get<LedgerMinute>(keys.total('s1', 'job:j1'))?.value.partitions[0]?.in, 10)
})

test('the account adds up by minute and in total, in the transaction of its checkpoint; a hole is noticed', async () => {
  const { jobs, records } = await oneJob()
  await jobs.raiseAttempt('j1')
  await jobs.commit(checkpoint(1, 1, [entry(0, 10), entry(10, 12, 60_000)]))
  await jobs.commit(checkpoint(1, 2, [entry(12, 20, 60_000)]))
  assert.deepEqual(jobs.gaps('j1'), [])
  assert.equal(records.get<LedgerMinute>(keys.total('s1', 'job:j1'))?.value.partitions[0]?.in, 20)
  assert.deepEqual(
    (await records.scan<LedgerMinute>(keys.ledgerOf('s1'))).map(([key, minute]) => [
      key,
      minute.partitions[0]?.from,
      minute.partitions[0]?.to,
    ]),
    [
      ['ledger/s1/job:j1/0', 0, 10],
      ['ledger/s1/job:j1/60000', 10, 20],
    ],
  )
  await jobs.commit(checkpoint(1, 3, [entry(25, 30)]))
  assert.deepEqual(jobs.gaps('j1'), ['job:j1 s1/0: 20 is followed by 25'])
})

test('old minutes of the account are on the disk, not in memory, and still add up', async () => {
  const { jobs, records } = await oneJob()
  await jobs.raiseAttempt('j1')
  const minutes = limits.ledgerMinutesKept + 4
  for (let minute = 0; minute < minutes; minute++) {
    assert.ok(await jobs.commit(checkpoint(1, minute + 1, [entry(minute, minute + 1, minute * 60_000)])))
  }
  const inMemory = Array.from({ length: minutes }, (_, minute) => records.get(keys.ledgerMinute('s1', 'job:j1', minute * 60_000)) !== null)
  assert.deepEqual(inMemory, [...new Array(4).fill(false), ...new Array(limits.ledgerMinutesKept).fill(true)])
  // A row that comes late is added to a minute that was let go of.
  assert.ok(await jobs.commit(checkpoint(1, minutes + 1, [entry(minutes, minutes + 2, 0)])))
  const first = await records.fetch<LedgerMinute>(keys.ledgerMinute('s1', 'job:j1', 0))
  assert.equal(first?.value.partitions[0]?.in, 3)
  assert.deepEqual(jobs.gaps('j1'), [])
})

test('a finished or stopped job wants no worker', async () => {
  const { jobs } = await oneJob()
  await jobs.raiseAttempt('j1')
  assert.deepEqual(
    jobs.wanted().map(({ uid }) => uid),
    ['j1'],
  )
  await jobs.finish('j1', 0)
  assert.equal(jobs.wanted().length, 1)
  await jobs.finish('j1', 1)
  assert.deepEqual(jobs.wanted(), [])
})

test('a job that is gone commits nothing', async () => {
  const { jobs, records } = await oneJob()
  await jobs.raiseAttempt('j1')
  await records.commit([{ key: keys.job('j1'), expect: 1, value: null }])
  assert.equal(await jobs.commit(checkpoint(1, 1)), false)
})
