import { errors } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import { type Json, JsonNumber } from './json.ts'

/** `[lax | strict] $.a['b'][0][*].*..c`: what the path finds, or why it finds nothing. */
export interface JsonPath {
  readonly lax: boolean
  /** `null` in lax mode where nothing is; an error in strict mode. */
  find(root: Json): { readonly value: Json } | { readonly error: string }
}

type Step =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'every' }
  | { readonly kind: 'deep'; readonly name: string | null }

const cache = new Map<string, JsonPath>()

/** Throws MS-2112 when the text is no path. */
export function jsonPath(text: string): JsonPath {
  let path = cache.get(text)
  if (path === undefined) {
    path = makePath(text)
    if (cache.size >= limits.parsedPatternsMax) cache.clear()
    cache.set(text, path)
  }
  return path
}

function makePath(text: string): JsonPath {
  const match = /^\s*(?:(strict|lax)\s+)?(.+)$/is.exec(text)
  const lax = match?.[1]?.toLowerCase() === 'lax'
  const steps = parseSteps((match?.[2] ?? '').trim(), text)
  const definite = steps.every((step) => step.kind === 'member' || step.kind === 'index')
  return {
    lax,
    find(root) {
      if (!definite) return { value: steps.reduce<Json[]>(expand, [root]) }
      let at: Json = root
      for (const step of steps) {
        const next = child(at, step)
        if (next === undefined) return lax ? { value: null } : { error: `no results for path ${text.trim()}` }
        at = next
      }
      return { value: at }
    },
  }
}

function child(value: Json, step: Step): Json | undefined {
  if (step.kind === 'member') return value instanceof Map ? (value as ReadonlyMap<string, Json>).get(step.name) : undefined
  if (step.kind !== 'index' || !Array.isArray(value)) return undefined
  return (value as readonly Json[])[step.index < 0 ? value.length + step.index : step.index]
}

function expand(found: readonly Json[], step: Step): Json[] {
  return found.flatMap((value) => {
    if (step.kind === 'every') return childrenOf(value)
    if (step.kind === 'deep') return deep(value, step.name)
    const one = child(value, step)
    return one === undefined ? [] : [one]
  })
}

function childrenOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[]
  return value instanceof Map ? [...(value as ReadonlyMap<string, Json>).values()] : []
}

function deep(value: Json, name: string | null): Json[] {
  if (value === null || typeof value !== 'object' || value instanceof JsonNumber) return []
  const own = name === null ? childrenOf(value) : [child(value, { kind: 'member', name })].filter((one) => one !== undefined)
  return [...own, ...childrenOf(value).flatMap((one) => deep(one, name))]
}

const stepForm = /\.\.(\*|[\w$-]+)|\.(\*|[^.[\]\s'"()?@]+)|\.?\[\s*(?:(\*)|(-?\d+)|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\]/y

function parseSteps(text: string, whole: string): Step[] {
  const refuse = (): never => {
    const isFilter = /\?|@|:|,/.test(text)
    const reason = isFilter ? `filters, slices and unions of a path are not there yet: ${whole}` : `'${whole}' is no JSON path`
    throw errors.fail('MS-2112', { name: 'JSON path', reason })
  }
  if (!text.startsWith('$')) return refuse()
  const steps: Step[] = []
  let at = 1
  while (at < text.length) {
    stepForm.lastIndex = at
    const match = stepForm.exec(text)
    if (match === null) return refuse()
    const [all, deepName, dotName, every, index, single, double] = match
    if (deepName !== undefined) steps.push({ kind: 'deep', name: deepName === '*' ? null : deepName })
    else if (every !== undefined || dotName === '*') steps.push({ kind: 'every' })
    else if (index !== undefined) steps.push({ kind: 'index', index: Number(index) })
    else steps.push({ kind: 'member', name: dotName ?? unescaped(single ?? double ?? '') })
    at += all.length
  }
  return steps
}

const unescaped = (text: string): string => text.replace(/\\(.)/g, '$1')
