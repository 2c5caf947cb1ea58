import { createServer, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { errors } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import { type Gateway, refuseSocket } from './gateway.ts'

/** How long a client may take; tests make it short. */
export interface Patience {
  readonly headersTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly connectionCheckMs: number
}

const defaultPatience: Patience = {
  headersTimeoutMs: limits.headersTimeoutMs,
  requestTimeoutMs: limits.requestTimeoutMs,
  connectionCheckMs: limits.connectionCheckMs,
}

/** The HTTP server of a gateway: strict parsing, bounded headers, bounded patience. The caller listens. */
export function createHttpServer(gateway: Gateway, patience: Patience = defaultPatience): Server {
  const server = createServer(
    {
      insecureHTTPParser: false,
      maxHeaderSize: limits.headersBytesMax,
      headersTimeout: patience.headersTimeoutMs,
      requestTimeout: patience.requestTimeoutMs,
      connectionsCheckingInterval: patience.connectionCheckMs,
      keepAlive: true,
      noDelay: true,
    },
    (request, response) => gateway.onRequest(request, response),
  )
  server.maxConnections = limits.connectionsMax
  // Node counts and drops headers beyond this silently: one more is let through, so that the gateway can refuse it.
  server.maxHeadersCount = limits.headersCountMax + 1
  server.on('upgrade', (request, socket, head) => gateway.onUpgrade(request, socket, head))
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET') return void socket.destroy()
    refuseSocket(socket, errors.fail('MS-4024', { reason: reasonOf(error) }))
  })
  return server
}

function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return `the headers are larger than ${limits.headersBytesMax} bytes`
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'it took too long to come'
    default:
      return 'it is not HTTP/1.1 as RFC 9112 has it'
  }
}
