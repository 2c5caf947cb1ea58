import { errors } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import { isTimestamp, type LogicalType, types, withNullable } from '../data/types.ts'
import { CsvRecord } from './csv/record.ts'
import { epochFormat, kindsOf, Shape, secondDigits, typeOf } from './infer-shape.ts'
import { elementEnd } from './json/skip.ts'
import type { TimeFormat } from './times.ts'

export interface InferredContract {
  readonly columns: readonly { readonly name: string; readonly type: LogicalType }[]
  /** The column of the watermark: it has a value in every row of the sample. */
  readonly eventTime?: { readonly column: string; readonly format: TimeFormat }
  /** What a person should know: guesses, and rows that the contract will refuse. */
  readonly notes: readonly string[]
}

/**
 * A contract from real events. Types are merged over all rows of the sample: numbers are BIGINT unless one has a fraction,
 * strings are times only if all of them are. Columns may be null, but for the event time. The last row may be cut off.
 */
export function inferContract(sample: Uint8Array, contentType: string): InferredContract {
  const root = new Shape()
  const format = contentType.split(';')[0]?.trim().toLowerCase()
  if (format === 'text/csv') readCsv(sample, root)
  else if (format === 'application/json') readRows(elements(sample), root)
  else readRows(lines(sample), root)
  if (root.objects === 0) throw errors.fail('MS-1013', { contentType })

  const notes: string[] = []
  const others = root.nulls + root.present - root.objects
  if (others > 0) notes.push(`${others} rows are not JSON objects and will be rejected`)
  const names = [...root.members.keys()].filter((name) => name !== '')
  if (root.members.has('')) notes.push('a field without a name is left out')
  if (names.length === 0) throw errors.fail('MS-1013', { contentType })
  const columns = names.map((name) => ({ name, type: typeOf(root.member(name), name, notes) }))
  const eventTime = chooseEventTime(columns, root)
  if (eventTime === null) {
    notes.push('no column is a time in every row: there is no watermark, and windows over event time will not fire')
    return { columns, notes }
  }
  const { column, format: timeFormat, type } = eventTime
  notes.push(`${column} is the event time${timeFormat === 'iso' ? '' : `, written as ${timeFormat}`}`)
  return {
    columns: columns.map((each) => (each.name === column ? { name: column, type: withNullable(type, false) } : each)),
    eventTime: { column, format: timeFormat },
    notes,
  }
}

interface EventTime {
  readonly column: string
  readonly format: TimeFormat
  readonly type: LogicalType
}

/** Times are told by their form; among several the name decides, then the order. Numbers are times only under such a name. */
function chooseEventTime(columns: InferredContract['columns'], root: Shape): EventTime | null {
  let best: { readonly rank: number; readonly time: EventTime } | null = null
  for (const { name, type } of columns) {
    const shape = root.member(name)
    if (shape.present < root.objects || kindsOf(shape).length !== 1) continue
    const rank = timeRank(name)
    const epoch = shape.integers + shape.fractions > 0 && rank < noTimeName ? epochFormat(shape) : null
    const time: EventTime | null = isTimestamp(type)
      ? { column: name, format: 'iso', type }
      : epoch === null
        ? null
        : { column: name, format: epoch, type: types.timestampLtz(epochPrecision(epoch, shape)) }
    if (time !== null && (best === null || rank < best.rank)) best = { rank, time }
  }
  return best?.time ?? null
}

function epochPrecision(format: TimeFormat, shape: Shape): number {
  if (format === 'epoch-ns') return 9
  return format === 'epoch-us' ? 6 : secondDigits(shape)
}

const timeNames = [
  'ts',
  'timestamp',
  'event_time',
  'eventtime',
  '@timestamp',
  '__time',
  'time',
  'datetime',
  'date_time',
  'occurred_at',
  'created_at',
]
const noTimeName = 1000

