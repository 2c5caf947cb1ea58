import type { ServerResponse } from 'node:http'
import { errors, MillstreamError } from '../base/errors.ts'
import { setSecurityHeaders } from './security-headers.ts'

/** RFC 9457 problem details; `more` are extension members, such as `accepted`. */
export function problemBody(error: MillstreamError, more: Readonly<Record<string, unknown>> = {}): string {
  const { code, title, http: status, message: detail, advice, retry, place } = error
  const type = `https://millstream.dev/errors/${code}`
  return `${JSON.stringify({ type, title, status, detail, code, advice, retry, ...(place === undefined ? {} : { place }), ...more })}\n`
}

/** Answers with a problem. After a body that was not read to its end the connection closes. */
export function answerProblem(response: ServerResponse, error: MillstreamError, more: Readonly<Record<string, unknown>> = {}): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const body = problemBody(error, more)
  if (!response.hasHeader('x-content-type-options')) setSecurityHeaders(response)
  response.statusCode = error.http
  response.setHeader('content-type', 'application/problem+json')
  response.setHeader('content-length', Buffer.byteLength(body))
  if (error.http === 401) response.setHeader('www-authenticate', 'Bearer realm="millstream", Basic realm="millstream"')
  if (error.retry && !response.hasHeader('retry-after')) response.setHeader('retry-after', '1')
  if (!response.req.complete) response.setHeader('connection', 'close')
  response.end(body)
}

/** Ours as they are; anything else is a bug of ours that nobody outside reads about. */
export function problemOf(error: unknown, onFailure: (error: unknown) => void): MillstreamError {
  if (error instanceof MillstreamError) {
    if (error.domain !== 'user') onFailure(error)
    return error
  }
  onFailure(error)
  return errors.fail('MS-4023', {}, undefined, error)
}
