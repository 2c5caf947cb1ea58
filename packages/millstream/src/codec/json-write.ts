import { assert } from '../base/assert.ts'
import type { Batch } from '../data/batch.ts'
import type { Column } from '../data/column.ts'
import { TextSink } from './text-sink.ts'
import type { TimeForm } from './time-text.ts'
import { type TextRules, valueText, type WriteRow } from './value-text.ts'

export interface JsonWriteOptions {
  /** `iso` unless said. */
  readonly times?: TimeForm
  /** Fields that are null are left out of top-level rows. */
  readonly leaveOutNulls?: boolean
}

/**
 * Rows as JSON objects, straight from columns: integers keep all digits, times as `TimeForm` says, DECIMAL as a number,
 * bytes as base64, MAP as an object, NaN and Infinity as strings. `ndjson` ends each row with a newline; `json` is an array.
 */
export function writeJson(batch: Batch, form: 'ndjson' | 'json', options: JsonWriteOptions = {}): Uint8Array {
  const sink = new TextSink()
  const write = rowWriter(sink, batch, options)
  if (form === 'json') sink.byte(91)
  for (let row = 0; row < batch.rowCount; row++) {
    if (form === 'json' && row > 0) sink.byte(44)
    write(row)
    if (form === 'ndjson') sink.byte(10)
  }
  if (form === 'json') sink.byte(93)
  return sink.take()
}

/** Each row's JSON object as text of its own: for server-sent events and dead letters. */
export function jsonRows(batch: Batch, options: JsonWriteOptions = {}): string[] {
  const sink = new TextSink()
  const write = rowWriter(sink, batch, options)
  const decoder = new TextDecoder()
  return Array.from({ length: batch.rowCount }, (_, row) => {
    sink.at = 0
    write(row)
    return decoder.decode(sink.bytes.subarray(0, sink.at))
  })
}

/** Each row's values as a JSON array: for answers that name their columns once. */
export function jsonLists(batch: Batch): string[] {
  const sink = new TextSink()
  const rules = jsonRules('iso')
  const writers = batch.columns.map((column) => jsonValue(sink, column, rules))
  const decoder = new TextDecoder()
  return Array.from({ length: batch.rowCount }, (_, row) => {
    sink.at = 0
    sink.byte(91)
    writers.forEach((write, column) => {
      if (column > 0) sink.byte(44)
      write(row)
    })
    sink.byte(93)
    return decoder.decode(sink.bytes.subarray(0, sink.at))
  })
}

/** Writes a row as a JSON object into the sink. */
function rowWriter(sink: TextSink, batch: Batch, options: JsonWriteOptions = {}): WriteRow {
  const rules = jsonRules(options.times ?? 'iso')
  const names = batch.schema.fields.map((field) => field.name)
  return objectWriter(sink, batch.columns, names, rules, options.leaveOutNulls ?? false)
}

function objectWriter(
  sink: TextSink,
  columns: readonly Column[],
  names: readonly string[],
  rules: TextRules,
  leaveOutNulls: boolean,
): WriteRow {
  const encoder = new TextEncoder()
  const keys = names.map((name) => encoder.encode(`${JSON.stringify(name.toWellFormed())}:`))
  const writers = columns.map((column) => jsonValue(sink, column, rules))
  const validities = columns.map((column) => (leaveOutNulls ? column.validity : null))
  return (row) => {
    let first = true
    sink.byte(123)
    for (let field = 0; field < writers.length; field++) {
      const validity = validities[field] as Uint8Array | null
      if (validity !== null && ((validity[row >> 3] as number) & (1 << (row & 7))) === 0) continue
      if (!first) sink.byte(44)
      first = false
      const key = keys[field] as Uint8Array
      sink.copy(key, 0, key.length)
      ;(writers[field] as WriteRow)(row)
    }
    sink.byte(125)
  }
}

/** The JSON text of a column's values, nulls included. */
export function jsonValue(sink: TextSink, column: Column, rules: TextRules): WriteRow {
  if (column.layout === 'empty') return () => sink.ascii('null')
  const write = valueText(sink, column, rules)
  const { validity } = column
  if (validity === null) return write
  return (row) => {
    if (((validity[row >> 3] as number) & (1 << (row & 7))) === 0) sink.ascii('null')
    else write(row)
  }
}

export function jsonRules(times: TimeForm): TextRules {
  const rules: TextRules = { times, quote: 34, string: writeString, nested: (sink, column) => nestedText(sink, column, rules) }
  return rules
}

function nestedText(sink: TextSink, column: Column, rules: TextRules): WriteRow {
  if (column.layout === 'row') {
    assert(column.type.kind === 'ROW', 'a row column is a ROW')
    const names = column.type.fields.map((field) => field.name)
    return objectWriter(sink, column.children, names, rules, false)
  }
  if (column.layout === 'list') {
    const { offsets } = column
    const write = jsonValue(sink, column.child, rules)
    return (row) => {
      sink.byte(91)
      const start = offsets[row] as number
      for (let child = start; child < (offsets[row + 1] as number); child++) {
        if (child > start) sink.byte(44)
        write(child)
      }
      sink.byte(93)
    }
  }
  assert(column.layout === 'map', 'a nested column is a list, a map or a row')
  const { offsets, keys } = column
  const isText = keys.layout === 'bytes' || keys.layout === 'dictionary'
  // keys of objects are strings: what is none is written between quotes
  const writeKey = jsonValue(sink, keys, isText ? rules : { ...rules, quote: null })
  const write = jsonValue(sink, column.values, rules)
  return (row) => {
    sink.byte(123)
    const start = offsets[row] as number
    for (let child = start; child < (offsets[row + 1] as number); child++) {
      if (child > start) sink.byte(44)
      if (!isText) sink.byte(34)
      writeKey(child)
      if (!isText) sink.byte(34)
      sink.byte(58)
      write(child)
    }
    sink.byte(125)
  }
}

const hex = '0123456789abcdef'

/** A JSON string of UTF-8 bytes. */
function writeString(sink: TextSink, source: Uint8Array, from: number, end: number): void {
  sink.ensure(6 * (end - from) + 2)
  const { bytes } = sink
  let at = sink.at
  bytes[at++] = 34
  for (let i = from; i < end; i++) {
    const code = source[i] as number
    if (code === 34 || code === 92) {
      bytes[at++] = 92
      bytes[at++] = code
    } else if (code >= 32) {
      bytes[at++] = code
    } else {
      bytes[at++] = 92
      const short = code === 10 ? 110 : code === 13 ? 114 : code === 9 ? 116 : code === 8 ? 98 : code === 12 ? 102 : 0
      if (short !== 0) {
        bytes[at++] = short
      } else {
        bytes[at++] = 117
        bytes[at++] = 48
        bytes[at++] = 48
        bytes[at++] = hex.charCodeAt(code >> 4)
        bytes[at++] = hex.charCodeAt(code & 15)
      }
    }
  }
  bytes[at++] = 34
  sink.at = at
}
