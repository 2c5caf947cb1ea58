/** Flink's logical types as frozen plain data. `nullable` is part of the type, as in Flink. */
export type LogicalType =
  | { readonly kind: SimpleKind; readonly nullable: boolean }
  | { readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number; readonly nullable: boolean }
  | { readonly kind: LengthKind; readonly length: number; readonly nullable: boolean }
  | { readonly kind: TimeKind; readonly precision: number; readonly nullable: boolean }
  | { readonly kind: 'ARRAY'; readonly element: LogicalType; readonly nullable: boolean }
  | { readonly kind: 'MULTISET'; readonly element: LogicalType; readonly nullable: boolean }
  | { readonly kind: 'MAP'; readonly key: LogicalType; readonly value: LogicalType; readonly nullable: boolean }
  | { readonly kind: 'ROW'; readonly fields: readonly RowField[]; readonly nullable: boolean }

export type SimpleKind =
  | 'NULL'
  | 'BOOLEAN'
  | 'TINYINT'
  | 'SMALLINT'
  | 'INT'
  | 'BIGINT'
  | 'FLOAT'
  | 'DOUBLE'
  | 'DATE'
  /** Months in an int32. */
  | 'INTERVAL_YEAR_MONTH'
  /** Milliseconds in an int64. */
  | 'INTERVAL_DAY_TIME'
export type LengthKind = 'CHAR' | 'VARCHAR' | 'BINARY' | 'VARBINARY'
/** TIMESTAMP is without a zone; TIMESTAMP_LTZ is an instant. Precision counts fractional digits of a second, 0 to 9. */
export type TimeKind = 'TIME' | 'TIMESTAMP' | 'TIMESTAMP_LTZ'

export interface RowField {
  readonly name: string
  readonly type: LogicalType
  /** The field's id for life, unique in its contract; absent outside contracts. */
  readonly id?: number
}

export const stringLengthMax = 2_147_483_647

const simple =
  (kind: SimpleKind) =>
  (nullable = true): LogicalType =>
    Object.freeze({ kind, nullable })

/** Constructors; `nullable` is last and true unless said. */
export const types = {
  null: simple('NULL'),
  boolean: simple('BOOLEAN'),
  tinyint: simple('TINYINT'),
  smallint: simple('SMALLINT'),
  int: simple('INT'),
  bigint: simple('BIGINT'),
  float: simple('FLOAT'),
  double: simple('DOUBLE'),
  date: simple('DATE'),
  intervalYearMonth: simple('INTERVAL_YEAR_MONTH'),
  intervalDayTime: simple('INTERVAL_DAY_TIME'),
  decimal: (precision: number, scale: number, nullable = true): LogicalType =>
    Object.freeze({ kind: 'DECIMAL', precision, scale, nullable }),
  char: (length: number, nullable = true): LogicalType => Object.freeze({ kind: 'CHAR', length, nullable }),
  varchar: (length: number, nullable = true): LogicalType => Object.freeze({ kind: 'VARCHAR', length, nullable }),
  string: (nullable = true): LogicalType => Object.freeze({ kind: 'VARCHAR', length: stringLengthMax, nullable }),
  binary: (length: number, nullable = true): LogicalType => Object.freeze({ kind: 'BINARY', length, nullable }),
  varbinary: (length: number, nullable = true): LogicalType => Object.freeze({ kind: 'VARBINARY', length, nullable }),
  bytes: (nullable = true): LogicalType => Object.freeze({ kind: 'VARBINARY', length: stringLengthMax, nullable }),
  time: (precision = 0, nullable = true): LogicalType => Object.freeze({ kind: 'TIME', precision, nullable }),
  timestamp: (precision = 6, nullable = true): LogicalType => Object.freeze({ kind: 'TIMESTAMP', precision, nullable }),
  timestampLtz: (precision = 6, nullable = true): LogicalType => Object.freeze({ kind: 'TIMESTAMP_LTZ', precision, nullable }),
  array: (element: LogicalType, nullable = true): LogicalType => Object.freeze({ kind: 'ARRAY', element, nullable }),
  multiset: (element: LogicalType, nullable = true): LogicalType => Object.freeze({ kind: 'MULTISET', element, nullable }),
  map: (key: LogicalType, value: LogicalType, nullable = true): LogicalType => Object.freeze({ kind: 'MAP', key, value, nullable }),
  row: (fields: readonly RowField[], nullable = true): LogicalType =>
    Object.freeze({ kind: 'ROW', fields: Object.freeze([...fields]), nullable }),
} as const

export function withNullable(type: LogicalType, nullable: boolean): LogicalType {
  return type.nullable === nullable ? type : Object.freeze({ ...type, nullable })
}

/** The text that Flink prints, e.g. `DECIMAL(10, 2) NOT NULL`, `ROW<\`a\` INT>`. */
export function typeText(type: LogicalType): string {
  return type.nullable || type.kind === 'NULL' ? bareText(type) : `${bareText(type)} NOT NULL`
}

function bareText(type: LogicalType): string {
  switch (type.kind) {
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'VARCHAR':
      return type.length === stringLengthMax ? 'STRING' : `VARCHAR(${type.length})`
    case 'VARBINARY':
      return type.length === stringLengthMax ? 'BYTES' : `VARBINARY(${type.length})`
    case 'CHAR':
    case 'BINARY':
      return `${type.kind}(${type.length})`
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return `${type.kind}(${type.precision})`
    case 'INTERVAL_YEAR_MONTH':
      return 'INTERVAL YEAR TO MONTH'
    case 'INTERVAL_DAY_TIME':
      return 'INTERVAL DAY TO SECOND(3)'
    case 'ARRAY':
    case 'MULTISET':
      return `${type.kind}<${typeText(type.element)}>`
    case 'MAP':
      return `MAP<${typeText(type.key)}, ${typeText(type.value)}>`
    case 'ROW':
      return `ROW<${type.fields.map((field) => `\`${field.name}\` ${typeText(field.type)}`).join(', ')}>`
    default:
      return type.kind
  }
}

/** Same kind and parameters, nullability and field ids apart. */
export function sameType(a: LogicalType, b: LogicalType): boolean {
  return a === b || bareText(a) === bareText(b)
}

export const isString = (type: LogicalType): boolean => type.kind === 'CHAR' || type.kind === 'VARCHAR'
export const isBytes = (type: LogicalType): boolean => type.kind === 'BINARY' || type.kind === 'VARBINARY'
export const isInteger = (type: LogicalType): boolean =>
  type.kind === 'TINYINT' || type.kind === 'SMALLINT' || type.kind === 'INT' || type.kind === 'BIGINT'
export const isApproximate = (type: LogicalType): boolean => type.kind === 'FLOAT' || type.kind === 'DOUBLE'
export const isNumeric = (type: LogicalType): boolean => isInteger(type) || isApproximate(type) || type.kind === 'DECIMAL'
export const isTimestamp = (type: LogicalType): boolean => type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ'
