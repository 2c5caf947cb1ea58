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
  const ask = request.body as SqlRequest
  if (typeof ask?.sql !== 'string') {
    throw errors.fail('MS-7009', { reason: 'The body has no "sql"', advice: 'Send {"sql": "SELECT ..."} as application/json.' })
  }
  const gone = new AbortController()
  reply.raw.on('close', () => gone.abort())
  const messages = run(ask, gone.signal)[Symbol.asyncIterator]()
  const first = await messages.next()
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' })
  try {
    for (let one = first; !one.done && !gone.signal.aborted; one = await messages.next()) {
      if (!raw.write(`${one.value}\n`)) await new Promise((resolve) => raw.once('drain', resolve).once('close', resolve))
    }
  } catch (error) {
    raw.write(`${JSON.stringify({ type: 'problem', problem: problemOf(error) } satisfies SqlMessage)}\n`)
  } finally {
    void messages.return?.()
    raw.end()
  }
  return reply
}
