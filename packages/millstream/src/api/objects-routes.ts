import type { FastifyInstance, FastifyRequest } from 'fastify'
import { errors } from '../base/errors.ts'
import type { ApiHost, Kind } from './host.ts'
import { pageOf } from './page.ts'

interface Named {
  readonly Params: { readonly name: string }
  readonly Querystring: { readonly dryRun?: string; readonly deleteData?: string }
}

/** Streams, pipelines and datasets: list, read, define, delete. */
export function objectRoutes(app: FastifyInstance, host: ApiHost): void {
  for (const kind of ['stream', 'pipeline', 'dataset'] as const) {
    const root = `/v1/${kind}s`
    app.get<{ Querystring: Record<string, string> }>(root, (request) => host.list(host.caller(request.raw), kind, pageOf(request.query)))

    app.get<Named>(`${root}/:name`, async (request, reply) => {
      const { etag, object } = await host.get(host.caller(request.raw), kind, request.params.name)
      if (request.headers['if-none-match'] === etag) return reply.code(304).header('etag', etag).send()
      return reply.header('etag', etag).send(object)
    })

    app.put<Named>(`${root}/:name`, async (request, reply) => {
      const caller = host.caller(request.raw)
      const { name } = request.params
      const definition = definitionOf(kind, request.body)
      if (request.query.dryRun === 'true') return host.plan(caller, kind, name, definition)
      const { etag, object, created } = await host.put(caller, kind, name, definition, { ifMatch: matchOf(request) })
      return reply
        .code(created ? 201 : 200)
        .header('etag', etag)
        .send(object)
    })

    app.delete<Named>(`${root}/:name`, async (request, reply) => {
      const caller = host.caller(request.raw)
      const { name } = request.params
      if (request.query.dryRun === 'true') return host.planRemove(caller, kind, name)
      await host.remove(caller, kind, name, { ifMatch: matchOf(request), deleteData: request.query.deleteData === 'true' })
      return reply.code(204).send()
    })
  }
}

const matchOf = (request: FastifyRequest): string | undefined => request.headers['if-match']

/** `{"sql": "..."}` of streams and pipelines; the definition itself of datasets. */
function definitionOf(kind: Kind, body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw errors.fail('MS-7009', { reason: 'The body is not a JSON object', advice: 'See /openapi.json for what this address takes.' })
  }
  if (kind === 'dataset') return body
  const { sql } = body as { sql?: unknown }
  if (typeof sql === 'string') return sql
  throw errors.fail('MS-7009', { reason: 'The body has no "sql"', advice: 'Send {"sql": "..."} as application/json.' })
}
