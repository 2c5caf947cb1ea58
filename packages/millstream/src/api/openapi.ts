import type { FastifyInstance } from 'fastify'
import { type Address, addresses } from './addresses.ts'
import type { ApiHost } from './host.ts'

/** `/openapi.json` (3.1), and `/docs`: the same, to read. */
export function openApiRoutes(app: FastifyInstance, host: ApiHost): void {
  app.get('/openapi.json', () => openApi(host.version))
  app.get('/docs', (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      )
      .send(page(host.version)),
  )
}

const problem = {
  description: 'Problem details (RFC 9457)',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}

export function openApi(version: string): unknown {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const address of addresses) {
    const path = paths[address.path] ?? {}
    paths[address.path] = path
    path[address.method] = operation(address)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Millstream',
      version,
      description: 'Streams in, answers out. Errors are RFC 9457 problem details with a stable code.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas: {
        Problem: {
          type: 'object',
          required: ['type', 'title', 'status', 'detail', 'code', 'advice', 'retry'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string', description: 'What happened, to whom, where' },
            code: { type: 'string', pattern: '^MS-[0-9]{4}$' },
            advice: { type: 'string', description: 'What to do' },
            retry: { type: 'boolean', description: 'Whether the same request can succeed later' },
            place: {
              type: 'object',
              properties: { source: { type: 'string' }, line: { type: 'integer' }, column: { type: 'integer' } },
            },
          },
        },
      },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
    security: [{}, { token: [] }],
  }
}

function operation({ summary, tag, query = {}, path, body, answers, method }: Address): unknown {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string)
  return {
    summary,
    tags: [tag],
    operationId: `${method} ${path}`.replaceAll(/[^a-z0-9]+/gi, '_').replace(/_$/, ''),
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...Object.entries(query).map(([name, description]) => ({ name, in: 'query', description, schema: { type: 'string' } })),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: Object.fromEntries(body.map((type) => [type, { schema: {} }])) } }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, description]) => [status, { description }])),
      default: problem,
    },
  }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

function page(version: string): string {
  const sections = [...new Set(addresses.map((address) => address.tag))].map((tag) => {
    const rows = addresses
      .filter((address) => address.tag === tag)
      .map(({ method, path, summary, query = {}, body = [], answers }) => {
        const asked = Object.entries(query).map(([name, text]) => `<li><code>${name}</code> ${escaped(text)}</li>`)
        const said = Object.entries(answers).map(([status, text]) => `<li><code>${status}</code> ${escaped(text)}</li>`)
        const takes = body.length === 0 ? '' : `<p>Takes ${body.map((type) => `<code>${escaped(type)}</code>`).join(', ')}.</p>`
        return `<article><h3><b>${method.toUpperCase()}</b> <code>${escaped(path)}</code></h3><p>${escaped(summary)}</p>${takes}<ul>${asked.join('')}${said.join('')}</ul></article>`
      })
    return `<section><h2>${escaped(tag)}</h2>${rows.join('')}</section>`
  })
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Millstream ${escaped(version)}: HTTP</title><style>:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}h3{margin:1.5rem 0 0;font-weight:400}article p{margin:.2rem 0}ul{margin:.2rem 0;padding-left:1.2rem}code{font:13px/1.4 ui-monospace,monospace}</style></head><body><h1>Millstream ${escaped(version)}</h1><p>The same as <code>/openapi.json</code>, to read. Errors are RFC 9457 problem details with a stable code.</p>${sections.join('')}</body></html>\n`
}
