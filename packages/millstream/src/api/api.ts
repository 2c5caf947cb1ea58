import type { IncomingMessage, ServerResponse } from 'node:http'
import fastify, { type FastifyInstance } from 'fastify'
import { errors } from '../base/errors.ts'
import { near } from '../base/near.ts'
import type { ApiHost } from './host.ts'
import { liveRoutes } from './live-routes.ts'
import { objectRoutes } from './objects-routes.ts'
import { openApiRoutes } from './openapi.ts'
import { problemOf } from './problems.ts'
import { serverRoutes } from './server-routes.ts'
import { sqlRoutes } from './sql-routes.ts'
import { webRoutes } from './web-routes.ts'

export interface Api {
  handle(request: IncomingMessage, response: ServerResponse): void
  close(): Promise<void>
}

/** Every HTTP face but the ingest path. `more` adds routes of others, such as Druid's. */
export async function createApi(host: ApiHost, more: readonly ((app: FastifyInstance) => void | Promise<void>)[]): Promise<Api> {
  const app = fastify({ logger: false, bodyLimit: 8 * 1024 * 1024, routerOptions: { maxParamLength: 300, ignoreTrailingSlash: false } })
  app.setErrorHandler((error, _request, reply) => {
    const problem = problemOf(error)
    return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem))
  })
  app.setNotFoundHandler((request) => {
    const path = request.url.split('?')[0] ?? ''
    throw errors.fail('MS-7002', { kind: 'address', name: `${request.method} ${path}`, near: near(path, addresses) })
  })
  const addresses = new Set<string>()
  app.addHook('onRoute', ({ url }) => {
    addresses.add(url)
  })
  objectRoutes(app, host)
  serverRoutes(app, host)
  sqlRoutes(app, host)
  liveRoutes(app, host)
  openApiRoutes(app, host)
  webRoutes(app, host)
  for (const add of more) await add(app)
  await app.ready()
  return { handle: (request, response) => app.routing(request, response), close: () => app.close() }
}
