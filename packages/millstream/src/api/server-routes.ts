import type { JobObject, Page, ProjectRequest } from '@millstream/client'
import type { FastifyInstance } from 'fastify'
import { errors } from '../base/errors.ts'
import { near } from '../base/near.ts'
import type { ApiHost } from './host.ts'

/** Jobs, projects, processes, tokens, probes and metrics. */
export function serverRoutes(app: FastifyInstance, host: ApiHost): void {
  app.get('/v1/jobs', (request): Page<JobObject> => ({ items: host.jobs(host.caller(request.raw)), cursor: null }))
  app.get<{ Params: { name: string } }>('/v1/jobs/:name', (request) => {
    const jobs = host.jobs(host.caller(request.raw))
    const { name } = request.params
    const found = jobs.find((job) => job.name === name || job.uid === name)
    if (found !== undefined) return found
    const names = jobs.map((job) => job.name)
    throw errors.fail('MS-7002', { kind: 'job', name, near: near(name, names) })
  })

  app.post<{ Body: ProjectRequest }>('/v1/plan', (request) => host.planProject(host.caller(request.raw), projectOf(request.body)))
  app.post<{ Body: ProjectRequest }>('/v1/apply', (request) => host.applyProject(host.caller(request.raw), projectOf(request.body)))
  app.get<{ Querystring: { project?: string } }>('/v1/export', (request) =>
    host.exportProject(host.caller(request.raw), request.query.project ?? null),
  )

  app.get('/v1/processes', () => host.processes())
  app.post<{ Params: { pid: string } }>('/v1/processes/:pid/kill', (request, reply) => {
    host.kill(host.caller(request.raw), Number(request.params.pid))
    return reply.code(202).send({})
  })
  app.post<{ Body: { name?: unknown } }>('/v1/tokens', async (request, reply) => {
    const name = request.body?.name
    if (typeof name !== 'string') throw errors.fail('MS-7009', { reason: 'The body has no "name"', advice: 'Send {"name": "ci"}.' })
    return reply.code(201).send(await host.createToken(host.caller(request.raw), name))
  })

  app.get('/health/live', () => ({ status: 'live' }))
  app.get('/health/ready', (_request, reply) => {
    const missing = host.notReady()
    return reply.code(missing === null ? 200 : 503).send(missing === null ? { status: 'ready' } : { status: 'not ready', missing })
  })
  app.get('/metrics', (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(host.metrics()))
}

function projectOf(body: unknown): ProjectRequest {
  const { project, objects } = (body ?? {}) as Partial<ProjectRequest>
  if (typeof project === 'string' && Array.isArray(objects)) return body as ProjectRequest
  throw errors.fail('MS-7009', {
    reason: 'The body has no "project" or no "objects"',
    advice: 'Send {"project": "...", "objects": [...]}.',
  })
}
