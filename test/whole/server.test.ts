import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createClient, MillstreamProblem } from '../../packages/client/src/client.ts'
import { underLoad } from '../server/load.ts'
import { memoryMb, processTree, type RunningServer, startServer } from '../server/start.ts'

const memoryMbMax = 350
const orphansGoneWithinMs = underLoad(2000)
const folder = mkdtempSync(join(tmpdir(), 'millstream-server-'))
const dataFolder = join(folder, 'data')
let server: RunningServer
let client: ReturnType<typeof createClient>

const restart = async (): Promise<void> => {
  server = await startServer({ dataFolder })
  client = createClient({ server: server.url })
}
before(restart)
after(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Asks again until the answer is as wanted; the last one is what the assertion shows. */
async function eventually<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean, withinMs = 15_000): Promise<T> {
  const until = Date.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (wanted(answer) || Date.now() > until) return answer
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const problem = async (asked: Promise<unknown>): Promise<MillstreamProblem> => {
  const error = await asked.then(
    () => null,
    (failed: unknown) => failed,
  )
  assert.ok(error instanceof MillstreamProblem, `a problem was expected, not ${String(error)}`)
  return error
}

const visits = `CREATE TABLE visits (
  ts TIMESTAMP_LTZ(3) NOT NULL,
  country STRING,
  ms BIGINT,
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) DISTRIBUTED BY HASH(country) INTO 4 BUCKETS WITH ('connector' = 'millstream', 'scan.watermark.idle-timeout' = '200 ms')`
const start = Date.parse('2026-01-01T00:00:00Z')
const event = (i: number): string =>
  JSON.stringify({ ts: new Date(start + i * 1000).toISOString(), country: i % 2 === 0 ? 'BR' : 'DE', ms: i })

test('an idle server is small, and its data folder is its own', async () => {
  await eventually(
    async () => (await fetch(`${server.url}/health/ready`)).status,
    (status) => status === 200,
  )
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const roles = server.processes().map(({ pid, role }) => ({ role, mb: Math.round(memoryMb(pid)) }))
  const total = roles.reduce((sum, { mb }) => sum + mb, 0)
  assert.ok(total < memoryMbMax, `${total} MB: ${JSON.stringify(roles)}`)
  assert.equal(statSync(dataFolder).mode & 0o777, 0o700)
})

test('streams in, answers out: contract, pipeline, window, dataset, SQL, ledger, dead letters', async () => {
  const created = await client.put('streams', 'visits', { sql: visits })
  assert.equal(created.partitions.length, 4)
  await client.put('streams', 'slow', { sql: "CREATE TABLE slow (country STRING, ms BIGINT) WITH ('connector' = 'millstream')" })
  await client.put('streams', 'per_10s', {
    sql: "CREATE TABLE per_10s (ended TIMESTAMP_LTZ(3), n BIGINT NOT NULL) WITH ('connector' = 'millstream')",
  })
  await client.put('pipelines', 'slow_visits', { sql: 'INSERT INTO slow SELECT country, ms FROM visits WHERE ms >= 5' })
  const windowed = await client.put('pipelines', 'counts', {
    sql: `INSERT INTO per_10s SELECT window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE visits, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end`,
  })
  assert.deepEqual([windowed.reads, windowed.writes], [['visits'], ['per_10s']])
  await client.put('datasets', 'visits_1m', {
    dataset: 'visits_1m',
    from: 'visits',
    timestamp: 'ts',
    granularity: { segment: 'hour', query: 'minute', rollup: true },
    dimensions: ['country'],
    metrics: [
      { name: 'events', type: 'count' },
      { name: 'ms', type: 'longSum', fieldName: 'ms' },
    ],
  })
  const rows = Array.from({ length: 10 }, (_, i) => event(i))
  const answer = await client.send('visits', [...rows, '{"ts":"never"}'].join('\n'))
  assert.deepEqual([answer.accepted, answer.rejected, answer.errors[0]?.line], [10, 1, 11])
  await client.send('visits', event(29))

  const slow = await eventually(
    () => Array.fromAsync(client.tail('slow', { follow: false, from: 'earliest' })),
    (found) => found.length >= 6,
  )
  assert.deepEqual(
    slow.map(({ row }) => row['ms']).sort((a, b) => Number(a) - Number(b)),
    [5, 6, 7, 8, 9, 29],
  )
  const windows = await eventually(
    () => Array.fromAsync(client.tail('per_10s', { follow: false, from: 'earliest' })),
    (found) => found.length >= 1,
  )
  assert.deepEqual(
    windows.map(({ row }) => row),
    [{ ended: '2026-01-01T00:00:10.000Z', n: 10 }],
  )
  const flink = await client.sqlAll({ sql: 'SELECT country, COUNT(*) AS n FROM visits GROUP BY country ORDER BY country' })
  assert.deepEqual(
    [flink.dialect, flink.rows],
    [
      'flink',
      [
        ['BR', 5],
        ['DE', 6],
      ],
    ],
  )
  const druid = await eventually(
    () => client.sqlAll({ sql: 'SELECT country, SUM(events) AS n, SUM(ms) AS s FROM visits_1m GROUP BY 1 ORDER BY 1' }),
    ({ rows: found }) => found[1]?.[1] === 6,
  )
  assert.deepEqual(
    [druid.dialect, druid.rows],
    [
      'druid',
      [
        ['BR', 5, 20],
        ['DE', 6, 54],
      ],
    ],
  )
  const ledger = await eventually(
    () => client.ledger('visits'),
    ({ hops }) => hops.length === 4 && hops.every((hop) => hop.hop === 'edge' || hop.in === 11),
  )
  assert.deepEqual(ledger.totals, { received: 12, accepted: 11, rejected: 1, late: 0, balanced: true })
  assert.deepEqual(ledger.hops.map(({ hop }) => hop).sort(), ['dataset:visits_1m', 'edge', 'pipeline:counts', 'pipeline:slow_visits'])
  assert.deepEqual(ledger.differences, [])
  const letters = await client.deadLetters('visits')
  assert.deepEqual([letters.items.length, letters.items[0]?.body], [1, '{"ts":"never"}'])
})

test('a preview shows live rows and deploys nothing', async () => {
  const seen: unknown[] = []
  for await (const message of client.preview({
    sql: 'INSERT INTO slow SELECT country, ms FROM visits WHERE ms = 7',
    from: 'earliest',
    limit: 1,
  })) {
    if (message.type === 'rows') seen.push(...message.rows)
  }
  assert.deepEqual(seen, [['DE', 7]])
})

test('the pages hear what flows where', async () => {
  const home = await client.home()
  const has = (from: string, to: string): boolean => home.edges.some((edge) => edge.from === from && edge.to === to)
  assert.ok(
    has('stream:visits', 'pipeline:counts') && has('pipeline:counts', 'stream:per_10s') && has('stream:visits', 'dataset:visits_1m'),
  )
  for await (const update of client.live()) {
    assert.equal(update.ledgers['visits']?.received, 12)
    assert.equal(update.jobs['counts']?.state, 'running')
    break
  }
})

test('what is wrong is said with its code, place and advice', async () => {
  const wrongColumn = await problem(client.put('pipelines', 'bad', { sql: 'INSERT INTO slow\nSELECT contry, ms FROM visits' }))
  assert.deepEqual([wrongColumn.place?.line, wrongColumn.place?.column], [2, 8])
  assert.match(wrongColumn.advice, /country/)
  assert.equal((await problem(client.get('streams', 'visit'))).code, 'MS-7002')
  assert.equal((await problem(client.put('streams', 'Visits', { sql: visits }))).code, 'MS-7003')
  assert.equal((await problem(client.put('streams', 'visits', { sql: visits }, { etag: '"old.1"' }))).code, 'MS-7004')
  assert.equal((await problem(client.remove('streams', 'visits', { deleteData: true }))).code, 'MS-7007')
  assert.equal((await problem(client.put('streams', 'visits', { sql: visits.replace('BIGINT', 'DOUBLE') }))).code, 'MS-7010')
  assert.equal((await problem(client.sqlAll({ sql: 'SELECT * FROM visits, visits_1m' }))).code, 'MS-7018')
  assert.equal((await problem(client.put('pipelines', 'bad', { sql: 'SELECT 1' }))).code, 'MS-7009')
  assert.equal(
    (await problem(client.planProject({ project: 'p', objects: [{ kind: 'stream', name: 'x', definition: 'CREATE', source: 'x.sql' }] })))
      .place?.source,
    'x.sql',
  )
})

test('a project is planned, applied twice, changed elsewhere, pruned; it owns its objects only', async () => {
  const stream = "CREATE TABLE clicks (id STRING) WITH ('connector' = 'millstream')"
  const copy = "CREATE TABLE clicks_copy (id STRING) WITH ('connector' = 'millstream')"
  const objects = [
    { kind: 'pipeline', name: 'copy', definition: 'INSERT INTO clicks_copy SELECT id FROM clicks' },
    { kind: 'stream', name: 'clicks', definition: stream },
    { kind: 'stream', name: 'clicks_copy', definition: copy },
  ] as const
  const actions = ({ changes }: { changes: readonly { action: string; name: string; kept?: string }[] }): string[] =>
    changes.map((change) => `${change.action} ${change.name}${change.kept === undefined ? '' : ' (kept)'}`)
  const plan = await client.planProject({ project: 'web', objects })
  assert.deepEqual(actions(plan), ['create clicks', 'create clicks_copy', 'create copy'])
  assert.equal((await problem(client.get('streams', 'clicks'))).status, 404)
  await client.applyProject({ project: 'web', objects, planId: plan.planId })
  assert.deepEqual(actions(await client.applyProject({ project: 'web', objects })), [
    'unchanged clicks',
    'unchanged clicks_copy',
    'unchanged copy',
  ])

  await client.put('streams', 'clicks', { sql: stream.replace('(id STRING)', '(id STRING, by_hand INT)') })
  const ours = objects.map((object) =>
    object.name === 'clicks' ? { ...object, definition: stream.replace('(id STRING)', '(id STRING, page STRING)') } : object,
  )
  const conflict = (await client.planProject({ project: 'web', objects: ours })).changes.find(({ name }) => name === 'clicks')?.conflict
  assert.ok(conflict?.theirs.includes('by_hand') && conflict.ours.includes('page') && !conflict.base.includes('by_hand'))
  assert.equal((await problem(client.applyProject({ project: 'web', objects: ours }))).code, 'MS-7004')
  await client.applyProject({ project: 'web', objects: ours, force: true })
  assert.equal((await problem(client.applyProject({ project: 'other', objects: ours }))).code, 'MS-7005')

  await client.send('clicks', '{"id":"a"}')
  const only = ours.filter(({ name }) => name === 'clicks_copy')
  assert.deepEqual(actions(await client.planProject({ project: 'web', objects: only })), [
    'unchanged clicks_copy',
    'delete copy (kept)',
    'delete clicks (kept)',
  ])
  assert.deepEqual(actions(await client.applyProject({ project: 'web', objects: only, prune: true })), [
    'unchanged clicks_copy',
    'delete copy',
    'delete clicks (kept)',
  ])
  assert.equal((await problem(client.remove('streams', 'clicks'))).code, 'MS-7006')
  await client.applyProject({ project: 'web', objects: only, prune: true, deleteData: ['clicks'] })
  assert.equal((await problem(client.get('streams', 'clicks'))).status, 404)
  const { objects: exported } = await client.exportProject('web')
  assert.deepEqual(
    exported.map(({ name, definition }) => [name, definition]),
    [['clicks_copy', copy]],
  )
})

test('kill -9 of the supervisor ends all its processes within two seconds, and the next start finds everything', async () => {
  const tree = server.processes()
  process.kill(server.process.pid ?? 0, 'SIGKILL')
  const left = await eventually(
    async () => tree.filter(({ pid }) => processTree(pid).length > 0),
    (found) => found.length === 0,
    orphansGoneWithinMs,
  )
  assert.deepEqual(left, [])
  await restart()
  const { totals } = await client.ledger('visits')
  assert.deepEqual([totals.received, totals.accepted, totals.rejected], [12, 11, 1])
  await client.send('visits', event(45))
  const windows = await eventually(
    () => Array.fromAsync(client.tail('per_10s', { follow: false, from: 'earliest' })),
    (found) => found.length >= 2,
  )
  assert.deepEqual(
    windows.map(({ row }) => row['n']),
    [10, 1],
  )
})

test('rows too late for a dataset are dead letters, each once, and the account has them', async () => {
  await client.put('datasets', 'recent', {
    dataset: 'recent',
    from: 'visits',
    timestamp: 'ts',
    granularity: { segment: 'hour', query: 'minute', rollup: true },
    dimensions: ['country'],
    metrics: [{ name: 'events', type: 'count' }],
    lateness: '1h',
  })
  const late = await eventually(
    () => client.deadLetters('visits', { stage: 'late' }),
    ({ items }) => items.length >= 12,
  )
  assert.deepEqual([late.items.length, late.items[0]?.code], [12, 'MS-7022'])
  const { hops } = await eventually(
    () => client.ledger('visits'),
    (ledger) => ledger.hops.some((hop) => hop.hop === 'dataset:recent' && hop.late === 12),
  )
  assert.deepEqual(
    hops.filter((hop) => hop.hop === 'dataset:recent').map(({ in: taken, out, late: count }) => [taken, out, count]),
    [[12, 0, 12]],
  )
})

test('a pipeline writes files under DATA/files, whole, and nowhere else', async () => {
  const sql = (path: string): string =>
    `CREATE TABLE out_files (country STRING, ms BIGINT) WITH ('connector' = 'filesystem', 'path' = '${path}', 'format' = 'json');
     INSERT INTO out_files SELECT country, ms FROM visits`
  await client.put('pipelines', 'to_files', { sql: sql('visits') })
  const rows = await eventually(
    async () =>
      readdirSync(join(dataFolder, 'files'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
        .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').split('\n'))
        .filter((line) => line !== ''),
    (lines) => lines.length >= 12,
  )
  assert.deepEqual([rows.length, JSON.parse(rows[0] ?? '')], [12, { country: 'BR', ms: 0 }])
  await client.put('pipelines', 'to_files', { sql: sql('../../outside') })
  const job = await eventually(
    async () => (await client.get('pipelines', 'to_files')).jobs[0]?.summary,
    (summary) => summary?.state === 'failed',
  )
  assert.equal(job?.error?.code, 'MS-5005')
  await client.remove('pipelines', 'to_files')
})

test('a changed pipeline goes on where the old one was, and says what becomes of its state', async () => {
  const sql = `INSERT INTO slow SELECT UPPER(country), ms FROM visits WHERE ms >= 100`
  const planned = await client.plan('pipelines', 'slow_visits', { sql })
  assert.deepEqual([planned.action, planned.effects], ['update', ['job slow_visits goes on as revision 2']])
  await client.put('pipelines', 'slow_visits', { sql })
  await client.send('visits', JSON.stringify({ ts: new Date(start + 46_000).toISOString(), country: 'jp', ms: 100 }))
  const slow = await eventually(
    () => Array.fromAsync(client.tail('slow', { follow: false, from: 'earliest' })),
    (found) => found.some(({ row }) => row['country'] === 'JP'),
  )
  assert.deepEqual(
    slow.map(({ row }) => row['ms']).sort((a, b) => Number(a) - Number(b)),
    [5, 6, 7, 8, 9, 29, 45, 100],
  )
})

test('every address of /openapi.json answers, and the page of it is plain', async () => {
  const openApi = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    openapi: string
    paths: Record<string, Record<string, unknown>>
  }
  assert.equal(openApi.openapi, '3.1.0')
  const missing: string[] = []
  for (const [path, methods] of Object.entries(openApi.paths)) {
    if (path === '/v1/live') continue
    const address = path.replace('/v1/datasets/{name}', '/v1/datasets/visits_1m').replace('/v1/pipelines/{name}', '/v1/pipelines/counts')
    const url = server.url + address.replace('/v1/jobs/{name}', '/v1/jobs/counts').replace('{name}', 'visits').replace('{pid}', '0')
    if (methods['get'] !== undefined && (await fetch(url)).status >= 400) missing.push(`GET ${path}`)
    // An empty object is a wrong body everywhere, and never an unknown address.
    for (const method of ['put', 'post'].filter((one) => methods[one] !== undefined)) {
      const answer = await fetch(url, { method, body: '{}', headers: { 'content-type': 'application/json' } })
      const text = await answer.text()
      if (text.includes('no address')) missing.push(`${method} ${path}`)
    }
  }
  assert.deepEqual(missing, [])
  const page = await fetch(`${server.url}/docs`)
  assert.equal(page.status, 200)
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  assert.equal((await fetch(`${server.url}/v1/stream`)).status, 404)
})

test('a second server on the same folder is refused', async () => {
  await assert.rejects(startServer({ dataFolder }), /MS-7011/)
})

test('a token names its holder, and a wrong one is refused', async () => {
  const { token } = await client.createToken('ci')
  const ask = async (authorization: string): Promise<number> =>
    (await fetch(`${server.url}/v1/streams`, { headers: { authorization } })).status
  assert.equal(await ask(`Bearer ${token}`), 200)
  assert.equal(await ask(`Basic ${Buffer.from(`ci:${token}`).toString('base64')}`), 200)
  assert.equal(await ask('Bearer mst_wrong'), 401)
})
