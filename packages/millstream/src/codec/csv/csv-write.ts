import type { Batch } from '../../data/batch.ts'
import type { Column } from '../../data/column.ts'
import { jsonRules, jsonValue } from '../json-write.ts'
import { TextSink } from '../text-sink.ts'
import type { TimeForm } from '../time-text.ts'
import { type TextRules, valueText, type WriteRow } from '../value-text.ts'

export interface CsvWriteOptions {
  /** The names of the columns first; true unless said. */
  readonly header?: boolean
  /** One ASCII character, `,` unless said. */
  readonly delimiter?: string
  /** `iso` unless said. */
  readonly times?: TimeForm
  /** What stands for null: nothing unless said. */
  readonly nullLiteral?: string
}

/** RFC 4180, lines ending with LF. Null is an empty field, the empty string is `""`; lists, maps and rows are JSON text. */
export function writeCsv(batch: Batch, options: CsvWriteOptions = {}): Uint8Array {
  const sink = new TextSink()
  const delimiter = (options.delimiter ?? ',').charCodeAt(0)
  const rules = csvRules(delimiter, options.times ?? 'iso')
  if (options.header !== false) {
    batch.schema.fields.forEach((field, i) => {
      if (i > 0) sink.byte(delimiter)
      const name = new TextEncoder().encode(field.name)
      rules.string(sink, name, 0, name.length)
    })
    sink.byte(10)
  }
  const writers = batch.columns.map((column) => fieldWriter(sink, column, rules, options.nullLiteral ?? ''))
  for (let row = 0; row < batch.rowCount; row++) {
    for (let field = 0; field < writers.length; field++) {
      if (field > 0) sink.byte(delimiter)
      ;(writers[field] as WriteRow)(row)
    }
    sink.byte(10)
  }
  return sink.take()
}

function fieldWriter(sink: TextSink, column: Column, rules: TextRules, nullLiteral: string): WriteRow {
  if (column.layout === 'empty') return () => sink.ascii(nullLiteral)
  const write = valueText(sink, column, rules)
  const { validity } = column
  if (validity === null) return write
  return (row) => {
    if (((validity[row >> 3] as number) & (1 << (row & 7))) === 0) sink.ascii(nullLiteral)
    else write(row)
  }
}

function csvRules(delimiter: number, times: TimeForm): TextRules {
  const string: TextRules['string'] = (sink, source, from, end) => {
    if (!needsQuotes(source, from, end, delimiter)) {
      sink.copy(source, from, end)
      return
    }
    sink.byte(34)
    for (let at = from; at < end; at++) {
      if (source[at] === 34) sink.byte(34)
      sink.byte(source[at] as number)
    }
    sink.byte(34)
  }
  return {
    times,
    quote: null,
    string,
    nested(sink, column) {
      const inner = new TextSink()
      const write = jsonValue(inner, column, jsonRules(times))
      return (row) => {
        inner.at = 0
        write(row)
        string(sink, inner.bytes, 0, inner.at)
      }
    },
  }
}

function needsQuotes(source: Uint8Array, from: number, end: number, delimiter: number): boolean {
  if (from === end || source[from] === 32 || source[end - 1] === 32) return true
  for (let at = from; at < end; at++) {
    const code = source[at] as number
    if (code === delimiter || code === 34 || code === 10 || code === 13) return true
  }
  return false
}
