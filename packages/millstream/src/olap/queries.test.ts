import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bindDataset, datasetFromDefinition, datasetFromDruidSpec } from '../druid/definition.ts'
import { openDatasetFile } from './dataset-file.ts'
import type { Duck } from './duck.ts'
import { startIngest } from './ingest.ts'
import { type Click, clicksContract, clicksDataset, clicksStream, openTestWorld, type TestWorld } from './testing.ts'

let world: TestWorld
const start = Date.UTC(2026, 0, 1)
before(async () => {
  world = await openTestWorld()
  await world.olap.setDatasets([{ ...clicksDataset, rollup: false, queryGranularity: 'none' }])
  const clicks = Array.from(
    { length: 1200 },
    (_, n): Click => ({
      ts: start + n * 1000,
      country: ['br', 'de', null][n % 3] as string,
      code: n % 7,
      bytes: BigInt(n),
      took: n / 4,
      user: `u${n % 10}`,
    }),
  )
  await world.append(0, clicks)
  await world.olap.settled()
})
after(async () => {
  await world.close()
  world.remove()
})

async function sql(query: string, rest: Record<string, unknown> = {}): Promise<unknown> {
  const answer = await world.olap.sql('default', { query, resultFormat: 'array', ...rest })
  assert.equal(answer.status, 200, answer.body)
  return JSON.parse(answer.body)
}
async function failure(query: unknown): Promise<Record<string, unknown> & { status: number; code: string }> {
  const answer = typeof query === 'string' ? await world.olap.sql('default', { query }) : await world.olap.query('default', query)
  const body = JSON.parse(answer.body) as Record<string, unknown>
  return { ...body, status: answer.status, code: (body['context'] as { code: string }).code }
}
const native = (rest: Record<string, unknown>): Record<string, unknown> => ({
  dataSource: 'clicks_1m',
  intervals: ['2026-01-01/P1D'],
  granularity: 'all',
  ...rest,
})

test('errors have a code, a place and what is near', async () => {
  const column = await failure('SELECT\n  contry FROM clicks_1m')
  assert.deepEqual([column.status, column.code], [400, 'MS-6007'])
  assert.match(String(column['errorMessage']), /Column 'contry' not found in any table \(line \[2\], column \[3\]\)/)
  const table = await failure('SELECT 1 FROM clicks_2m')
  assert.deepEqual([table.code, table['category']], ['MS-6002', 'INVALID_INPUT'])
  assert.equal((await failure('SELECT SUM(bytes) FROM clicks_1m GROUP BY NO_SUCH(code)')).code, 'MS-6001')
  assert.equal((await failure('EXPLAIN PLAN FOR SELECT 1')).status, 501)
  assert.equal((await failure('SELECT country, COUNT(*) FROM clicks_1m')).code, 'MS-6001')
  assert.equal((await failure(native({ queryType: 'timeseries', intervals: ['yesterday'] }))).code, 'MS-6001')
  assert.equal((await failure(native({ queryType: 'movingAverage' }))).code, 'MS-6000')
  assert.equal((await failure("SELECT COUNT(*) FROM clicks_1m WHERE REGEXP_LIKE(country, '(')")).code, 'MS-6005')
})

test('JavaScript answers as Druid does when it is disabled', async () => {
  for (const query of [
    { queryType: 'timeseries', filter: { type: 'javascript', dimension: 'country', function: 'function(x) { return true }' } },
    { queryType: 'timeseries', aggregations: [{ type: 'javascript', name: 'n' }] },
    {
      queryType: 'topN',
      dimension: { type: 'extraction', dimension: 'country', extractionFn: { type: 'javascript', function: '' } },
      metric: 'n',
      threshold: 1,
    },
  ]) {
    assert.match(String((await failure(native(query)))['errorMessage']), /JavaScript is disabled/)
  }
})

test('text of a user is never text of a statement', async () => {
  const hostile = `x'); DROP TABLE d0.chunks; --"\\`
  assert.deepEqual(
    await sql(`SELECT COUNT(*) AS "${hostile.replaceAll('"', '""')}" FROM clicks_1m WHERE country = '${hostile.replaceAll("'", "''")}'`),
    [[0]],
  )
  assert.deepEqual(await sql('SELECT COUNT(*) FROM clicks_1m WHERE country = ?', { parameters: [{ type: 'VARCHAR', value: hostile }] }), [
    [0],
  ])
  const answer = await world.olap.query(
    'default',
    native({
      queryType: 'groupBy',
      dimensions: [{ type: 'default', dimension: 'country', outputName: hostile }],
      aggregations: [{ type: 'count', name: '__proto__' }],
      virtualColumns: [
        { type: 'expression', name: hostile, expression: `concat(country, '${hostile.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}')` },
      ],
    }),
  )
  assert.equal(answer.status, 200)
  assert.deepEqual(await sql('SELECT COUNT(*) FROM clicks_1m'), [[1200]])
})

test('a regular expression that would explode elsewhere is linear here', async () => {
  const began = performance.now()
  assert.deepEqual(await sql(`SELECT COUNT(*) FROM clicks_1m WHERE REGEXP_LIKE(REPEAT('a', 5000) || country, '(a+)+$')`), [[0]])
  assert.ok(performance.now() - began < 5000)
})

test('a query over its time is stopped, and the next one is answered', async () => {
  const heavy = 'SELECT COUNT(*) FROM clicks_1m a CROSS JOIN clicks_1m b CROSS JOIN clicks_1m c WHERE a.bytes + b.bytes * c.bytes > 5'
  const answer = await world.olap.sql('default', { query: heavy, context: { timeout: 30 } })
  assert.deepEqual([answer.status, JSON.parse(answer.body).context.code], [504, 'MS-6003'])
  assert.deepEqual(await sql('SELECT MAX(bytes) FROM clicks_1m'), [[1199]])
})

