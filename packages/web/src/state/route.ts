import { useSyncExternalStore } from 'react'

/** Pages are addressed behind the `#`, so that the server has one page to serve: `#/streams/playback/ledger`. */
export type Route = readonly string[]

let last = { hash: '', route: [] as Route }

function read(): Route {
  const hash = location.hash
  if (hash !== last.hash) last = { hash, route: hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent) }
  return last.route
}

export function useRoute(): Route {
  return useSyncExternalStore((changed) => {
    addEventListener('hashchange', changed)
    return () => removeEventListener('hashchange', changed)
  }, read)
}

export const link = (...parts: readonly string[]): string => `#/${parts.map(encodeURIComponent).join('/')}`

export function go(...parts: readonly string[]): void {
  location.hash = link(...parts)
}
