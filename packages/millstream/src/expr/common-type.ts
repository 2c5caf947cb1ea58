import { isBytes, isNumeric, isString, isTimestamp, type LogicalType, type RowField, sameType, types, withNullable } from '../data/types.ts'
import { commonNumeric } from './numeric-types.ts'

/** The type that all of these meet in (Flink's least restrictive), nullable if one of them is; null when there is none. */
export function commonType(all: readonly LogicalType[]): LogicalType | null {
  const [first, ...others] = all
  if (first === undefined) return null
  let result = first
  for (const other of others) {
    const next = commonOfTwo(result, other)
    if (next === null) return null
    result = next
  }
  return withNullable(
    result,
    all.some((type) => type.nullable || type.kind === 'NULL'),
  )
}

function commonOfTwo(a: LogicalType, b: LogicalType): LogicalType | null {
  const nullable = a.nullable || b.nullable
  if (a.kind === 'NULL') return withNullable(b, true)
  if (b.kind === 'NULL') return withNullable(a, true)
  if (sameType(a, b)) return withNullable(a, nullable)
  const bare = commonBare(a, b)
  return bare === null ? null : withNullable(bare, nullable)
}

function commonBare(a: LogicalType, b: LogicalType): LogicalType | null {
  if (isNumeric(a) && isNumeric(b)) return commonNumeric(a, b)
  if (isString(a) && isString(b)) return types.varchar(Math.max(lengthOf(a), lengthOf(b)))
  if (isBytes(a) && isBytes(b)) return types.varbinary(Math.max(lengthOf(a), lengthOf(b)))
  if (isTimestamp(a) && isTimestamp(b)) {
    const precision = Math.max(precisionOf(a), precisionOf(b))
    return a.kind === b.kind && a.kind === 'TIMESTAMP' ? types.timestamp(precision) : types.timestampLtz(precision)
  }
  if (a.kind === 'TIME' && b.kind === 'TIME') return types.time(Math.max(a.precision, b.precision))
  if (a.kind === 'ARRAY' && b.kind === 'ARRAY') {
    const element = commonType([a.element, b.element])
    return element === null ? null : types.array(element)
  }
  if (a.kind === 'MAP' && b.kind === 'MAP') {
    const key = commonType([a.key, b.key])
    const value = commonType([a.value, b.value])
    return key === null || value === null ? null : types.map(key, value)
  }
  if (a.kind === 'ROW' && b.kind === 'ROW' && a.fields.length === b.fields.length) {
    const fields: RowField[] = []
    for (const [position, field] of a.fields.entries()) {
      const type = commonType([field.type, (b.fields[position] as RowField).type])
      if (type === null) return null
      fields.push({ name: field.name, type })
    }
    return types.row(fields)
  }
  return null
}

const lengthOf = (type: LogicalType): number => ('length' in type ? type.length : 0)
const precisionOf = (type: LogicalType): number => ('precision' in type ? type.precision : 0)
