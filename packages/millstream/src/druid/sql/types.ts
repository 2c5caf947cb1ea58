import { call, type DataType, literal, type Scalar } from '../../model/dataset-query.ts'
import type { TypeNode } from '../../syntax/ast/type.ts'
import { castTo } from '../scope.ts'
import { localToInstant, parseInstant } from '../time.ts'
import { notYetAt } from './environment.ts'

/** SQL names of the types, and Druid's native ones. */
export const sqlTypeNames: Readonly<Record<DataType, string>> = {
  STRING: 'VARCHAR',
  LONG: 'BIGINT',
  DOUBLE: 'DOUBLE',
  FLOAT: 'FLOAT',
  BOOLEAN: 'BOOLEAN',
  TIMESTAMP: 'TIMESTAMP',
  DATE: 'DATE',
  DISTINCT: 'OTHER',
  STRINGS: 'ARRAY',
  LONGS: 'ARRAY',
  DOUBLES: 'ARRAY',
  NULL: 'VARCHAR',
}
export const nativeTypeNames: Readonly<Record<DataType, string>> = {
  STRING: 'STRING',
  LONG: 'LONG',
  DOUBLE: 'DOUBLE',
  FLOAT: 'FLOAT',
  BOOLEAN: 'LONG',
  TIMESTAMP: 'LONG',
  DATE: 'LONG',
  DISTINCT: 'COMPLEX<HLLSketch>',
  STRINGS: 'ARRAY<STRING>',
  LONGS: 'ARRAY<LONG>',
  DOUBLES: 'ARRAY<DOUBLE>',
  NULL: 'STRING',
}

const castTypes: Readonly<Record<string, DataType>> = {
  VARCHAR: 'STRING',
  CHAR: 'STRING',
  STRING: 'STRING',
  BIGINT: 'LONG',
  INT: 'LONG',
  INTEGER: 'LONG',
  SMALLINT: 'LONG',
  TINYINT: 'LONG',
  DOUBLE: 'DOUBLE',
  DECIMAL: 'DOUBLE',
  NUMERIC: 'DOUBLE',
  FLOAT: 'FLOAT',
  REAL: 'FLOAT',
  BOOLEAN: 'BOOLEAN',
  TIMESTAMP: 'TIMESTAMP',
  DATE: 'DATE',
}

export function dataTypeOf(type: TypeNode): DataType {
  const found = castTypes[type.name]
  if (found === undefined) throw notYetAt(`the type ${type.name || type.user.map((part) => part.name).join('.')}`, type.at)
  return found
}

/** A cast as SQL has it: texts are read as times in the session's zone. */
export function sqlCast(value: Scalar, type: DataType, zone: string): Scalar {
  if (value.type === type) return value
  if (value.kind === 'literal' && typeof value.value === 'string' && (type === 'TIMESTAMP' || type === 'DATE')) {
    const time = parseInstant(value.value, zone)
    if (time !== null) return literal(type === 'DATE' ? Math.floor(time / 86_400_000) * 86_400_000 : time, type)
  }
  const zoned = literal(zone, 'STRING')
  if (value.type === 'STRING' && type === 'TIMESTAMP') return call('time_parse_iso', [value, zoned], 'TIMESTAMP')
  if (value.type === 'TIMESTAMP' && type === 'STRING')
    return call('time_format', [value, literal('%Y-%m-%d %H:%M:%S', 'STRING'), zoned], 'STRING')
  if (value.type === 'TIMESTAMP' && type === 'DATE')
    return call('floor_calendar', [value, literal('days', 'STRING'), literal(1, 'LONG'), literal(0, 'LONG'), zoned], 'DATE')
  if (value.type === 'DATE' && type === 'TIMESTAMP') return { ...value, type: 'TIMESTAMP' } as Scalar
  if (value.type === 'STRING' && type === 'BOOLEAN')
    return call('eq', [call('lower', [value], 'STRING'), literal('true', 'STRING')], 'BOOLEAN')
  return castTo(value, type)
}

const rank: Readonly<Record<string, number>> = { NULL: 0, STRING: 1, BOOLEAN: 2, LONG: 3, FLOAT: 4, DOUBLE: 5, DATE: 6, TIMESTAMP: 7 }

/** The type that values of several types are brought to. */
export function commonType(types: readonly DataType[]): DataType {
  const known = types.filter((type) => type !== 'NULL')
  return known.reduce<DataType>((best, type) => ((rank[type] ?? 9) > (rank[best] ?? 9) ? type : best), known[0] ?? 'STRING')
}

/** Sides of a comparison: a text beside a number is read as one, beside a time as a time. */
export function comparable(left: Scalar, right: Scalar, zone: string): [Scalar, Scalar] {
  if (left.type === right.type) return [left, right]
  const type = commonType([left.type, right.type])
  const both = type === 'LONG' && (left.type === 'STRING' || right.type === 'STRING') && !isWhole(left) && !isWhole(right) ? 'DOUBLE' : type
  return [sqlCast(left, both, zone), sqlCast(right, both, zone)]
}
const isWhole = (scalar: Scalar): boolean => scalar.kind === 'literal' && typeof scalar.value === 'string' && /^-?\d+$/.test(scalar.value)

export const timestampLiteral = (text: string, zone: string): number | null => {
  const local = parseInstant(text)
  return local === null ? null : zone === 'UTC' ? local : localToInstant(local, zone)
}
