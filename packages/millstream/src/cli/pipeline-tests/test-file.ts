import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml'
import { errors, type Place } from '../../base/errors.ts'
import { near } from '../../base/near.ts'
import { durationMs } from '../../sql/durations.ts'

/**
 * One test of a pipeline; a file has one or more of them, as YAML documents between `---`.
 *
 *   test: what it shows                    its name
 *   pipeline: rebuffers                    the pipeline of this folder that runs
 *   now: '2026-01-01T00:00:00Z'            what the clock says at first; it goes on only by `advance`
 *   events:                                what comes in, in the order of arrival: rows by stream ...
 *     - playback: [{ ... }, { ... }]
 *     - advance: 10 s                      ... or time in which nothing comes, so that idle partitions let go
 *   end: open                              input does not end; else it does, and every window fires
 *   expect:                                what goes out, in any order; columns that are not named are not compared
 *     rebuffer_rates: [{ ... }]            every row that goes there is named; a stream that is not named is not compared
 *     late: 1                              rows that came too late for their windows
 *
 * `events` may also be one map of rows by stream.
 */
export interface PipelineTest {
  readonly name: string
  readonly place: Place
  readonly pipeline: string
  readonly pipelinePlace: Place
  readonly nowMs: number
  readonly steps: readonly Step[]
  readonly ends: boolean
  readonly expect: readonly ExpectedTable[]
  /** Null: not compared. */
  readonly late: number | null
}

export type Step =
  | { readonly kind: 'rows'; readonly table: string; readonly place: Place; readonly rows: readonly WrittenRow[] }
  | { readonly kind: 'advance'; readonly byMs: number }

export interface ExpectedTable {
  readonly table: string
  readonly place: Place
  readonly rows: readonly WrittenRow[]
}

/** A row as the test's author wrote it. */
export interface WrittenRow {
  /** As JSON; integers keep all digits. */
  readonly json: string
  readonly columns: readonly string[]
  readonly place: Place
}

const keys = ['test', 'pipeline', 'now', 'events', 'end', 'expect']
const nowDefault = '2026-01-01T00:00:00Z'

export function readTests(path: string): PipelineTest[] {
  return testsOf(readFileSync(path, 'utf8'), relative(process.cwd(), path))
}

export function testsOf(text: string, source: string): PipelineTest[] {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines, intAsBigInt: true, prettyErrors: false })
  return (Array.isArray(documents) ? documents : []).map((document) => new TestReader(document, lines, source).read())
}

class TestReader {
  readonly #document: Document
  readonly #lines: LineCounter
  readonly #source: string

  constructor(document: Document, lines: LineCounter, source: string) {
    this.#document = document
    this.#lines = lines
    this.#source = source
  }

  read(): PipelineTest {
    const problem = this.#document.errors[0]
    if (problem !== undefined) throw this.#wrong(problem.message, this.#at(problem.pos[0]))
    const root = this.#document.contents
    const entries = this.#entries(root, 'A test')
    for (const { key, place } of entries) {
      if (keys.includes(key)) continue
      const close = near(key, keys)
      throw this.#wrong(`A test has no '${key}'${close.length > 0 ? `: '${close[0]}' perhaps?` : `, but ${keys.join(', ')}`}`, place)
    }
    const entry = (key: string) => entries.find((one) => one.key === key)
    const pipeline = entry('pipeline')
    const name = this.#text(pipeline?.value)
    if (pipeline === undefined || name === null) throw this.#wrong('It names no pipeline: write `pipeline: NAME`', this.#place(root))
    const expect = entry('expect')
    if (expect === undefined) throw this.#wrong('It expects nothing: write `expect:` with rows by stream', this.#place(root))
    const end = this.#text(entry('end')?.value ?? null)
    if (end !== null && end !== 'open') throw this.#wrong(`\`end\` is open or left out, not '${end}'`, entry('end')?.place)
    const expected = this.#entries(expect.value, '`expect`')
    const late = expected.find(({ key }) => key === 'late')
    return {
      name: this.#text(entry('test')?.value ?? null) ?? name,
      place: this.#place(root),
      pipeline: name,
      pipelinePlace: this.#place(pipeline.value),
      nowMs: this.#time(entry('now')?.value ?? null),
      steps: this.#steps(entry('events')?.value ?? null),
      ends: end === null,
      expect: expected.filter((one) => one !== late).map(({ key, value, place }) => ({ table: key, place, rows: this.#rows(value) })),
      late: late === undefined ? null : this.#count(late.value),
    }
  }

  #steps(events: Node | null): Step[] {
    if (events === null) return []
    const parts = isSeq(events) ? events.items.filter(isNode) : [events]
    return parts.flatMap((part) =>
      this.#entries(part, '`events`').map(({ key, value, place }): Step => {
        if (key !== 'advance') return { kind: 'rows', table: key, place, rows: this.#rows(value) }
        return { kind: 'advance', byMs: durationMs(this.#text(value) ?? '', 'advance', this.#place(value)) }
      }),
    )
  }

  #rows(list: Node | null): WrittenRow[] {
    if (!isSeq(list)) throw this.#wrong('Rows are a list: [{ column: value, ... }, ...]', this.#place(list))
    return list.items.filter(isNode).map((row) => {
      const columns = this.#entries(row, 'A row').map(({ key }) => key)
      return { json: jsonText(row.toJS(this.#document)), columns, place: this.#place(row) }
    })
  }

  #entries(node: Node | null, what: string): { key: string; value: Node | null; place: Place }[] {
    if (!isMap(node)) throw this.#wrong(`${what} is a map of keys and values`, this.#place(node))
    return node.items.map(({ key, value }) => ({
      key: isScalar(key) ? String(key.value) : '',
      value: isNode(value) ? value : null,
      place: this.#place(isNode(key) ? key : null),
    }))
  }

  #text(node: Node | null | undefined): string | null {
    return isScalar(node) && node.value !== null ? String(node.value) : null
  }

  #time(node: Node | null): number {
    const text = this.#text(node) ?? nowDefault
    const timeMs = Date.parse(text)
    if (Number.isNaN(timeMs)) throw this.#wrong(`'${text}' is no time; write it as '${nowDefault}'`, this.#place(node))
    return timeMs
  }

  #count(node: Node | null): number {
    const value = Number(this.#text(node) ?? Number.NaN)
    if (!Number.isInteger(value) || value < 0) throw this.#wrong('`late` is a number of rows', this.#place(node))
    return value
  }

  #place(node: Node | null | undefined): Place {
    return this.#at(node?.range?.[0] ?? 0)
  }

  #at(position: number): Place {
    const { line, col } = this.#lines.linePos(position)
    return { source: this.#source, line, column: col }
  }

  #wrong(reason: string, place: Place | undefined) {
    return errors.fail('MS-7015', { reason }, place ?? { source: this.#source })
  }
}

function jsonText(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item)}`)
    return `{${parts.join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}
