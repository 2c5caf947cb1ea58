import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import fastify from 'fastify'
import type { ApiHost } from './host.ts'
import { problemOf } from './problems.ts'
import { sqlRoutes } from './sql-routes.ts'

async function server(lines: (response: ServerResponse) => AsyncGenerator<string>) {
  const app = fastify()
  let response: ServerResponse | null = null
  app.setErrorHandler((error, _request, reply) => {
    const problem = problemOf(error)
    return reply.code(problem.status).send(JSON.stringify(problem))
  })
  app.addHook('onRequest', async (_request, reply) => {
    response = reply.raw
  })
  const host = { caller: () => ({ name: 'local', tenant: 'default' }), sql: () => lines(response as unknown as ServerResponse) }
  sqlRoutes(app, host as unknown as ApiHost)
  return { app, url: `${await app.listen({ host: '127.0.0.1', port: 0 })}/v1/sql` }
}

const ask = (url: string, body: unknown) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

test('a request with a field that is no such thing is refused by that name', async () => {
  const { app, url } = await server(async function* () {
    yield '{"type":"end"}'
  })
  try {
    for (const [wrong, name] of [
      [{ sql: 5 }, 'sql'],
      [{ sql: 'SELECT 1', dialect: 'mysql' }, 'dialect'],
      [{ sql: 'SELECT 1', seconds: 'ten' }, 'seconds'],
      [{ sql: 'SELECT 1', limit: -1 }, 'limit'],
      [{ sql: 'SELECT 1', from: 7 }, 'from'],
      [{ sql: 'SELECT 1', parameters: {} }, 'parameters'],
      [{}, 'sql'],
      [[], 'sql'],
    ] as const) {
      const answer = await ask(url, wrong)
      const problem = (await answer.json()) as { code: string; detail: string }
      assert.deepEqual([answer.status, problem.code, problem.detail.includes(`"${name}"`)], [422, 'MS-7009', true], JSON.stringify(wrong))
    }
    const good = await ask(url, { sql: 'SELECT 1', dialect: 'flink', from: 'earliest', limit: 1, seconds: 0.5, parameters: [] })
    assert.equal(await good.text(), '{"type":"end"}\n')
  } finally {
    await app.close()
  }
})

test('a long answer to a slow reader holds neither lines nor listeners', async () => {
  let listeners = 0
  let waited = 0
  const { app, url } = await server(async function* (response) {
    for (let line = 0; line < 300; line++) {
      listeners = Math.max(listeners, response.listenerCount('close') + response.listenerCount('drain'))
      if (response.writableNeedDrain) waited++
      yield 'x'.repeat(100_000)
    }
  })
  try {
    const answer = await ask(url, { sql: 'SELECT 1' })
    assert.equal((await answer.text()).length, 300 * 100_001)
    assert.equal(waited, 0, 'a line was taken before the one before it had gone')
    assert.ok(listeners < 8, `${listeners} listeners`)
  } finally {
    await app.close()
  }
})
