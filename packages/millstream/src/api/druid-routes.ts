import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errors } from '../base/errors.ts'
import { type DruidResponse, druidError } from '../druid/errors.ts'
import type { DatasetStatus } from '../olap/olap.ts'

/** What Druid's face needs of the server. */
export interface DruidHost {
  /** A request to the olap process. */
  ask(method: string, params: unknown): Promise<unknown>
  tenant(request: IncomingMessage): string
  /** Defines a dataset by an ingestion spec; absent: supervisors are only listed. */
  define?(request: IncomingMessage, name: string, spec: unknown): Promise<unknown>
}

/** The version of Druid whose answers ours are compared with. */
const druidVersion = '33.0.0'

/**
 * Druid's API, so that Druid's clients work: queries, SQL, the lists that they ask first, and supervisors as a way to
 * define datasets. Bodies are answered as the olap process wrote them.
 */
export function druidRoutes(host: DruidHost): (app: FastifyInstance) => Promise<void> {
  const tenantOf = (request: FastifyRequest): string => host.tenant(request.raw)
  const ask = async (method: string, params: unknown): Promise<DruidResponse> => {
    try {
      return (await host.ask(method, params)) as DruidResponse
    } catch (error) {
      return druidError(error)
    }
  }
  const query = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    send(reply, await ask('olap.query', { tenant: tenantOf(request), query: request.body }), 'x-druid-query-id')
  const sql = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    send(reply, await ask('olap.sql', { tenant: tenantOf(request), request: request.body }), 'x-druid-sql-query-id')
  const datasets = async (request: FastifyRequest): Promise<readonly DatasetStatus[]> => {
    const tenant = tenantOf(request)
    return ((await host.ask('olap.status', {})) as readonly DatasetStatus[]).filter((dataset) => dataset.tenant === tenant)
  }

  return async (app) => {
    for (const path of ['/druid/v2', '/druid/v2/']) app.post(path, query)
    for (const path of ['/druid/v2/sql', '/druid/v2/sql/']) app.post(path, sql)
    app.get('/status', async (_request, reply) =>
      reply.type('application/json').send(JSON.stringify({ version: druidVersion, modules: [], memory: {} })),
    )
    app.get('/status/health', async (_request, reply) => reply.type('application/json').send('true'))
    for (const path of ['/druid/v2/datasources', '/druid/v2/datasources/']) {
      app.get(path, async (request) => (await datasets(request)).map(({ name }) => name))
    }
    app.get<{ Params: { name: string } }>('/druid/v2/datasources/:name', async (request, reply) => {
      const { name } = request.params
      const segments = { queryType: 'segmentMetadata', dataSource: name, merge: true, analysisTypes: ['aggregators'] }
      const answer = await ask('olap.query', { tenant: tenantOf(request), query: segments })
      if (answer.status !== 200) return send(reply, answer, 'x-druid-query-id')
      const merged = (JSON.parse(answer.body) as { columns: Record<string, unknown>; aggregators: Record<string, unknown> | null }[])[0]
      const metrics = Object.keys(merged?.aggregators ?? {})
      const dimensions = Object.keys(merged?.columns ?? {}).filter((column) => column !== '__time' && !metrics.includes(column))
      return { dimensions, metrics }
    })
    supervisorRoutes(app, host, datasets)
  }
}

type Datasets = (request: FastifyRequest) => Promise<readonly DatasetStatus[]>

/** A dataset is what Druid calls a supervisor: it follows a stream. */
function supervisorRoutes(app: FastifyInstance, host: DruidHost, datasets: Datasets): void {
  app.get<{ Querystring: { full?: string; state?: string } }>('/druid/indexer/v1/supervisor', async (request) => {
    const all = await datasets(request)
    if (request.query.full === undefined && request.query.state === undefined) return all.map(({ name }) => name)
    return all.map((dataset) => ({
      id: dataset.name,
      state: stateOf(dataset),
      detailedState: stateOf(dataset),
      healthy: dataset.error === null,
      suspended: false,
    }))
  })
  app.post('/druid/indexer/v1/supervisor', async (request, reply) => {
    try {
      const name = nameOf(request.body)
      if (host.define === undefined) throw errors.fail('MS-6000', { feature: 'defining a dataset by a supervisor' })
      await host.define(request.raw, name, request.body)
      return { id: name }
    } catch (error) {
      return send(reply, druidError(error), 'x-druid-query-id')
    }
  })
  app.get<{ Params: { name: string } }>('/druid/indexer/v1/supervisor/:name/status', async (request, reply) => {
    const dataset = (await datasets(request)).find(({ name }) => name === request.params.name)
    if (dataset === undefined) return reply.code(404).send({ error: `[${request.params.name}] does not exist` })
    const payload = {
      dataSource: dataset.name,
      state: stateOf(dataset),
      detailedState: stateOf(dataset),
      healthy: dataset.error === null,
      suspended: false,
      aggregateLag: dataset.lagRows,
      recentErrors: dataset.error === null ? [] : [{ errorClass: dataset.error.code, message: dataset.error.message }],
    }
    return { id: dataset.name, payload }
  })
}

const stateOf = (dataset: DatasetStatus): string => (dataset.state === 'running' ? 'RUNNING' : 'UNHEALTHY_SUPERVISOR')

function nameOf(body: unknown): string {
  const outer = body as { spec?: { dataSchema?: { dataSource?: unknown } }; dataSchema?: { dataSource?: unknown } } | null
  return String((outer?.spec?.dataSchema ?? outer?.dataSchema)?.dataSource ?? '')
}

function send(reply: FastifyReply, answer: DruidResponse, idHeader: string): FastifyReply {
  const headers = { [idHeader]: reply.request.id, 'x-druid-response-context': '{}', ...answer.headers }
  return reply.code(answer.status).headers(headers).send(answer.body)
}
