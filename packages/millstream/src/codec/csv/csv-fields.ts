import { errors } from '../../base/errors.ts'
import { type LogicalType, stringLengthMax, typeText } from '../../data/types.ts'
import { decodeBase64 } from '../base64.ts'
import { type Cursor, refusal } from '../cursor.ts'
import type { FlatScratch, NanosScratch, WordsScratch } from '../flat-scratch.ts'
import { readDecimal, readDouble, readInt64 } from '../number.ts'
import type { Scratch } from '../scratch.ts'
import { countPoints, endOfUtf8 } from '../text.ts'
import type { TextScratch } from '../text-scratch.ts'
import { putTime } from '../time-columns.ts'
import { epochScale, notADate, readClock, readDays, readEpoch, readIsoTime, type TimeFormat } from '../times.ts'

/** Reads a field's text into a row of its column; 0, or why it is refused. The byte after `end` is no digit, and four more follow. */
export type FieldReader = (source: Uint8Array, view: DataView, from: number, end: number, row: number) => number

export function fieldReader(type: LogicalType, scratch: Scratch, cursor: Cursor, timeFormat: TimeFormat): FieldReader {
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return textReader(scratch as TextScratch, type.length)
    case 'BINARY':
    case 'VARBINARY':
      return base64Reader(scratch as TextScratch, type.length)
    case 'ARRAY':
    case 'MAP':
    case 'MULTISET':
    case 'ROW':
    case 'NULL':
    case 'INTERVAL_DAY_TIME':
    case 'INTERVAL_YEAR_MONTH':
      throw errors.fail('MS-1012', { type: typeText(type), format: 'CSV' })
    case 'DECIMAL':
      return decimalReader(scratch as FlatScratch | WordsScratch, type.precision, type.scale, cursor)
    case 'BIGINT':
      return int64Reader(scratch as FlatScratch, cursor)
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return timeReader(scratch as FlatScratch | NanosScratch, type.precision, cursor, timeFormat)
    default:
      return flatReader(scratch as FlatScratch, type, cursor)
  }
}

function textReader(scratch: TextScratch, lengthMax: number): FieldReader {
  return (source, view, from, end, row) => {
    if (endOfUtf8(source, from, end) !== end) return refusal.text
    if (lengthMax !== stringLengthMax && countPoints(source, from, end) > lengthMax) return refusal.length
    scratch.put(row, source, view, from, end - from)
    return 0
  }
}

function base64Reader(scratch: TextScratch, lengthMax: number): FieldReader {
  return (source, _view, from, end, row) => {
    const bytes = new Uint8Array(end - from + 8)
    const size = decodeBase64(source, from, end, bytes)
    if (size < 0) return refusal.base64
    if (size > lengthMax) return refusal.length
    scratch.put(row, bytes, new DataView(bytes.buffer), 0, size)
    return 0
  }
}

function decimalReader(scratch: FlatScratch | WordsScratch, precision: number, scale: number, cursor: Cursor): FieldReader {
  return (source, _view, from, end, row) => {
    const value = readDecimal(source, from, cursor, precision, scale)
    if (cursor.at !== end) return cursor.at < 0 ? cursor.kind : refusal.type
    if ('words' in scratch) scratch.put(row, value)
    else scratch.putInt64(row, value)
    return 0
  }
}

function int64Reader(scratch: FlatScratch, cursor: Cursor): FieldReader {
  return (source, _view, from, end, row) => {
    const short = shortInteger(source, from, end)
    if (Number.isNaN(short)) {
      const value = readInt64(source, from, cursor)
      if (cursor.at !== end) return cursor.at < 0 ? cursor.kind : refusal.type
      scratch.putInt64(row, value)
      return 0
    }
    scratch.nulls[row] = 0
    scratch.values[row] = short
    return 0
  }
}

function timeReader(scratch: FlatScratch | NanosScratch, precision: number, cursor: Cursor, timeFormat: TimeFormat): FieldReader {
  return (source, _view, from, end, row) => {
    const at = timeFormat === 'iso' ? readIsoTime(source, from, cursor) : readEpoch(source, from, cursor, epochScale[timeFormat])
    if (at !== end) return at < 0 ? cursor.kind : refusal.time
    putTime(scratch, row, cursor, precision)
    return 0
  }
}

function flatReader(scratch: FlatScratch, type: LogicalType, cursor: Cursor): FieldReader {
  const read = flatValue(type, cursor)
  return (source, _view, from, end, row) => {
    const value = read(source, from, end)
    if (Number.isNaN(value)) return cursor.kind
    scratch.nulls[row] = 0
    scratch.values[row] = value
    return 0
  }
}

/** A number that stands for the value; NaN: refused, and the cursor says why. */
function flatValue(type: LogicalType, cursor: Cursor): (source: Uint8Array, from: number, end: number) => number {
  const refuse = (kind: number): number => {
    cursor.kind = kind
    return Number.NaN
  }
  const integer = (min: number, max: number) => (source: Uint8Array, from: number, end: number) => {
    const value = shortInteger(source, from, end)
    if (Number.isNaN(value)) return refuse(refusal.type)
    return value < min || value > max ? refuse(refusal.range) : value
  }
  switch (type.kind) {
    case 'BOOLEAN':
      return (source, from, end) => {
        const text = String.fromCharCode(...source.subarray(from, Math.min(end, from + 6))).toLowerCase()
        return text === 'true' ? 1 : text === 'false' ? 0 : refuse(refusal.type)
      }
    case 'TINYINT':
      return integer(-128, 127)
    case 'SMALLINT':
      return integer(-32_768, 32_767)
    case 'INT':
      return integer(-2_147_483_648, 2_147_483_647)
    case 'DATE':
      return (source, from, end) => {
        const days = readDays(source, from)
        return days === notADate || end !== from + 10 ? refuse(refusal.time) : days
      }
    case 'TIME':
      return (source, from, end) => {
        const at = readClock(source, from, cursor)
        return at === end ? cursor.millis : refuse(refusal.time)
      }
    default:
      return (source, from, end) => {
        const value = readDouble(source, from, cursor)
        if (cursor.at !== end) return refuse(cursor.at < 0 ? cursor.kind : refusal.type)
        return type.kind === 'FLOAT' && !Number.isFinite(Math.fround(value)) ? refuse(refusal.range) : value
      }
  }
}

/** A whole number of at most 15 digits; NaN: it is something else. */
function shortInteger(source: Uint8Array, from: number, end: number): number {
  const first = source[from] === 45 || source[from] === 43 ? from + 1 : from
  if (end === first || end - first > 15) return Number.NaN
  let value = 0
  for (let at = first; at < end; at++) {
    const digit = (source[at] as number) - 48
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return source[from] === 45 ? 0 - value : value
}
