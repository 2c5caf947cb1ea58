import { useCallback, useEffect, useRef, useState } from 'react'

export interface Loaded<T> {
  readonly value: T | null
  readonly error: unknown
  readonly loading: boolean
  reload(): void
}

interface State<T> {
  readonly key: string
  /** The load that this came from. */
  readonly request: string
  readonly value: T | null
  readonly error: unknown
}

/** Loads when `key` changes and on `reload`; a newer load wins over an older one, and a reload keeps the old value until it is there. */
export function useLoad<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const latest = useRef(load)
  latest.current = load
  const [round, setRound] = useState(0)
  const request = `${key} ${round}`
  const [state, setState] = useState<State<T>>({ key, request: '', value: null, error: null })
  useEffect(() => {
    let stale = false
    latest.current().then(
      (value) => !stale && setState({ key, request, value, error: null }),
      (error: unknown) => !stale && setState((old) => ({ key, request, value: old.key === key ? old.value : null, error })),
    )
    return () => {
      stale = true
    }
  }, [key, request])
  const reload = useCallback(() => setRound((old) => old + 1), [])
  const current = state.key === key
  return { value: current ? state.value : null, error: current ? state.error : null, loading: state.request !== request, reload }
}
