import { isBytes, isInteger, isNumeric, isString, isTimestamp, type LogicalType, type RowField } from '../data/types.ts'

/** Whether an INSERT, or an argument, may take `from` where `to` is wanted, without a CAST in the text. */
export function implicitCast(from: LogicalType, to: LogicalType): boolean {
  if (from.kind === 'NULL') return true
  switch (to.kind) {
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return isInteger(from) && widths[from.kind as keyof typeof widths] <= widths[to.kind]
    case 'FLOAT':
      return isNumeric(from) && from.kind !== 'DOUBLE'
    case 'DECIMAL':
    case 'DOUBLE':
      return isNumeric(from)
    case 'CHAR':
      return from.kind === 'CHAR'
    case 'VARCHAR':
      return isString(from)
    case 'BINARY':
      return from.kind === 'BINARY'
    case 'VARBINARY':
      return isBytes(from)
    case 'DATE':
      return from.kind === 'DATE' || from.kind === 'TIMESTAMP'
    case 'TIME':
      return from.kind === 'TIME' || from.kind === 'TIMESTAMP'
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return isTimestamp(from)
    default:
      return from.kind === to.kind && nested(from, to, implicitCast)
  }
}

/** Whether CAST and TRY_CAST know this pair. */
export function explicitCast(from: LogicalType, to: LogicalType): boolean {
  if (from.kind === 'NULL' || implicitCast(from, to)) return true
  if (isString(to)) return true
  if (isString(from))
    return to.kind === 'BOOLEAN' || isNumeric(to) || isBytes(to) || to.kind === 'DATE' || to.kind === 'TIME' || isTimestamp(to)
  if (isNumeric(from) && isNumeric(to)) return true
  switch (to.kind) {
    case 'BOOLEAN':
      return isInteger(from)
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'FLOAT':
    case 'DOUBLE':
    case 'DECIMAL':
      return from.kind === 'BOOLEAN'
    case 'BINARY':
    case 'VARBINARY':
      return isBytes(from)
    case 'DATE':
      return isTimestamp(from)
    case 'TIME':
      return isTimestamp(from)
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return from.kind === 'DATE' || from.kind === 'TIME'
    default:
      return from.kind === to.kind && nested(from, to, explicitCast)
  }
}

/** What to write instead of a cast that is not there. */
export function castAdvice(from: LogicalType, to: LogicalType): string {
  if (isNumeric(from) && isTimestamp(to)) return 'Use TO_TIMESTAMP_LTZ(seconds, 0) or TO_TIMESTAMP_LTZ(millis, 3).'
  if (isTimestamp(from) && isNumeric(to)) return 'Use UNIX_TIMESTAMP(CAST(x AS STRING)) or TIMESTAMPDIFF.'
  return 'Cast to STRING, or to a type of the same family, first.'
}

const widths = { TINYINT: 1, SMALLINT: 2, INT: 4, BIGINT: 8 } as const

function nested(from: LogicalType, to: LogicalType, rule: (from: LogicalType, to: LogicalType) => boolean): boolean {
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') return rule(from.element, to.element)
  if (from.kind === 'MULTISET' && to.kind === 'MULTISET') return rule(from.element, to.element)
  if (from.kind === 'MAP' && to.kind === 'MAP') return rule(from.key, to.key) && rule(from.value, to.value)
  if (from.kind === 'ROW' && to.kind === 'ROW') {
    return from.fields.length === to.fields.length && from.fields.every((field, i) => rule(field.type, (to.fields[i] as RowField).type))
  }
  return true
}
