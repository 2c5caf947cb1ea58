import { unreachable } from '../base/assert.ts'
import type { BytesColumn, Column } from '../data/column.ts'
import type { LogicalType } from '../data/types.ts'
import { encodeBase64 } from './base64.ts'
import { TextSink } from './text-sink.ts'
import { type TimeForm, writeClock, writeDays, writeTime } from './time-text.ts'

/** Writes the value of a row; made once for a column of a batch, so that nothing is decided per row that the column decides. */
export type WriteRow = (row: number) => void

/** How text stands in a format: strings (bytes are UTF-8), and what was written without quotes but is text. */
export interface TextRules {
  readonly times: TimeForm
  string(sink: TextSink, source: Uint8Array, from: number, end: number): void
  /** Around times, base64 and numbers that are not finite. */
  readonly quote: number | null
  /** The JSON text of a list, map or row. */
  nested(sink: TextSink, column: Column): WriteRow
}

/** The value of rows that are not null. */
export function valueText(sink: TextSink, column: Column, rules: TextRules): WriteRow {
  switch (column.layout) {
    case 'empty':
      return () => {}
    case 'bool': {
      const { values } = column
      return (row) => sink.ascii(values[row] === 1 ? 'true' : 'false')
    }
    case 'int8':
    case 'int16':
    case 'int32': {
      const { values } = column
      if (column.type.kind === 'DATE') return quoted(sink, rules, (row) => writeDays(sink, values[row] as number))
      if (column.type.kind === 'TIME') {
        const { precision } = column.type
        return quoted(sink, rules, (row) => writeClock(sink, values[row] as number, 0, Math.min(3, precision), rules.times))
      }
      return (row) => sink.whole(values[row] as number)
    }
    case 'float32':
    case 'float64': {
      const { values } = column
      const shortest = column.layout === 'float32' ? shortestFloat : String
      const special = quoted(sink, rules, (row) => sink.ascii(String(values[row])))
      return (row) => {
        const value = values[row] as number
        if (Number.isFinite(value)) sink.ascii(Object.is(value, -0) ? '-0.0' : shortest(value))
        else special(row)
      }
    }
    case 'safe': {
      const { values } = column
      const unit = unitsPerMillisecond(column.type)
      if (unit > 0) {
        const write = timeWriter(sink, column.type, rules)
        return quoted(sink, rules, (row) => {
          const value = values[row] as number
          const millis = unit === 1 ? value : Math.floor(value / unit)
          write(millis, unit === 1 ? 0 : (value - millis * unit) * 1000)
        })
      }
      const scale = scaleOf(column.type)
      if (scale > 0) return (row) => sink.ascii(decimalText(BigInt(values[row] as number), scale))
      return (row) => sink.whole(values[row] as number)
    }
    case 'wide': {
      const { values } = column
      if (unitsPerMillisecond(column.type) > 0) {
        const unit = BigInt(unitsPerMillisecond(column.type))
        const write = timeWriter(sink, column.type, rules)
        return quoted(sink, rules, (row) => {
          const value = values[row] as bigint
          const rest = ((value % unit) + unit) % unit
          write(Number((value - rest) / unit), Number(rest) * 1000)
        })
      }
      const scale = scaleOf(column.type)
      return (row) => sink.ascii(decimalText(values[row] as bigint, scale))
    }
    case 'decimal128': {
      const { words } = column
      const scale = scaleOf(column.type)
      return (row) => sink.ascii(decimalText(((words[2 * row + 1] as bigint) << 64n) | BigInt.asUintN(64, words[2 * row] as bigint), scale))
    }
    case 'nanos': {
      const { millis, nanos } = column
      const write = timeWriter(sink, column.type, rules)
      return quoted(sink, rules, (row) => write(millis[row] as number, nanos[row] as number))
    }
    case 'bytes':
      return bytesText(sink, column, rules)
    case 'dictionary': {
      const { ids, dictionary } = column
      if (dictionary.length <= column.length) return renderedOnce(sink, ids, dictionary, rules)
      const write = bytesText(sink, dictionary, rules)
      return (row) => write(ids[row] as number)
    }
    case 'list':
    case 'map':
    case 'row':
      return rules.nested(sink, column)
    default:
      return unreachable(column)
  }
}

/** Each entry of a dictionary becomes text once, and rows copy it. */
function renderedOnce(sink: TextSink, ids: Int32Array, dictionary: BytesColumn, rules: TextRules): WriteRow {
  const entries = new TextSink()
  const write = bytesText(entries, dictionary, rules)
  const ends = new Int32Array(dictionary.length + 1)
  for (let id = 0; id < dictionary.length; id++) {
    write(id)
    ends[id + 1] = entries.at
  }
  const { bytes } = entries
  return (row) => {
    const id = ids[row] as number
    sink.copy(bytes, ends[id] as number, ends[id + 1] as number)
  }
}

function quoted(sink: TextSink, rules: TextRules, write: WriteRow): WriteRow {
  const { quote } = rules
  if (quote === null) return write
  return (row) => {
    sink.byte(quote)
    write(row)
    sink.byte(quote)
  }
}

function bytesText(sink: TextSink, column: BytesColumn, rules: TextRules): WriteRow {
  const { offsets, bytes } = column
  if (column.type.kind === 'CHAR' || column.type.kind === 'VARCHAR') {
    return (row) => rules.string(sink, bytes, offsets[row] as number, offsets[row + 1] as number)
  }
  const write = quoted(sink, rules, (row) => sink.ascii(encodeBase64(bytes, offsets[row] as number, offsets[row + 1] as number)))
  return (row) => {
    const from = offsets[row] as number
    // as a string, so that CSV tells it from null
    if (from === offsets[row + 1]) rules.string(sink, bytes, from, from)
    else write(row)
  }
}

/** 0: no timestamp. */
function unitsPerMillisecond(type: LogicalType): number {
  if (type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') return 0
  return type.precision <= 3 ? 1 : 1000
}

function timeWriter(sink: TextSink, type: LogicalType, rules: TextRules): (millis: number, nanos: number) => void {
  const zoned = type.kind === 'TIMESTAMP_LTZ'
  const precision = type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ' ? type.precision : 3
  return (millis, nanos) => writeTime(sink, millis, nanos, precision, zoned, rules.times)
}

const scaleOf = (type: LogicalType): number => (type.kind === 'DECIMAL' ? type.scale : 0)

export function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled)
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** The fewest digits that read back as the same float. */
function shortestFloat(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits))
    if (Math.fround(text) === value) return String(text)
  }
  return String(value)
}
