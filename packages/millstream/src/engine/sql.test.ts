import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { nodeStorage } from '../base/real/storage.ts'
import { systemClock, systemRandom, systemScheduler } from '../base/real/system.ts'
import { seededRandom } from '../base/simulated/random.ts'
import { SimulatedStorage } from '../base/simulated/storage.ts'
import { SimulatedWorld } from '../base/simulated/world.ts'
import { streamConnector } from '../connect/stream/connector.ts'
import { runJob } from './job.ts'
import type { TestHub } from './testing/hub.ts'
import { SqlPlace } from './testing/sql-place.ts'

const folder = mkdtempSync(join(tmpdir(), 'millstream-sql-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const streams = (hub: TestHub) => [streamConnector({ ports: hub.ports, dataFolder: '', ends: hub.ends, streams: hub.catalogue })]
const onFiles = (): SqlPlace =>
  new SqlPlace(
    { clock: systemClock, scheduler: systemScheduler, random: systemRandom, storage: nodeStorage(mkdtempSync(join(folder, 'x'))) },
    streams,
  )

test('LIMIT without an order ends a SELECT, live too', async () => {
  const place = onFiles()
  place.create("CREATE TABLE s (n INT) WITH ('connector' = 'millstream')")
  await place.send('s', { n: 1 }, { n: 2 }, { n: 3 }, { n: 4 })
  for (const mode of ['batch', 'streaming'] as const) {
    assert.deepEqual(await place.ask('SELECT n FROM s WHERE n > 1 LIMIT 2', mode), [[2], [3]])
    assert.deepEqual(await place.ask('SELECT n FROM s LIMIT 1 OFFSET 2', mode), [[3]])
  }
  assert.deepEqual(await place.ask('SELECT n * 10 FROM (SELECT n FROM s LIMIT 2) WHERE n > 1', 'streaming', 1), [[20]])
  await place.hub.close()
})

test('system columns are read from the log: unknown fields as JSON, offset, partition, and when a row came', async () => {
  const place = onFiles()
  place.create("CREATE TABLE s (n INT, extra STRING METADATA FROM 'unknown_fields' VIRTUAL) WITH ('connector' = 'millstream')")
  const before = systemClock.nowMs()
  await place.send('s', { n: 1 }, { n: 2, mood: 'good', deep: { x: [1] } })
  await place.send('s', { n: 3 })
  assert.deepEqual(await place.ask('SELECT n, unknown_fields, `offset`, `partition` FROM s'), [
    [1, null, 0n, 0],
    [2, '{"mood":"good","deep":{"x":[1]}}', 1n, 0],
    [3, null, 2n, 0],
  ])
  assert.deepEqual(await place.ask("SELECT n, JSON_VALUE(extra, '$.mood') FROM s WHERE unknown_fields IS NOT NULL"), [[2, 'good']])
  const [row = []] = await place.ask('SELECT ingest_time FROM s WHERE n = 3')
  assert.ok(Math.abs(Number(row[0]) / 1e6 - before) < 60_000)
  await place.hub.close()
})

const counts = "CREATE TABLE counts (country STRING, n BIGINT, PRIMARY KEY (country) NOT ENFORCED) WITH ('connector' = 'millstream')"
const many = "CREATE TABLE many (country STRING, n BIGINT, PRIMARY KEY (country) NOT ENFORCED) WITH ('connector' = 'millstream')"

test('an upsert stream keeps the last row of each key: filtered, sorted, grouped, live; old keys are read however short the query looks back', async () => {
  const place = onFiles()
  place.create(counts)
  await place.send('counts', { country: 'BR', n: 1 }, { country: 'DE', n: 7 }, { country: 'BR', n: 9 }, { country: 'US', n: 3 })
  await place.send('counts', { country: 'US', n: 2 })
  assert.deepEqual(await place.ask('SELECT * FROM counts ORDER BY n'), [
    ['US', 2n],
    ['DE', 7n],
    ['BR', 9n],
  ])
  assert.deepEqual(await place.ask('SELECT country FROM counts WHERE n > 8 OR n = 1'), [['BR']])
  assert.deepEqual(await place.ask('SELECT COUNT(*), SUM(n), MIN(n), MAX(n) FROM counts'), [[3n, 18n, 2n, 9n]])
  assert.deepEqual(await place.ask('SELECT n FROM counts WHERE n < 4', 'streaming', 4), [[1n], [1n], [3n], [3n]])
  await place.hub.close()
})

/** One seed: events are counted by country into an upsert stream, and what is large goes on into another; both jobs die now and then. */
async function rehearse(seed: number): Promise<number> {
  const rng = seededRandom(seed)
  const world = new SimulatedWorld(seed)
  const { clock, scheduler, random } = world
  const storage = new SimulatedStorage(random, scheduler)
  const place = new SqlPlace({ clock, scheduler, random, storage }, streams)
  place.create("CREATE TABLE events (country STRING, n BIGINT) WITH ('connector' = 'millstream')")
  place.create(counts, { job: 'count' })
  place.create(many, { job: 'filter' })
  const jobs = {
    count: place.plan('INSERT INTO counts SELECT country, COUNT(*) FROM events GROUP BY country HAVING MIN(n) < 8'),
    filter: place.plan('INSERT INTO many SELECT country, n * 10 FROM counts WHERE MOD(n, 3) <> 0'),
  }
  const groups = new Map<string, { count: number; least: number }>()
  const lives = 3
  for (let life = 1; life <= lives; life++) {
    const stopper = new AbortController()
    const running = Object.entries(jobs).map(([uid, { plan, outputs }]) => {
      const job = runJob(place.hub.assign(uid, plan, outputs), place.host(), stopper.signal)
      job.catch(() => {})
      return job
    })
    for (let part = 1 + rng.int(6); part > 0; part--) {
      const events = Array.from({ length: 1 + rng.int(20) }, () => ({ country: `c${rng.int(4)}`, n: rng.int(60) }))
      for (const { country, n } of events) {
        const held = groups.get(country) ?? { count: 0, least: n }
        groups.set(country, { count: held.count + 1, least: Math.min(held.least, n) })
      }
      await world.runUntil(place.send('events', ...events))
    }
    if (life < lives) {
      const crashAt = world.steps + rng.int(500)
      await world.run(() => world.steps >= crashAt)
      world.kill()
      storage.crash()
      place.hub.crash()
      continue
    }
    const read = (job: keyof typeof jobs, stream: string): boolean => {
      const scan = jobs[job].plan.nodes.find((node) => node.kind === 'scan')?.id ?? ''
      return (place.hub.committed.get(job)?.sources[scan]?.['0'] ?? 0) === place.hub.ends.end(stream, 0)
    }
    await world.run(() => (read('count', 'events') && read('filter', 'counts')) || clock.monotonicMs() > 3_600_000)
    stopper.abort()
    for (const job of running) assert.equal(await world.runUntil(job), 'stopped', `seed ${seed}`)
  }
  const expected = [...groups].filter(([, { least }]) => least < 8).map(([country, { count }]) => [country, BigInt(count)] as const)
  const sorted = (rows: readonly (readonly unknown[])[]) => rows.map((row) => row.join()).sort()
  assert.deepEqual(sorted(await world.runUntil(place.ask('SELECT * FROM counts'))), sorted(expected), `counts of seed ${seed}`)
  const large = expected.flatMap(([country, count]) => (count % 3n === 0n ? [] : [[country, 10n * count]]))
  assert.deepEqual(sorted(await world.runUntil(place.ask('SELECT country, n FROM many'))), sorted(large), `many of seed ${seed}`)
  return place.hub.ends.end('counts', 0)
}

test('counts by key go into an upsert stream and from there on, right to the row, wherever the jobs are killed', async () => {
  let written = 0
  for (let seed = 1; seed <= 25; seed++) written += await rehearse(seed)
  assert.ok(written > 100)
})
