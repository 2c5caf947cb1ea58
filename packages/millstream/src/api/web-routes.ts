import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { ApiHost } from './host.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
}

/** Scripts and styles of our own only; xyflow and CodeMirror set styles on elements. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The built web app: `/` and its assets. */
export function webRoutes(app: FastifyInstance, host: ApiHost): void {
  const folder = host.webFolder
  if (folder === null) {
    app.get('/', (_request, reply) =>
      reply.type('text/plain; charset=utf-8').send('Millstream runs. The web app is not built here: npm start builds it.\n'),
    )
    return
  }
  app.get('/', (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', pagePolicy)
      .header('cache-control', 'no-cache')
      .send(createReadStream(join(folder, 'index.html'))),
  )
  app.get<{ Params: { '*': string } }>('/assets/*', async (request, reply) => {
    const assets = join(folder, 'assets')
    const path = normalize(join(assets, request.params['*']))
    const found = path.startsWith(`${assets}/`) ? await stat(path).catch(() => null) : null
    if (found === null || !found.isFile()) return reply.callNotFound()
    return reply
      .type(types[extname(path)] ?? 'application/octet-stream')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .send(createReadStream(path))
  })
}
