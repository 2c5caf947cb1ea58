import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { seededRandom } from '../base/simulated/random.ts'
import type { DatasetDescriptor } from '../model/datasets.ts'
import { type Click, clicksDataset, openTestWorld, type TestWorld } from './testing.ts'

const worlds: TestWorld[] = []
after(async () => {
  for (const world of worlds) {
    await world.close()
    world.remove()
  }
})
async function world(): Promise<TestWorld> {
  const opened = await openTestWorld()
  worlds.push(opened)
  return opened
}
const day = Date.UTC(2026, 0, 1)

function clicksOf(seed: number, count: number): Click[] {
  const random = seededRandom(seed)
  const pick = <T>(...items: T[]): T => items[random.int(items.length)] as T
  return Array.from({ length: count }, () => ({
    ts: day + random.int(3 * 3_600_000),
    country: pick('br', 'de', 'is', '', null, 'Ünïcode 🎈'),
    code: pick(200, 404, -1, null),
    bytes: pick<bigint | null>(BigInt(random.int(1000)), -5n, null, 9_007_199_254_740_993n, -9_007_199_254_740_995n),
    took: pick<number | null>(random.int(100) / 8, -0.5, null),
    user: pick<string | null>(`u${random.int(50)}`, null),
  }))
}

interface Group {
  events: number
  bytes: bigint | null
  least: bigint | null
  most: number | null
  took: number | null
  users: Set<string>
}

function naive(clicks: readonly Click[]): Map<string, Group> {
  const groups = new Map<string, Group>()
  for (const click of clicks) {
    const key = JSON.stringify([Math.floor((click.ts as number) / 60_000) * 60_000, click.country, click.code])
    const group = groups.get(key) ?? { events: 0, bytes: null, least: null, most: null, took: null, users: new Set() }
    groups.set(key, group)
    group.events++
    if (click.bytes !== null) {
      group.bytes = (group.bytes ?? 0n) + click.bytes
      if (group.least === null || click.bytes < group.least) group.least = click.bytes
    }
    if (click.took !== null) {
      group.took = (group.took ?? 0) + click.took
      if (group.most === null || click.took > group.most) group.most = click.took
    }
    if (click.user !== null) group.users.add(click.user)
  }
  return groups
}

const question = `SELECT TIMESTAMP_TO_MILLIS(__time) AS t, country, code, SUM(events) AS events, SUM(bytes) AS bytes, MIN("least") AS l, MAX(most) AS m, SUM(took) AS took,
  APPROX_COUNT_DISTINCT_DS_HLL(users) AS users FROM clicks_1m GROUP BY 1, 2, 3`

async function sql(at: TestWorld, query: string): Promise<unknown[][]> {
  const answer = await at.olap.sql('default', { query, resultFormat: 'arrayLines' })
  assert.equal(answer.status, 200, answer.body)
  return answer.body
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line.replace(/(-?\d{16,})/g, '"$1n"')) as unknown[])
}

for (const rollup of [true, false]) {
  test(`any split of any rows into batches and flushes answers as the naive fold (rollup ${rollup})`, async () => {
    const at = await world()
    const dataset: DatasetDescriptor = { ...clicksDataset, rollup, queryGranularity: 'PT1M' }
    await at.olap.setDatasets([dataset])
    const clicks = clicksOf(7, 3000)
    const random = seededRandom(11)
    for (let from = 0; from < clicks.length; ) {
      const size = 1 + random.int(700)
      await at.append(random.int(2), clicks.slice(from, from + size))
      if (random.int(2) === 0) await at.olap.settled()
      from += size
    }
    await at.olap.settled()
    const expected = naive(clicks)
    const rows = await sql(at, question)
    assert.equal(rows.length, expected.size)
    for (const [t, country, code, events, bytes, least, most, took, users] of rows) {
      const group = expected.get(JSON.stringify([t, country, code]))
      assert.ok(group, JSON.stringify([t, country, code]))
      const long = (value: unknown): bigint | null => (value === null ? null : BigInt(String(value).replace('n', '')))
      assert.deepEqual(
        [events, long(bytes), long(least), most, users],
        [group.events, group.bytes, group.least, group.most, group.users.size],
        JSON.stringify([t, country, code]),
      )
      assert.ok(took === group.took || Math.abs(Number(took) - Number(group.took)) < 1e-9)
    }
    const [counted] = await sql(at, 'SELECT SUM(events), COUNT(DISTINCT country), COUNT(country) > 0 FROM clicks_1m')
    assert.deepEqual(counted?.slice(0, 2), [3000, 5])
    const ledger = await at.olap.ledger('d1')
    assert.equal(
      ledger.reduce((sum, entry) => sum + entry.in, 0),
      3000,
    )
    const [status] = await at.olap.status()
    assert.deepEqual([status?.state, status?.lagRows, status?.chunks], ['running', 0, 3])
  })
}

