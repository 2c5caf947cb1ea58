import { unreachable } from '../../base/assert.ts'
import type { LogicalType } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import { fixedEnv } from '../fixed-env.ts'
import { decimalText } from '../text/decimal.ts'
import { doubleText, floatText } from '../text/double-text.ts'
import { type Json, JsonNumber } from '../text/json.ts'
import { dateText, splitNanos, timestampText, timeText } from '../text/time-text.ts'
import { textCast } from './cast-text.ts'

/** A value of a type as JSON: times in ISO form without trailing zeros, bytes in base64, rows and maps as objects. */
export function jsonOf(type: LogicalType): (value: Value) => Json {
  const make = presentOf(type)
  return (value) => (value === null ? null : make(value))
}

function presentOf(type: LogicalType): (value: Value) => Json {
  switch (type.kind) {
    case 'NULL':
      return () => null
    case 'BOOLEAN':
      return (value) => value as boolean
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return (value) => new JsonNumber(String(value))
    case 'FLOAT':
      return (value) => new JsonNumber(floatText(value as number))
    case 'DOUBLE':
      return (value) => new JsonNumber(doubleText(value as number))
    case 'DECIMAL':
      return (value) => new JsonNumber(decimalText(value as bigint, type.scale))
    case 'CHAR':
    case 'VARCHAR':
      return (value) => value as string
    case 'BINARY':
    case 'VARBINARY':
      return (value) => Buffer.from(value as Uint8Array).toString('base64')
    case 'DATE':
      return (value) => dateText(value as number)
    case 'TIME':
      return (value) => timeText(value as number, type.precision)
    case 'TIMESTAMP':
      return (value) => isoText(value as bigint)
    case 'TIMESTAMP_LTZ':
      return (value) => `${isoText(value as bigint)}Z`
    case 'INTERVAL_YEAR_MONTH':
    case 'INTERVAL_DAY_TIME':
      return textCast(type, fixedEnv())
    case 'ARRAY': {
      const element = jsonOf(type.element)
      return (value) => (value as Value[]).map(element)
    }
    case 'MAP':
    case 'MULTISET': {
      const key = textCast(type.kind === 'MAP' ? type.key : type.element, fixedEnv())
      const entry = type.kind === 'MAP' ? jsonOf(type.value) : (count: Value): Json => new JsonNumber(String(count))
      return (value) => new Map((value as [Value, Value][]).map(([k, v]) => [k === null ? 'null' : key(k), entry(v)]))
    }
    case 'ROW': {
      const fields = type.fields.map((field) => [field.name, jsonOf(field.type)] as const)
      return (value) => new Map(fields.map(([name, make], at) => [name, make((value as Value[])[at] as Value)]))
    }
    default:
      return unreachable(type)
  }
}

/** `2020-05-31T07:08:09.12`. */
export function isoText(nanos: bigint): string {
  const digits = String(splitNanos(nanos).nanoOfDay % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return timestampText(nanos, digits.length, 'T')
}
