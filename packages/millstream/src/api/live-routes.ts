import type { FastifyInstance } from 'fastify'
import type { ApiHost } from './host.ts'

/** What flows where, and the one feed of a page. */
export function liveRoutes(app: FastifyInstance, host: ApiHost): void {
  app.get('/v1/home', (request) => host.home(host.caller(request.raw)))

  app.get('/v1/live', (request, reply) => {
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    const stop = host.live(host.caller(request.raw), (update) => {
      // A page that does not read misses updates instead of filling our memory.
      if (!raw.writableNeedDrain) raw.write(`event: live\ndata: ${JSON.stringify(update)}\n\n`)
    })
    raw.on('close', stop)
  })
}
