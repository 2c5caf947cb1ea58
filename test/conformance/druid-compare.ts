/** A case of the vectors; see their README for the fields. */
export interface DruidCase {
  readonly id: string
  readonly dataset: string | null
  readonly kind: 'native' | 'sql'
  readonly query: unknown
  readonly context?: Readonly<Record<string, unknown>> | null
  readonly request?: Readonly<Record<string, unknown>> | null
  readonly expected: unknown
  readonly expected_text?: string | null
  readonly ordered: boolean
  readonly stable?: boolean
  readonly tolerance: number | null
  readonly compare: 'full' | 'loose' | 'scan_events' | 'subset' | 'http_error'
  readonly ignore?: readonly string[] | null
}

/** Null when the answer is right, else what is wrong. `failure`: the error that came instead. */
export function compareCase(
  expected: DruidCase,
  answer: unknown,
  failure: { readonly http?: number; readonly message?: string } | undefined,
): string | null {
  if (expected.compare === 'http_error') {
    if (failure === undefined) return 'an error was expected'
    return (failure.http ?? 500) >= 400 && (failure.http ?? 500) < 500
      ? null
      : `an error of class 4xx was expected, not ${failure.http ?? 500}: ${failure.message}`
  }
  if (failure !== undefined) return `failed: ${failure.message}`
  if (expected.stable === false) {
    // Another choice or order of rows can be right: the number of rows must be.
    const [wanted, got] = [expected.expected, answer]
    return Array.isArray(wanted) && Array.isArray(got) && wanted.length === got.length
      ? null
      : `${count(answer)} rows, not ${count(wanted)}`
  }
  const ignore = new Set(expected.ignore ?? [])
  const rules: Rules = { tolerance: expected.tolerance ?? 0, loose: expected.compare === 'loose', subset: expected.compare === 'subset' }
  if (expected.compare === 'scan_events') {
    const [wanted, got] = [scanEvents(expected.expected), scanEvents(answer)]
    return (
      difference(wanted.columns, got.columns, rules, true, '$.columns') ??
      difference(wanted.events, got.events, rules, expected.ordered, '$.events')
    )
  }
  return difference(strip(expected.expected, ignore), strip(answer, ignore), rules, expected.ordered, '$')
}

const count = (value: unknown): number => (Array.isArray(value) ? value.length : 0)

interface Rules {
  readonly tolerance: number
  readonly loose: boolean
  readonly subset: boolean
}

function difference(wanted: unknown, got: unknown, rules: Rules, ordered: boolean, path: string): string | null {
  if (typeof wanted === 'number' || typeof got === 'number' || typeof got === 'bigint') {
    const [a, b] = [numberOf(wanted, rules), numberOf(got, rules)]
    if (a !== null && b !== null)
      return a === b || Math.abs(a - b) <= rules.tolerance * Math.max(Math.abs(a), Math.abs(b)) ? null : `${path}: ${b}, not ${a}`
    return `${path}: ${show(got)}, not ${show(wanted)}`
  }
  if (Array.isArray(wanted)) {
    const list = rules.loose && typeof got === 'string' ? parsed(got) : got
    if (!Array.isArray(list)) return `${path}: ${show(got)}, not a list`
    if (wanted.length !== list.length) return `${path}: ${list.length} items, not ${wanted.length}`
    if (ordered) {
      for (let at = 0; at < wanted.length; at++) {
        const found = difference(wanted[at], list[at], rules, true, `${path}[${at}]`)
        if (found !== null) return found
      }
      return null
    }
    const left = [...list]
    for (const item of wanted) {
      const at = left.findIndex((candidate) => difference(item, candidate, rules, true, path) === null)
      if (at < 0) return `${path}: no row like ${show(item)}`
      left.splice(at, 1)
    }
    return null
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof got !== 'object' || got === null) return `${path}: ${show(got)}, not an object`
    for (const [key, value] of Object.entries(wanted)) {
      if (!(key in got)) return `${path}.${key} is missing`
      const found = difference(value, (got as Record<string, unknown>)[key], rules, true, `${path}.${key}`)
      if (found !== null) return found
    }
    if (rules.subset) return null
    const extra = Object.keys(got).find((key) => !(key in wanted))
    return extra === undefined ? null : `${path}.${extra} is too much`
  }
  return wanted === got ? null : `${path}: ${show(got)}, not ${show(wanted)}`
}

function numberOf(value: unknown, rules: Rules): number | null {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return null
  return rules.loose && typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : null
}

const show = (value: unknown): string => (typeof value === 'bigint' ? value.toString() : (JSON.stringify(value) ?? 'nothing').slice(0, 200))

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function strip(value: unknown, ignore: ReadonlySet<string>): unknown {
  if (ignore.size === 0) return value
  if (Array.isArray(value)) return value.map((item) => strip(item, ignore))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (ignore.has(key) ? [] : [[key, strip(inner, ignore)]])))
}

/** Columns, and the events of all result objects joined. */
function scanEvents(value: unknown): { readonly columns: unknown; readonly events: readonly unknown[] } {
  const results = (Array.isArray(value) ? value : []) as { readonly columns: unknown; readonly events: readonly unknown[] }[]
  return { columns: results[0]?.columns ?? [], events: results.flatMap((result) => result.events) }
}
