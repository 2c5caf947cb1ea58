import { errors } from '../base/errors.ts'

/** `/v1/streams/{stream}/{part}`; the only addresses that the gateway answers itself. */
export interface StreamAddress {
  /** Null: the caller's. */
  readonly tenant: string | null
  readonly name: string
  readonly part: 'events' | 'ledger' | 'dead-letters' | 'redrive'
}

const prefix = '/v1/streams/'
const parts: ReadonlySet<string> = new Set<StreamAddress['part']>(['events', 'ledger', 'dead-letters', 'redrive'])
const plain = /^[a-z][a-z0-9_]{0,62}(\$late|\$refused)?$/

/** Null: somebody else's address. Throws when it is ours and names nothing that can exist. */
export function streamAddress(url: string): StreamAddress | null {
  if (!url.startsWith(prefix)) return null
  const query = url.indexOf('?')
  const pathEnd = query < 0 ? url.length : query
  const slash = url.indexOf('/', prefix.length)
  if (slash < 0 || slash > pathEnd) return null
  const part = url.slice(slash + 1, pathEnd)
  if (!parts.has(part)) return null
  const raw = url.slice(prefix.length, slash)
  const text = raw.includes('%') ? decoded(raw, url) : raw
  const dot = text.indexOf('.')
  const tenant = dot < 0 ? null : text.slice(0, dot)
  const name = dot < 0 ? text : text.slice(dot + 1)
  if (!plain.test(name) || (tenant !== null && !plain.test(tenant))) throw errors.fail('MS-4008', { name: text.slice(0, 200) })
  return { tenant, name, part: part as StreamAddress['part'] }
}

export function queryOf(url: string): URLSearchParams {
  const query = url.indexOf('?')
  return new URLSearchParams(query < 0 ? '' : url.slice(query + 1))
}

function decoded(raw: string, url: string): string {
  try {
    return decodeURIComponent(raw)
  } catch {
    throw errors.fail('MS-4020', { path: url.slice(0, 200) })
  }
}
