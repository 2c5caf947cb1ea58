import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createClient, MillstreamProblem } from '../../packages/client/src/client.ts'
import { type RunningServer, startServer } from '../server/start.ts'

const folder = mkdtempSync(join(tmpdir(), 'millstream-upsert-'))
let server: RunningServer
let client: ReturnType<typeof createClient>

const start = async (): Promise<void> => {
  server = await startServer({ dataFolder: join(folder, 'data') })
  client = createClient({ server: server.url })
}
before(start)
after(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

const countries = ['BR', 'DE', 'US'] as const
const send = (from: number, to: number) =>
  client.send(
    'visits',
    Array.from({ length: to - from }, (_, i) =>
      JSON.stringify({ country: countries[(((from + i) % 6) >> 1) % 3], n: from + i, mood: 'good' }),
    ).join('\n'),
  )

/** The answer once it is as wanted; while a part of the server comes up again, it is asked once more. The last answer is what the assertion shows. */
async function rowsOf(sql: string, wanted: (rows: readonly (readonly unknown[])[]) => boolean = () => true) {
  const until = Date.now() + 20_000
  for (;;) {
    try {
      const { rows } = await client.sqlAll({ sql })
      if (wanted(rows) || Date.now() > until) return rows
    } catch (error) {
      if (!(error instanceof MillstreamProblem && error.retry) || Date.now() > until) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const counts = (events: number) =>
  rowsOf('SELECT * FROM counts_by_country ORDER BY n DESC, country', (rows) => rows.reduce((sum, [, n]) => sum + Number(n), 0) === events)

test('counts by key live in an upsert stream, over a killed job and a killed server', async () => {
  await client.put('streams', 'visits', { sql: "CREATE TABLE visits (country STRING, n INT) WITH ('connector' = 'millstream')" })
  await client.put('streams', 'counts_by_country', {
    sql: "CREATE TABLE counts_by_country (country STRING, n BIGINT, PRIMARY KEY (country) NOT ENFORCED) WITH ('connector' = 'millstream')",
  })
  await client.put('pipelines', 'count', {
    sql: 'INSERT INTO counts_by_country SELECT country, COUNT(*) FROM visits GROUP BY country',
  })
  await send(0, 7)
  assert.deepEqual(await counts(7), [
    ['BR', 3],
    ['DE', 2],
    ['US', 2],
  ])

  const job = server.processes().find(({ role }) => role.startsWith('job'))
  assert.ok(job !== undefined, JSON.stringify(server.processes()))
  await send(7, 10)
  process.kill(job.pid, 'SIGKILL')
  await send(10, 20)
  assert.deepEqual(await counts(20), [
    ['BR', 8],
    ['DE', 6],
    ['US', 6],
  ])

  const ended = new Promise((resolve) => server.process.once('exit', resolve))
  server.process.kill('SIGKILL')
  await ended
  await start()
  await send(20, 24)
  assert.deepEqual(await counts(24), [
    ['BR', 8],
    ['DE', 8],
    ['US', 8],
  ])
  assert.deepEqual(await rowsOf("SELECT COUNT(*), SUM(n) FROM counts_by_country WHERE country <> 'US'"), [[2, 16]])
})

test('unknown fields, EXPLAIN and LIMIT through the door', async () => {
  assert.deepEqual(await rowsOf("SELECT n, JSON_VALUE(unknown_fields, '$.mood') FROM visits WHERE n = 3"), [[3, 'good']])
  const plan = await rowsOf('EXPLAIN SELECT country FROM counts_by_country WHERE n > 1')
  assert.match(plan.map(([line]) => line).join('\n'), /normalize-\d+: by \[country\]/)
  const seen: unknown[] = []
  let end = ''
  for await (const message of client.preview({ sql: 'SELECT n FROM visits LIMIT 3', from: 'earliest' })) {
    if (message.type === 'rows') seen.push(...message.rows)
    end = message.type
  }
  assert.deepEqual([seen, end], [[[0], [1], [2]], 'end'])
})

test('a dataset of a stream whose rows replace each other is not there yet, and says so', async () => {
  await assert.rejects(
    client.put('datasets', 'counted', {
      dataset: 'counted',
      from: 'counts_by_country',
      timestamp: 'n',
      dimensions: ['country'],
      metrics: [{ name: 'events', type: 'count' }],
    }),
    { code: 'MS-7000' },
  )
})
