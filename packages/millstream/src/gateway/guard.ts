import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { errors } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { StreamDescriptor } from '../model/streams.ts'
import { bareType, isEventType, isOurType } from './content-type.ts'

const changing = (method: string | undefined): boolean => method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/

/** A name that an attacker's DNS points at this machine is not a name of this server (DNS rebinding). */
export function checkHost(headers: IncomingHttpHeaders, publicHosts: readonly string[]): void {
  const host = (headers.host ?? '').toLowerCase()
  if (loopback.test(host) || publicHosts.includes(host)) return
  throw errors.fail('MS-4001', { host: host.slice(0, 200) })
}

/** A changing request or an upgrade comes from our own page, or from no page at all. */
export function checkOrigin(request: IncomingMessage, publicHosts: readonly string[], stream: StreamDescriptor | null): void {
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  if (stream !== null && origin !== undefined && originsOf(stream).includes(origin)) return
  const own =
    origin === undefined ||
    origin === `http://${host}` ||
    origin === `https://${host}` ||
    publicHosts.some((name) => origin === `https://${name}`)
  // Another port of this machine is "same-site" to a browser, and foreign to us.
  if (own && (site === undefined || site === 'same-origin' || site === 'none')) return
  throw errors.fail('MS-4002', { origin: (own ? `site ${site}` : String(origin)).slice(0, 200) })
}

/** Bodies declare one of our types: what a form can send without asking (a "simple" request) is not among them. */
function checkContentType(request: IncomingMessage, ingest: boolean): void {
  if (!hasBody(request.headers)) return
  const given = bareType(request.headers['content-type'])
  if (ingest ? isEventType(given) : isOurType(given)) return
  const taken = ingest ? ['application/x-ndjson', 'application/json', 'text/csv'] : ['application/json']
  const path = (request.url ?? '/').replace(/[^\w/.$~%-]/g, '').slice(0, 200)
  const curl = `curl -H 'content-type: ${taken[0]}' --data-binary @${ingest ? 'events.ndjson' : 'body.json'} http://${request.headers.host}${path}`
  throw errors.fail('MS-4003', { given: given.slice(0, 100), taken, curl })
}

/** What every request passes before any route. `stream` is the one that it would write, for its `ingest.origins`. */
export function guard(request: IncomingMessage, publicHosts: readonly string[], stream: StreamDescriptor | null, ingest = false): void {
  checkHost(request.headers, publicHosts)
  if (request.rawHeaders.length > 2 * limits.headersCountMax) {
    throw errors.fail('MS-4024', { reason: `it has more than ${limits.headersCountMax} headers` })
  }
  if (!changing(request.method)) return
  checkOrigin(request, publicHosts, stream)
  checkContentType(request, ingest)
}

/** `ingest.origins`: pages of these origins may write this stream, and read the answer to that; nothing else. */
export function allowIngestOrigin(request: IncomingMessage, response: ServerResponse, stream: StreamDescriptor): boolean {
  const { origin } = request.headers
  if (origin === undefined || !originsOf(stream).includes(origin)) return false
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('vary', 'origin')
  response.setHeader('cross-origin-resource-policy', 'cross-origin')
  if (request.method === 'OPTIONS') {
    response.setHeader('access-control-allow-methods', 'POST')
    response.setHeader(
      'access-control-allow-headers',
      'content-type, content-encoding, authorization, idempotency-key, millstream-producer-id, millstream-producer-epoch, millstream-producer-sequence',
    )
    response.setHeader('access-control-max-age', '600')
  }
  return true
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

function originsOf(stream: StreamDescriptor): readonly string[] {
  const option = stream.contract.options['ingest.origins']
  return option === undefined ? [] : option.split(/[,;\s]+/)
}
