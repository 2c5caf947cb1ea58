import type { Problem } from '@millstream/client'
import { errors, MillstreamError } from '../base/errors.ts'
import { RemoteError } from '../base/rpc.ts'

/** Every error as problem details (RFC 9457). What is not ours becomes MS-7001, without its insides. */
export function problemOf(error: unknown): Problem {
  if (error instanceof MillstreamError) {
    const { code, title, http, message, advice, retry, place } = error
    return { type: typeOf(code), title, status: http, detail: message, code, advice, retry, ...(place === undefined ? {} : { place }) }
  }
  if (error instanceof RemoteError) {
    const { code, message, title = 'An error of ours', advice = '', http = 500, place } = error.failure
    const shared = { type: typeOf(code), title, status: http, detail: message, code, advice, retry: http >= 500 }
    return place === undefined ? shared : { ...shared, place: place as NonNullable<Problem['place']> }
  }
  const fromFastify = error as { statusCode?: unknown; message?: unknown; code?: unknown }
  if (typeof fromFastify.statusCode === 'number' && fromFastify.statusCode < 500) {
    const reason = String(fromFastify.message)
    const known = errors.fail('MS-7009', { reason, advice: 'See /openapi.json for what this address takes.' })
    return { ...problemOf(known), status: fromFastify.statusCode }
  }
  return problemOf(errors.fail('MS-7001', { reason: 'The request could not be answered: an error of ours' }, undefined, error))
}

const typeOf = (code: string): string => `https://millstream.dev/errors/${code}`
