import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { compareCase, type DruidCase } from '../conformance/druid-compare.ts'
import { vectorsFolder } from '../conformance/suite.ts'
import { millstream } from '../server/command.ts'
import { eventually } from '../server/eventually.ts'
import { type RunningServer, startServer } from '../server/start.ts'

const events = 39_244
const passedMin = 120
const vectors = vectorsFolder()

test('the wikipedia day over HTTP, ingested by its published spec, gives the published answers', async (context) => {
  if (vectors === null) return context.diagnostic('NO VECTORS: the wikipedia day was not tested')
  const druid = join(vectors, 'druid')
  const folder = mkdtempSync(join(tmpdir(), 'millstream-druid-'))
  const server = await startServer({ dataFolder: join(folder, 'data') })
  try {
    const file = join(folder, 'wikipedia.ndjson')
    writeFileSync(file, gunzipSync(readFileSync(join(druid, 'datasets', 'wikiticker', 'wikiticker-2015-09-12-sampled.json.gz'))))
    const sent = await millstream(['send', 'wikipedia_edits', file, '--create', '-o', 'json'], { server: server.url })
    assert.equal(sent.code, 0, sent.err)
    const spec = JSON.parse(readFileSync(join(druid, 'datasets', 'wikiticker', 'wikipedia-kafka-supervisor.json'), 'utf8'))
    // A stream and a dataset are both tables of SQL, so that they have names of their own.
    spec.spec.ioConfig.topic = 'wikipedia_edits'
    const defined = await post(server, '/druid/indexer/v1/supervisor', spec)
    assert.deepEqual([defined.status, defined.body], [200, { id: 'wikipedia' }])
    const counted = await eventually(
      async () => (await post(server, '/druid/v2/sql', { query: 'SELECT COUNT(*) AS n FROM wikipedia' })).body,
      (body) => (body as { n: number }[])[0]?.n === events,
    )
    const status = await fetch(`${server.url}/druid/indexer/v1/supervisor/wikipedia/status`)
    assert.deepEqual(counted, [{ n: events }], await status.text())

    await context.test('cases.jsonl', async () => {
      const cases = readFileSync(join(druid, 'cases.jsonl'), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as DruidCase)
        .filter(({ dataset }) => dataset === 'wikipedia')
      const wrong: string[] = []
      let passed = 0
      for (const each of cases) {
        const reason = await check(server, each)
        if (reason === null) passed++
        else if (reason !== notYet || always.includes(queryType(each))) wrong.push(`${each.id}: ${reason}`)
      }
      assert.deepEqual(wrong, [])
      assert.ok(passed >= passedMin, `${passed} of ${cases.length} passed`)
    })
    await context.test("what Druid's clients ask first", () => clients(server))
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

const notYet = 'not yet'
/** Kinds of query of which every case must be answered. */
const always = ['timeseries', 'topN', 'timeBoundary']
const queryType = ({ query }: DruidCase): string => String((query as { queryType?: unknown } | null)?.queryType)

interface Answered {
  readonly status: number
  readonly text: string
  readonly body: unknown
  readonly headers: Headers
}

async function post(server: RunningServer, path: string, body: unknown): Promise<Answered> {
  const answer = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.includes('json') === true
  return { status: answer.status, text, body: isJson && text !== '' ? parsed(text) : null, headers: answer.headers }
}

/** Lines of JSON objects are no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

async function check(server: RunningServer, each: DruidCase): Promise<string | null> {
  const { expected_status_class: _, ...request } = (each.request ?? {}) as Record<string, unknown>
  const answer =
    each.kind === 'native'
      ? await post(server, '/druid/v2/', each.query)
      : await post(server, '/druid/v2/sql/', { query: each.query, ...request, context: each.context ?? {} })
  if (answer.status === 501) return notYet
  if (answer.status === 200 && typeof each.expected_text === 'string')
    return answer.text.trimEnd() === each.expected_text.trimEnd() ? null : `other lines: ${answer.text.slice(0, 200)}`
  const message = String((answer.body as { errorMessage?: unknown } | null)?.errorMessage)
  return compareCase(each, answer.body, answer.status === 200 ? undefined : { http: answer.status, message })
}

/** Requests as pydruid, its SQLAlchemy dialect and plywood send them. */
async function clients(server: RunningServer): Promise<void> {
  const get = async (path: string): Promise<unknown> => (await fetch(`${server.url}${path}`)).json()
  assert.match(String(((await get('/status')) as { version: unknown }).version), /^\d+\.\d+/)
  assert.deepEqual(await get('/druid/v2/datasources/'), ['wikipedia'])
  const sql = async (query: string, more: object = {}): Promise<unknown> =>
    (await post(server, '/druid/v2/sql/', { query, context: {}, header: false, ...more })).body
  assert.deepEqual(await sql("SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'druid'"), [
    { TABLE_NAME: 'wikipedia' },
  ])
  const columns = (await sql(
    "SELECT COLUMN_NAME, JDBC_TYPE, IS_NULLABLE, COLUMN_DEFAULT FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'wikipedia' AND TABLE_SCHEMA = 'druid'",
  )) as { COLUMN_NAME: string; JDBC_TYPE: number; IS_NULLABLE: string }[]
  assert.deepEqual(
    columns.filter(({ COLUMN_NAME }) => ['__time', 'added', 'channel'].includes(COLUMN_NAME)).map(({ JDBC_TYPE }) => JDBC_TYPE),
    [93, 12, -5],
  )
  const headed = await post(server, '/druid/v2/sql/', {
    query: 'SELECT channel, COUNT(*) AS n FROM wikipedia GROUP BY 1 ORDER BY 2 DESC LIMIT 1',
    context: {},
    header: true,
  })
  assert.equal(headed.headers.get('x-druid-sql-header-included'), 'yes')
  assert.deepEqual(headed.body, [
    { channel: null, n: null },
    { channel: '#en.wikipedia', n: 11549 },
  ])
  const grouped = await post(server, '/druid/v2', {
    queryType: 'groupBy',
    dataSource: 'wikipedia',
    granularity: 'all',
    intervals: '2015-09-12/p1d',
    dimensions: ['channel'],
    aggregations: [{ type: 'count', name: 'n', fieldName: 'count' }],
    postAggregations: [
      {
        type: 'arithmetic',
        name: 'twice',
        fn: '+',
        fields: [
          { type: 'fieldAccess', fieldName: 'n' },
          { type: 'fieldAccess', fieldName: 'n' },
        ],
      },
    ],
    limitSpec: { type: 'default', limit: 1, columns: [{ dimension: 'n', direction: 'descending' }] },
  })
  assert.deepEqual((grouped.body as { event: unknown }[])[0]?.event, { channel: '#en.wikipedia', n: 11549, twice: 23098 })
  const boundary = (await post(server, '/druid/v2/', { queryType: 'timeBoundary', dataSource: 'wikipedia' })).body as {
    result: { minTime: string; maxTime: string }
  }[]
  assert.deepEqual(boundary[0]?.result, { minTime: '2015-09-12T00:46:58.771Z', maxTime: '2015-09-12T23:59:59.200Z' })
  const merged = await post(server, '/druid/v2/', {
    queryType: 'segmentMetadata',
    dataSource: 'wikipedia',
    merge: true,
    analysisTypes: ['aggregators'],
    lenientAggregatorMerge: true,
  })
  assert.equal(merged.status, 200, merged.text)
  const refused = await post(server, '/druid/v2/sql/', { query: 'SELECT nothing FROM wikipedia', context: {}, header: false })
  assert.equal(refused.status, 400)
  for (const key of ['error', 'errorMessage']) assert.ok(key in (refused.body as object), refused.text)
}
