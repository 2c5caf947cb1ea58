/** Where an error arose in what the user gave us. Lines and columns count from 1; columns count characters. */
export interface Place {
  readonly source?: string
  readonly line?: number
  readonly column?: number
  readonly endLine?: number
  readonly endColumn?: number
}

/** One entry of the catalogue: what happened, and what to do, as functions of plain values. */
export interface ErrorKind<E> {
  /** user: the request or definition is wrong. environment: disk, network, another system. server: our bug. */
  readonly domain: 'user' | 'environment' | 'server'
  readonly http: number
  /** Whether the same request can succeed later. */
  readonly retry: boolean
  readonly title: string
  readonly says: (e: E) => string
  readonly do: (e: E) => string
}

type AnyKind = ErrorKind<never>
type ValuesOf<K> = K extends ErrorKind<infer E> ? E : never

/** An error that reaches a person: code, what happened, where, why, what to do. */
export class MillstreamError extends Error {
  readonly code: string
  readonly title: string
  readonly advice: string
  readonly domain: ErrorKind<never>['domain']
  readonly http: number
  readonly retry: boolean
  readonly place: Place | undefined
  readonly values: Readonly<Record<string, unknown>>

  constructor(code: string, kind: AnyKind, values: unknown, place?: Place, cause?: unknown) {
    super((kind.says as (e: unknown) => string)(values), cause === undefined ? undefined : { cause })
    this.name = 'MillstreamError'
    this.code = code
    this.title = kind.title
    this.advice = (kind.do as (e: unknown) => string)(values)
    this.domain = kind.domain
    this.http = kind.http
    this.retry = kind.retry
    this.place = place
    this.values = (values ?? {}) as Record<string, unknown>
  }
}

export interface Catalogue<T extends Record<string, AnyKind>> {
  readonly kinds: T
  /** Makes the error (throw it yourself, so that control flow stays visible to the compiler). */
  fail<C extends keyof T & string>(code: C, values: ValuesOf<T[C]>, place?: Place, cause?: unknown): MillstreamError
}

export function catalogue<T extends Record<string, AnyKind>>(kinds: T): Catalogue<T> {
  return {
    kinds,
    fail: (code, values, place, cause) => new MillstreamError(code, kinds[code] as AnyKind, values, place, cause),
  }
}

/** `says` of another language: used by catalogue sections for lists. */
export function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ')
}