test('an answer too large is refused by name', async () => {
  assert.equal((await failure('SELECT a.bytes FROM clicks_1m a CROSS JOIN clicks_1m b')).code, 'MS-6006')
})

test('joins, windows, unions and subqueries answer over the same rows', async () => {
  assert.deepEqual(
    await sql(`WITH c AS (SELECT country, SUM(bytes) AS b FROM clicks_1m GROUP BY 1)
      SELECT a.country, a.b, RANK() OVER (ORDER BY a.b DESC) FROM c a JOIN c b ON a.country = b.country WHERE a.country IN (SELECT country FROM clicks_1m WHERE code = 3) ORDER BY 3`),
    [
      ['de', 239800, 1],
      ['br', 239400, 2],
    ],
  )
  assert.deepEqual(await sql('SELECT COUNT(*) FROM clicks_1m WHERE code = 0 UNION ALL SELECT COUNT(DISTINCT code) FROM clicks_1m'), [
    [172],
    [7],
  ])
  assert.deepEqual(
    await sql(
      "SELECT FLOOR(__time TO HOUR) AS t, COUNT(*) FROM clicks_1m WHERE __time < TIMESTAMP '2026-01-01 00:10:00' + INTERVAL '5' MINUTE GROUP BY 1",
    ),
    [['2026-01-01T00:00:00.000Z', 900]],
  )
  assert.deepEqual(await sql('SELECT COUNT(*) FROM clicks_1m WHERE country IS NULL AND NOT (code = 1)'), [[343]])
})

test('definitions are read from YAML and from ingestion specs, and wrong ones name what is wrong', () => {
  const good = {
    dataset: 'clicks_1m',
    from: 'clicks',
    timestamp: 'ts',
    granularity: { segment: 'hour', query: 'minute', rollup: true },
    dimensions: ['country'],
    metrics: [{ name: 'events', type: 'count' }],
    lateness: '1h',
    retention: '30d',
  }
  const read = datasetFromDefinition(good)
  assert.deepEqual(
    [read.segmentGranularity, read.queryGranularity, read.latenessMs, read.retentionMs],
    ['PT1H', 'PT1M', 3_600_000, 2_592_000_000],
  )
  const { lateness: _, ...kept } = good
  assert.equal(datasetFromDefinition(kept).latenessMs, 2_592_000_000, 'what is older than what is kept is late, not lost')
  const bound = { uid: 'd', tenant: 'default', streamUid: 's', contract: clicksContract }
  assert.equal(bindDataset(read, bound).contractVersion, 1)
  for (const [change, message] of [
    [{ lateness: 'soon' }, /lateness: 'soon' is not a duration/],
    [{ metrics: [{ type: 'longSum', name: 'x' }] }, /metric x needs fieldName/],
    [{ granularity: { segment: 'fortnight' } }, /granularity.segment: 'fortnight' is not a granularity/],
    [{ dimension: [] }, /'dimension' is not a key of it/],
    [{ dataset: 'Clicks' }, /lower-case/],
  ] as const) {
    assert.throws(
      () => datasetFromDefinition({ ...good, ...change }),
      (error: { code: string; message: string }) => error.code === 'MS-6004' && message.test(error.message),
    )
  }
  assert.throws(() => bindDataset(datasetFromDefinition({ ...good, dimensions: ['city'] }), bound), /stream clicks has no column city/)
  const spec = datasetFromDruidSpec({
    type: 'kafka',
    spec: {
      dataSchema: {
        dataSource: 'c',
        timestampSpec: { column: 'ts' },
        dimensionsSpec: { dimensions: ['country', { type: 'long', name: 'code' }] },
        metricsSpec: [],
        granularitySpec: { segmentGranularity: 'DAY', queryGranularity: { type: 'none' }, rollup: false },
      },
      ioConfig: { topic: 'clicks', lateMessageRejectionPeriod: 'PT1H' },
    },
  })
  assert.deepEqual(
    [spec.from, spec.timestampColumn, spec.segmentGranularity, spec.queryGranularity, spec.rollup, spec.latenessMs],
    ['clicks', 'ts', 'P1D', 'none', false, 3_600_000],
  )
})

test('an ingest that cannot read says so, and forgets nothing', async () => {
  const duck = { attach: async () => 'x' } as unknown as Duck
  await assert.rejects(openDatasetFile(duck, 'x', clicksDataset))
  const told: string[] = []
  const failing = startIngest(clicksDataset, { interner: { count: 0 }, offset: () => 0, reload: async () => {} } as never, {
    storage: { list: async () => Promise.reject(new Error('disk')), stat: async () => Promise.reject(new Error('disk')) } as never,
    clock: { nowMs: () => 0, monotonicMs: () => 0 },
    scheduler: { after: () => ({ cancel() {} }), sleep: async () => {}, turn: async () => {} },
    dataFolder: '',
    ends: { end: () => 5, onMove: () => () => {} },
    stream: () => clicksStream,
    contract: () => clicksContract,
    deadRows: async () => {},
    lost: () => {},
    failed: (dataset, error) => told.push(`${dataset.name}: ${error.message}`),
    taken: () => {},
  })
  await assert.rejects(failing.settled(), (error: { code: string }) => error.code === 'MS-6008')
  assert.equal(told.length, 1)
  assert.match(told[0] ?? '', /^clicks.*disk/)
  assert.equal(failing.lagRows(), 10)
  await failing.stop()
})
