import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify from 'fastify'
import { errors } from '../base/errors.ts'
import { RemoteError } from '../base/rpc.ts'
import { druidError } from '../druid/errors.ts'
import { druidRoutes } from './druid-routes.ts'

const status = {
  uid: 'd1',
  tenant: 'default',
  name: 'clicks',
  state: 'running',
  rows: 1,
  chunks: 1,
  minTimeMs: 0,
  maxTimeMs: 0,
  lagRows: 3,
  dictionaryEntries: 0,
  bytes: 0,
  error: null,
}

async function server(ask: (method: string, params: unknown) => Promise<unknown>) {
  const app = fastify()
  const puts: unknown[] = []
  const routes = druidRoutes({
    ask,
    tenant: () => 'default',
    define: async (_request, name, definition) => {
      puts.push([name, definition])
    },
  })
  await app.register(routes)
  await app.ready()
  return { app, puts }
}

test('queries and SQL are answered as the olap process wrote them, with and without the trailing slash', async () => {
  const asked: unknown[] = []
  const { app } = await server(async (method, params) => {
    asked.push([method, params])
    return { status: 200, headers: { 'content-type': 'application/json' }, body: '[{"n":12345678901234567890}]' }
  })
  for (const url of ['/druid/v2', '/druid/v2/', '/druid/v2/sql', '/druid/v2/sql/']) {
    const answer = await app.inject({ method: 'POST', url, payload: { query: 'SELECT 1' } })
    assert.equal(answer.statusCode, 200)
    assert.equal(answer.body, '[{"n":12345678901234567890}]')
    assert.match(String(answer.headers['content-type']), /application\/json/)
  }
  assert.deepEqual(
    asked.map((each) => (each as [string])[0]),
    ['olap.query', 'olap.query', 'olap.sql', 'olap.sql'],
  )
  assert.deepEqual(asked[2], ['olap.sql', { tenant: 'default', request: { query: 'SELECT 1' } }])
  await app.close()
})

test('clients find the lists that they ask first', async () => {
  const { app, puts } = await server(async () => [status, { ...status, tenant: 'growth', name: 'other' }])
  assert.equal((await app.inject('/status')).json().version, '33.0.0')
  assert.deepEqual((await app.inject('/druid/v2/datasources/')).json(), ['clicks'])
  assert.deepEqual((await app.inject('/druid/indexer/v1/supervisor')).json(), ['clicks'])
  assert.equal((await app.inject('/druid/indexer/v1/supervisor/clicks/status')).json().payload.aggregateLag, 3)
  assert.equal((await app.inject('/druid/indexer/v1/supervisor/none/status')).statusCode, 404)
  const spec = { type: 'kafka', spec: { dataSchema: { dataSource: 'clicks' } } }
  const defined = await app.inject({ method: 'POST', url: '/druid/indexer/v1/supervisor', payload: spec })
  assert.deepEqual([defined.json(), puts], [{ id: 'clicks' }, [['clicks', spec]]])
  await app.close()
})

test('a dead olap process is an error in the body that Druid clients read', async () => {
  const { app } = await server(async () => {
    throw new RemoteError({ code: 'MS-7001', message: 'the other process is gone' })
  })
  const answer = await app.inject({ method: 'POST', url: '/druid/v2', payload: {} })
  assert.equal(answer.statusCode, 500)
  assert.equal(answer.json().errorMessage, 'the other process is gone')
  await app.close()
})

test('errors have the status, class and category of Druid', () => {
  const timeout = druidError(errors.fail('MS-6003', { timeoutMs: 5 }))
  assert.deepEqual([timeout.status, JSON.parse(timeout.body).category], [504, 'TIMEOUT'])
  const large = JSON.parse(druidError(errors.fail('MS-6006', { rowsMax: 5 })).body)
  assert.deepEqual([large.error, large.category], ['Resource limit exceeded', 'CAPACITY_EXCEEDED'])
  const wrong = druidError(errors.fail('MS-6001', { what: 'no' }, { line: 2, column: 3 }))
  assert.deepEqual([wrong.status, JSON.parse(wrong.body).errorMessage], [400, 'no (line [2], column [3])'])
})
