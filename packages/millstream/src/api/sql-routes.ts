import type { ServerResponse } from 'node:http'
import type { SqlMessage, SqlRequest } from '@millstream/client'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errors } from '../base/errors.ts'
import type { ApiHost } from './host.ts'
import { problemOf } from './problems.ts'

/** `POST /v1/sql` and `/v1/preview`: messages as NDJSON. A failure before the first one has its own status. */
export function sqlRoutes(app: FastifyInstance, host: ApiHost): void {
  app.post('/v1/sql', (request, reply) => answer(request, reply, (ask, signal) => host.sql(host.caller(request.raw), ask, signal)))
  app.post('/v1/preview', (request, reply) => answer(request, reply, (ask, signal) => host.preview(host.caller(request.raw), ask, signal)))
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  run: (ask: SqlRequest, signal: AbortSignal) => AsyncIterable<string>,
): Promise<unknown> {
  const ask = requestOf(request.body)
  const gone = new AbortController()
  reply.raw.on('close', () => gone.abort())
  const messages = run(ask, gone.signal)[Symbol.asyncIterator]()
  const first = await messages.next()
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' })
  try {
    for (let one = first; !one.done && !gone.signal.aborted; one = await messages.next()) {
      if (!raw.write(`${one.value}\n`)) await drained(raw)
    }
  } catch (error) {
    raw.write(`${JSON.stringify({ type: 'problem', problem: problemOf(error) } satisfies SqlMessage)}\n`)
  } finally {
    void messages.return?.()
    raw.end()
  }
  return reply
}

const whole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
const fields: Readonly<Record<string, readonly [holds: (value: unknown) => boolean, wanted: string]>> = {
  sql: [(value) => typeof value === 'string', 'a text'],
  dialect: [(value) => value === 'flink' || value === 'druid', 'flink or druid'],
  from: [(value) => typeof value === 'string', 'a time, earliest, latest, or a duration back such as 10 min'],
  parameters: [Array.isArray, 'a list'],
  limit: [whole, 'a number of rows'],
  seconds: [(value) => Number.isFinite(value) && (value as number) > 0, 'a number of seconds'],
}

/** What a body asks, each field as it has to be. */
function requestOf(body: unknown): SqlRequest {
  if (typeof body !== 'object' || body === null || !('sql' in body)) {
    throw errors.fail('MS-7009', { reason: 'The body has no "sql"', advice: 'Send {"sql": "SELECT ..."} as application/json.' })
  }
  for (const [name, [holds, wanted]] of Object.entries(fields)) {
    const value = (body as Readonly<Record<string, unknown>>)[name]
    if (value === undefined || holds(value)) continue
    throw errors.fail('MS-7009', { reason: `"${name}" is wrong`, advice: `Give ${wanted}.` })
  }
  return body as SqlRequest
}

/** Resolves when the connection takes more, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed || response.closed) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}
