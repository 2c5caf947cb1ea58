import { errors } from '../base/errors.ts'
import { parseDuration } from '../config/units.ts'

/** Where reading starts. */
export type From = { readonly kind: 'earliest' | 'latest' } | { readonly kind: 'time'; readonly ms: number }

/** `earliest`, `latest`, an ISO-8601 time, epoch milliseconds, or a duration back from now such as `10 min`. */
export function fromOf(query: URLSearchParams, name: string, nowMs: number): From | null {
  const text = query.get(name)
  if (text === null || text === '') return null
  if (text === 'earliest' || text === 'latest') return { kind: text }
  const isEpoch = /^\d{12,14}$/.test(text)
  const back = isEpoch ? null : parseDuration(text)
  if (back !== null) return { kind: 'time', ms: nowMs - back }
  const ms = isEpoch ? Number(text) : /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(zoned(text)) : Number.NaN
  if (Number.isNaN(ms)) {
    throw parameter(name, text, 'a time (ISO-8601 or epoch milliseconds), a duration back such as 10 min, earliest or latest')
  }
  return { kind: 'time', ms }
}

/** A whole number within bounds, or `absent`. */
export function countOf<T>(query: URLSearchParams, name: string, most: number, absent: T): number | T {
  const text = query.get(name)
  if (text === null || text === '') return absent
  const value = /^\d{1,15}$/.test(text) ? Number(text) : -1
  if (value < 0 || value > most) throw parameter(name, text, `a whole number from 0 to ${most}`)
  return value
}

export function flagOf(query: URLSearchParams, name: string, absent: boolean): boolean {
  const text = query.get(name)
  if (text === null) return absent
  if (text === 'true' || text === '1' || text === '') return true
  if (text === 'false' || text === '0') return false
  throw parameter(name, text, 'true or false')
}

export const parameter = (name: string, value: string, wanted: string) =>
  errors.fail('MS-4014', { name, value: value.slice(0, 100), wanted })

/** A time without a zone is UTC, whatever the server's own zone is. */
function zoned(text: string): string {
  const time = text.trim().replace(' ', 'T')
  if (!time.includes('T')) return `${time}T00:00:00Z`
  return /(Z|[+-]\d\d:?\d\d)$/i.test(time) ? time : `${time}Z`
}
