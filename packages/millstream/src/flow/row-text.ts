import { unreachable } from '../base/assert.ts'
import type { LogicalType, RowField } from '../data/types.ts'
import type { Value } from '../data/value.ts'

/** How times are written: `iso` with a T, `sql` with a space, as Flink's JSON format has it. */
export type TimeForm = 'iso' | 'sql'

/** A row as a JSON object: integers keep all digits, bytes are base64. For dead letters and files, row by row. */
export function rowText(fields: readonly RowField[], row: readonly Value[], times: TimeForm = 'iso'): string {
  return `{${fields.map((field, i) => `${JSON.stringify(field.name)}:${valueText(field.type, row[i] ?? null, times)}`).join(',')}}`
}

export function valueText(type: LogicalType, value: Value, times: TimeForm = 'iso'): string {
  if (value === null) return 'null'
  switch (type.kind) {
    case 'NULL':
      return 'null'
    case 'BOOLEAN':
    case 'BIGINT':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'INTERVAL_YEAR_MONTH':
    case 'INTERVAL_DAY_TIME':
      return String(value)
    case 'FLOAT':
    case 'DOUBLE':
      return Number.isFinite(value) ? JSON.stringify(value) : JSON.stringify(String(value))
    case 'DECIMAL':
      return decimalText(value as bigint, type.scale)
    case 'DATE':
      return JSON.stringify(new Date((value as number) * 86_400_000).toISOString().slice(0, 10))
    case 'TIME':
      return JSON.stringify(new Date(value as number).toISOString().slice(11, type.precision === 0 ? 19 : 23))
    case 'TIMESTAMP':
      return JSON.stringify(timeText(value as bigint, type.precision, times))
    case 'TIMESTAMP_LTZ':
      return JSON.stringify(`${timeText(value as bigint, type.precision, times)}Z`)
    case 'CHAR':
    case 'VARCHAR':
      return JSON.stringify(value)
    case 'BINARY':
    case 'VARBINARY':
      return JSON.stringify(Buffer.from(value as Uint8Array).toString('base64'))
    case 'ARRAY':
      return `[${(value as readonly Value[]).map((each) => valueText(type.element, each, times)).join(',')}]`
    case 'ROW':
      return rowText(type.fields, value as readonly Value[], times)
    case 'MAP':
    case 'MULTISET': {
      const held: LogicalType = type.kind === 'MAP' ? type.value : { kind: 'INT', nullable: false }
      const pairs = value as readonly (readonly [Value, Value])[]
      return `{${pairs.map(([key, each]) => `${JSON.stringify(String(key))}:${valueText(held, each, times)}`).join(',')}}`
    }
    default:
      return unreachable(type)
  }
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled)
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** `2026-01-31T10:04:50.123`, with as many digits as the precision has, three at least where there are any. */
function timeText(nanos: bigint, precision: number, times: TimeForm): string {
  const billion = 1_000_000_000n
  const fraction = ((nanos % billion) + billion) % billion
  const seconds = new Date(Number((nanos - fraction) / 1_000_000n))
    .toISOString()
    .slice(0, 19)
    .replace('T', times === 'iso' ? 'T' : ' ')
  return precision === 0 ? seconds : `${seconds}.${String(fraction).padStart(9, '0').slice(0, precision)}`
}
