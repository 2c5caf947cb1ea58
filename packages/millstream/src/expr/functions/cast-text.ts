import { unreachable } from '../../base/assert.ts'
import { type LogicalType, stringLengthMax } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { Env } from '../function.ts'
import { decimalText } from '../text/decimal.ts'
import { doubleText, floatText } from '../text/double-text.ts'
import { dateText, dayTimeText, timestampText, timeText, yearMonthText } from '../text/time-text.ts'
import { wallNanos } from '../text/zone.ts'

const decoder = new TextDecoder()

/** Any value as text, as CAST(x AS STRING) prints it. */
export function textCast(from: LogicalType, env: Env): (value: Value) => string {
  switch (from.kind) {
    case 'NULL':
      return () => 'NULL'
    case 'BOOLEAN':
      return (value) => (value === true ? 'TRUE' : 'FALSE')
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return String
    case 'FLOAT':
      return (value) => floatText(value as number)
    case 'DOUBLE':
      return (value) => doubleText(value as number)
    case 'DECIMAL':
      return (value) => decimalText(value as bigint, from.scale)
    case 'CHAR':
    case 'VARCHAR':
      return (value) => value as string
    case 'BINARY':
    case 'VARBINARY':
      return (value) => decoder.decode(value as Uint8Array)
    case 'DATE':
      return (value) => dateText(value as number)
    case 'TIME':
      return (value) => timeText(value as number, from.precision)
    case 'TIMESTAMP':
      return (value) => timestampText(value as bigint, from.precision)
    case 'TIMESTAMP_LTZ':
      return (value) => timestampText(wallNanos(env.zone, value as bigint), from.precision)
    case 'INTERVAL_YEAR_MONTH':
      return (value) => yearMonthText(value as number)
    case 'INTERVAL_DAY_TIME':
      return (value) => dayTimeText(value as bigint)
    case 'ARRAY': {
      const element = orNull(textCast(from.element, env))
      return (value) => `[${(value as Value[]).map(element).join(', ')}]`
    }
    case 'MAP':
    case 'MULTISET': {
      const key = orNull(textCast(from.kind === 'MAP' ? from.key : from.element, env))
      const entry = from.kind === 'MAP' ? orNull(textCast(from.value, env)) : String
      return (value) => `{${(value as [Value, Value][]).map(([k, v]) => `${key(k)}=${entry(v)}`).join(', ')}}`
    }
    case 'ROW': {
      const fields = from.fields.map((field) => orNull(textCast(field.type, env)))
      return (value) => `(${(value as Value[]).map((one, at) => (fields[at] as (value: Value) => string)(one)).join(', ')})`
    }
    default:
      return unreachable(from)
  }
}

const orNull =
  (text: (value: Value) => string) =>
  (value: Value): string =>
    value === null ? 'NULL' : text(value)

/** Cuts to the type's length, in characters, and pads CHAR with spaces. */
export function fitText(text: string, to: LogicalType & { readonly length: number }): string {
  if (to.length === stringLengthMax) return text
  const cut = text.length > to.length ? cutCharacters(text, to.length) : text
  if (to.kind !== 'CHAR') return cut
  const missing = to.length - lengthInCharacters(cut)
  return missing > 0 ? cut + ' '.repeat(missing) : cut
}

export function lengthInCharacters(text: string): number {
  let count = text.length
  for (let at = 0; at < text.length - 1; at++) if ((text.charCodeAt(at) & 0xfc00) === 0xd800) count--
  return count
}

function cutCharacters(text: string, length: number): string {
  return lengthInCharacters(text) <= length ? text : [...text].slice(0, length).join('')
}