test('rows beyond the lateness and rows without a time are dead letters with their positions, and the account balances', async () => {
  const at = await world()
  await at.olap.setDatasets([{ ...clicksDataset, metrics: clicksDataset.metrics.slice(0, 2), latenessMs: 60_000 }])
  const click = clicksOf(1, 1)[0] as Click
  await at.append(
    0,
    [
      { ...click, ts: day },
      { ...click, ts: day - 61_000 },
      { ...click, ts: null },
      { ...click, ts: day - 60_000 },
    ],
    day,
  )
  await at.olap.settled()
  assert.deepEqual(
    at.dead.map(({ stage, offsets }) => [stage, offsets]),
    [
      ['late', [1]],
      ['pipeline', [2]],
    ],
  )
  assert.deepEqual(at.dead[0]?.batch.rows()[0]?.length, 6, 'a dead letter has all columns of its stream')
  const ledger = await at.olap.ledger('d1')
  assert.deepEqual(
    ledger.map(({ from, to, in: taken, out, late, refused }) => ({ from, to, taken, out, late, refused })),
    [{ from: 0, to: 4, taken: 4, out: 2, late: 1, refused: 1 }],
  )
  assert.deepEqual(await sql(at, 'SELECT SUM(events) FROM clicks_1m'), [[2]])
})

test('a dataset goes on where it was after a restart, is built anew when its layout changes, and drops old chunks', async () => {
  const first = await openTestWorld()
  await first.olap.setDatasets([clicksDataset])
  await first.append(0, clicksOf(3, 500))
  await first.olap.settled()
  await first.close()
  const second = await openTestWorld(first)
  worlds.push(second)
  await second.olap.setDatasets([clicksDataset])
  await second.append(0, clicksOf(4, 100))
  await second.olap.settled()
  assert.deepEqual(await sql(second, 'SELECT SUM(events), COUNT(DISTINCT country) FROM clicks_1m'), [[600, 5]])
  await second.olap.setDatasets([{ ...clicksDataset, segmentGranularity: 'P1D', queryGranularity: 'PT1H' }])
  await second.olap.settled()
  assert.deepEqual(await sql(second, 'SELECT SUM(events) FROM clicks_1m'), [[600]])
  assert.equal((await second.olap.status())[0]?.chunks, 1)
  await second.olap.setDatasets([{ ...clicksDataset, retentionMs: 3_600_000 }])
  await second.append(0, clicksOf(5, 1))
  await second.olap.settled()
  assert.deepEqual(
    (await second.olap.status()).map(({ rows, chunks }) => [rows, chunks]),
    [[0, 0]],
  )
  await second.olap.drop('d1')
  assert.deepEqual(await second.olap.status(), [])
})

test('compaction leaves a row a key, and every answer as it was', async () => {
  const at = await world()
  await at.olap.setDatasets([{ ...clicksDataset, segmentGranularity: 'all', queryGranularity: 'PT1H' }])
  const clicks = clicksOf(21, 2000)
  const rounds = 40
  for (let round = 0; round < rounds; round++) {
    await at.append(0, clicks)
    await at.olap.settled()
  }
  const before = (await at.olap.status())[0]?.rows ?? 0
  const repeated = Array.from({ length: rounds }, () => clicks).flat()
  const expected = new Set(repeated.map(({ ts, country, code }) => JSON.stringify([Math.floor((ts as number) / 3_600_000), country, code])))
  const users = new Set(repeated.map(({ user }) => user).filter((user) => user !== null))
  assert.deepEqual(await sql(at, 'SELECT SUM(events), APPROX_COUNT_DISTINCT_DS_HLL(users) FROM clicks_1m'), [[80_000, users.size]])
  assert.ok(before < 40_000, `${before} rows: it was not compacted`)
  assert.ok(Number((await sql(at, 'SELECT COUNT(*) FROM clicks_1m'))[0]?.[0]) >= expected.size)
})

test('rows are queryable within a second of their acknowledgement', async () => {
  const at = await world()
  await at.olap.setDatasets([clicksDataset])
  await at.olap.settled()
  await at.append(1, clicksOf(9, 10))
  const began = performance.now()
  for (;;) {
    const [[events] = []] = await sql(at, 'SELECT COUNT(*) FROM clicks_1m')
    if (Number(events) > 0) break
    assert.ok(performance.now() - began < 1000, 'not queryable after a second')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
})
