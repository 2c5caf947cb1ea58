import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { errors, type MillstreamError } from '../base/errors.ts'
import { near } from '../base/near.ts'
import type { StreamDescriptor } from '../model/streams.ts'
import { queryOf, type StreamAddress, streamAddress } from './address.ts'
import { BodyMemory } from './body.ts'
import { answerDeadLetters } from './dead-letters.ts'
import { allowIngestOrigin, checkHost, checkOrigin, guard } from './guard.ts'
import type { GatewayHost, Principal, Verb } from './host.ts'
import { ingest } from './ingest.ts'
import { answerLedger } from './ledger.ts'
import { answerProblem, problemBody, problemOf } from './problem.ts'
import { readEvents } from './read-events.ts'
import { redrive } from './redrive.ts'
import { Redriven } from './redriven.ts'
import { setSecurityHeaders } from './security-headers.ts'
import { SequenceGaps } from './sequence-gaps.ts'
import { StreamEdges } from './stream-edge.ts'

export interface Gateway {
  /** The listener of the server's `request`. */
  onRequest(request: IncomingMessage, response: ServerResponse): void
  /** The listener of the server's `upgrade`. */
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

const methods: Readonly<Record<StreamAddress['part'], readonly string[]>> = {
  events: ['POST', 'GET'],
  ledger: ['GET'],
  'dead-letters': ['GET'],
  redrive: ['POST'],
}

/** The edge of one hub: every request passes its guard; events, ledger and dead letters are its own, the rest is the host's. */
export function createGateway(host: GatewayHost): Gateway {
  const edges = new StreamEdges()
  const state = { memory: new BodyMemory(), gaps: new SequenceGaps() }
  const redriven = new Redriven(host.marks)

  const route = async (address: StreamAddress, stream: StreamDescriptor, request: IncomingMessage, response: ServerResponse) => {
    const method = request.method === 'HEAD' ? 'GET' : (request.method as string)
    const allowed = methods[address.part]
    if (!allowed.includes(method)) {
      response.setHeader('allow', allowed.join(', '))
      throw errors.fail('MS-4015', { method, allowed })
    }
    if (address.part === 'events' && method === 'POST') return ingest(host, state, edges.of(stream), request, response)
    if (address.part === 'redrive') return redrive(host, redriven, state.memory, edges.of(stream), request, response)
    if (address.part === 'events') return readEvents(host, stream, request, response)
    const query = queryOf(request.url as string)
    if (address.part === 'ledger') return answerLedger(host, stream, query, response)
    return answerDeadLetters(host, redriven, stream, query, response)
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const address = streamAddress(request.url ?? '/')
    // On the hot path the answer brings them itself.
    if (address?.part !== 'events' || request.method !== 'POST' || request.headers.origin !== undefined) setSecurityHeaders(response)
    if (address === null) {
      guard(request, host.publicHosts, null)
      host.fallback(request, response, authenticated(host, request))
      return
    }
    checkHost(request.headers, host.publicHosts)
    if (request.method === 'OPTIONS') return preflight(host, address, request, response)
    const principal = authenticated(host, request)
    const found = find(host, principal, address)
    const writes = address.part === 'events' && request.method === 'POST'
    guard(request, host.publicHosts, writes ? found : null, writes)
    const verb: Verb = writes || address.part === 'redrive' ? 'write' : 'read'
    const tenant = address.tenant ?? principal.tenant
    if (!host.allow(principal, verb, { tenant, kind: 'stream', name: address.name })) {
      throw errors.fail('MS-4013', { principal: principal.name, verb, object: `stream ${tenant}.${address.name}` })
    }
    if (found === null) throw missing(host, tenant, address.name)
    if (writes) allowIngestOrigin(request, response, found)
    await route(address, found, request, response)
  }

  return {
    onRequest(request, response) {
      handle(request, response).catch((error: unknown) => {
        answerProblem(response, problemOf(error, host.onFailure))
      })
    },
    onUpgrade(request, socket, head) {
      socket.on('error', () => socket.destroy())
      try {
        checkHost(request.headers, host.publicHosts)
        checkOrigin(request, host.publicHosts, null)
        const principal = authenticated(host, request)
        if (host.upgrade === null) throw errors.fail('MS-4000', { feature: 'WebSocket' })
        host.upgrade(request, socket, head, principal)
      } catch (error) {
        refuseSocket(socket, problemOf(error, host.onFailure))
      }
    },
  }
}

function authenticated(host: GatewayHost, request: IncomingMessage): Principal {
  const principal = host.authenticate(request)
  if (principal === null) throw errors.fail('MS-4012', { given: request.headers.authorization !== undefined })
  return principal
}

function find(host: GatewayHost, principal: Principal, address: StreamAddress): StreamDescriptor | null {
  return host.streams.byName(address.tenant ?? principal.tenant, address.name)
}

function missing(host: GatewayHost, tenant: string, name: string): MillstreamError {
  const names = host.streams.all().flatMap((stream) => (stream.tenant === tenant ? [stream.name] : []))
  return errors.fail('MS-4007', { stream: name, near: near(name, names) })
}

/** A browser asks before a foreign page may write; only a stream that lists the page says yes. It carries no token. */
function preflight(host: GatewayHost, address: StreamAddress, request: IncomingMessage, response: ServerResponse): void {
  const stream = host.streams.byName(address.tenant ?? 'default', address.name)
  if (address.part !== 'events' || stream === null || !allowIngestOrigin(request, response, stream)) {
    throw errors.fail('MS-4002', { origin: (request.headers.origin ?? 'no origin').slice(0, 200) })
  }
  response.statusCode = 204
  response.end()
}

/** A problem where there is no response object: an upgrade, or bytes that are no HTTP. */
export function refuseSocket(socket: Duplex, error: MillstreamError): void {
  if (!socket.writable) return void socket.destroy()
  const body = problemBody(error)
  const head = [
    `HTTP/1.1 ${error.http} ${error.title}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'x-content-type-options: nosniff',
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