function timeRank(name: string): number {
  const exact = timeNames.indexOf(name.toLowerCase())
  if (exact >= 0) return exact
  return /(^|_)(ts|time|timestamp|at|date|ms)$/i.test(name) || /(Time|Timestamp|At|Date)$/.test(name) ? timeNames.length : noTimeName
}

type Revive = (text: string, revive: (key: string, value: unknown, context: { source?: string }) => unknown) => unknown

/** A number as its text, so that integers beyond 2^53 are seen. */
class NumberText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

function readRows(texts: Iterable<string>, root: Shape): void {
  let previous: string | null = null
  const read = (text: string, isLast: boolean): void => {
    try {
      const row = (JSON.parse as Revive)(text, (_key, value, context) =>
        typeof value === 'number' ? new NumberText(context.source ?? '') : value,
      )
      add(row, root)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      if (!isLast) root.nulls++
    }
  }
  let rows = 0
  for (const text of texts) {
    if (previous !== null) read(previous, false)
    previous = text
    if (++rows > limits.inferRowsMax) return
  }
  if (previous !== null) read(previous, rows > 1)
}

function add(value: unknown, shape: Shape): void {
  if (value === null) shape.nulls++
  else if (typeof value === 'boolean') shape.booleans++
  else if (typeof value === 'string') shape.addString(value)
  else if (value instanceof NumberText) shape.addNumber(value.text)
  else if (Array.isArray(value)) {
    shape.arrays++
    for (const item of value) add(item, shape.items())
  } else if (typeof value === 'object') {
    shape.objects++
    for (const [key, item] of Object.entries(value)) {
      shape.memberCount++
      add(item, shape.member(key))
    }
  }
}

function* lines(sample: Uint8Array): Iterable<string> {
  const decoder = new TextDecoder()
  for (let at = 0; at < sample.length; ) {
    const found = sample.indexOf(10, at)
    const end = found < 0 ? sample.length : found
    const text = decoder.decode(sample.subarray(at, end)).trim()
    if (text !== '') yield text
    at = end + 1
  }
}

/** The elements of an array, or the one object; the last may be cut off. */
function* elements(sample: Uint8Array): Iterable<string> {
  const decoder = new TextDecoder()
  let at = skipBlank(sample, sample[0] === 0xef ? 3 : 0)
  if (sample[at] !== 91) {
    yield decoder.decode(sample.subarray(at))
    return
  }
  for (at = skipBlank(sample, at + 1); at < sample.length && sample[at] !== 93; at = skipBlank(sample, at + 1)) {
    const found = elementEnd(sample, at, sample.length)
    const end = found < 0 ? sample.length : found
    yield decoder.decode(sample.subarray(at, end))
    at = end
    if (sample[at] === 93) return
  }
}

function skipBlank(sample: Uint8Array, from: number): number {
  let at = from
  while (sample[at] === 32 || sample[at] === 9 || sample[at] === 10 || sample[at] === 13) at++
  return at
}

/** Every value of CSV is text: what all values of a column could be, the column is. */
function readCsv(sample: Uint8Array, root: Shape): void {
  const record = new CsvRecord(44)
  record.open(sample)
  if (!record.next()) return
  const names = Array.from({ length: record.count }, (_, field) => record.text(field).trim())
  const texts = names.map((): string[] => [])
  let rows = 0
  while (rows < limits.inferRowsMax && record.next()) {
    const cutOff = record.end >= sample.length && rows > 0
    if (record.broken !== 0 || record.count !== names.length || cutOff) continue
    rows++
    names.forEach((_, field) => {
      if (!record.isNull(field, null, false)) texts[field]?.push(record.text(field))
    })
  }
  root.objects = rows
  names.forEach((name, field) => {
    const shape = root.member(name)
    const values = texts[field] ?? []
    const all = (pattern: RegExp): boolean => values.every((value) => pattern.test(value.trim()))
    if (all(/^(true|false)$/i)) shape.booleans = values.length
    else if (all(/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/)) for (const value of values) shape.addNumber(value.trim())
    else for (const value of values) shape.addString(value)
    shape.nulls = rows - values.length
  })
}
