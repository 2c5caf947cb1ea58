import type { Batch } from '../data/batch.ts'
import type { Column } from '../data/column.ts'
import type { LogicalType } from '../data/types.ts'
import { type Value, valueAt } from '../data/value.ts'

const encoder = new TextEncoder()

/** One row as JSON, for edges that go row by row: all digits of integers, ISO-8601 times (LTZ in UTC), bytes in base64. */
export function rowJson(batch: Batch, row: number): Uint8Array {
  return encoder.encode(rowJsonText(batch, row))
}

export function rowJsonText(batch: Batch, row: number): string {
  const fields = batch.schema.fields.map(
    (field, position) => `${JSON.stringify(field.name)}:${valueJson(field.type, valueAt(batch.columns[position] as Column, row))}`,
  )
  return `{${fields.join(',')}}`
}

function valueJson(type: LogicalType, value: Value): string {
  if (value === null) return 'null'
  switch (type.kind) {
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'INTERVAL_YEAR_MONTH':
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return String(value)
    case 'FLOAT':
    case 'DOUBLE':
      return Number.isFinite(value) ? String(value) : JSON.stringify(String(value))
    case 'DECIMAL':
      return decimalText(value as bigint, type.scale)
    case 'DATE':
      return `"${new Date((value as number) * 86_400_000).toISOString().slice(0, 10)}"`
    case 'TIME':
      return `"${new Date(value as number).toISOString().slice(11, 23)}"`
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return `"${timestampText(value as bigint, type.precision)}${type.kind === 'TIMESTAMP_LTZ' ? 'Z' : ''}"`
    case 'BINARY':
    case 'VARBINARY':
      return `"${Buffer.from(value as Uint8Array).toString('base64')}"`
    case 'ARRAY':
      return `[${(value as readonly Value[]).map((each) => valueJson(type.element, each)).join(',')}]`
    case 'MULTISET':
      return pairsJson(value, type.element, { kind: 'INT', nullable: false })
    case 'MAP':
      return pairsJson(value, type.key, type.value)
    case 'ROW':
      return `{${type.fields.map((field, at) => `${JSON.stringify(field.name)}:${valueJson(field.type, (value as readonly Value[])[at] ?? null)}`).join(',')}}`
    default:
      return JSON.stringify(value)
  }
}

function pairsJson(value: Value, keyType: LogicalType, valueType: LogicalType): string {
  const pairs = value as readonly (readonly [Value, Value])[]
  const keyText = (key: Value): string => (typeof key === 'string' ? key : valueJson(keyType, key).replace(/^"|"$/g, ''))
  return `{${pairs.map(([key, each]) => `${JSON.stringify(keyText(key))}:${valueJson(valueType, each)}`).join(',')}}`
}

function decimalText(unscaled: bigint, scale: number): string {
  const negative = unscaled < 0n
  const digits = String(negative ? -unscaled : unscaled).padStart(scale + 1, '0')
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return negative ? `-${text}` : text
}

function timestampText(nanos: bigint, precision: number): string {
  const fraction = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  const seconds = Number((nanos - fraction) / 1_000_000_000n)
  const whole = Math.abs(seconds) <= 8.64e12 ? new Date(seconds * 1000).toISOString().slice(0, -5) : String(seconds)
  return precision === 0 ? whole : `${whole}.${String(fraction).padStart(9, '0').slice(0, precision)}`
}
