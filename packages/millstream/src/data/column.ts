import type { LogicalType } from './types.ts'

/**
 * A column: typed buffers, Arrow's layouts but for booleans (a byte a row in memory, bits on disk).
 *
 * `validity` is a bitmap, least significant bit first, 1 = present; null: every row is present. What stands in the
 * value buffers under a null is unspecified, but offsets are always monotonic. Buffers may be longer than `length`.
 *
 * | type                                   | layout                                              |
 * |----------------------------------------|-----------------------------------------------------|
 * | BOOLEAN                                | bool: Uint8Array of 0 and 1                         |
 * | TINYINT, SMALLINT, INT                 | int8, int16, int32                                  |
 * | DATE (days), TIME (ms of the day), INTERVAL_YEAR_MONTH (months) | int32                      |
 * | BIGINT, INTERVAL_DAY_TIME (ms)         | safe (all |v| <= 2^53 - 1, never -0) or wide        |
 * | FLOAT, DOUBLE                          | float32, float64                                    |
 * | DECIMAL(p, s), unscaled                | p <= 15 safe; p <= 18 safe or wide; above decimal128|
 * | TIMESTAMP[_LTZ](p)                     | p <= 3 safe (ms); p <= 6 safe or wide (us); above nanos |
 * | CHAR, VARCHAR, BINARY, VARBINARY       | bytes, or dictionary                                |
 * | ARRAY, MAP and MULTISET, ROW           | list, map, row                                      |
 * | NULL                                   | empty                                               |
 */
export type Column =
  | BoolColumn
  | IntColumn
  | FloatColumn
  | SafeColumn
  | WideColumn
  | Decimal128Column
  | NanosColumn
  | BytesColumn
  | DictionaryColumn
  | ListColumn
  | MapColumn
  | RowColumn
  | EmptyColumn

interface Common {
  readonly type: LogicalType
  readonly length: number
  readonly validity: Uint8Array | null
}
export interface BoolColumn extends Common {
  readonly layout: 'bool'
  readonly values: Uint8Array
}
export type IntColumn =
  | (Common & { readonly layout: 'int8'; readonly values: Int8Array })
  | (Common & { readonly layout: 'int16'; readonly values: Int16Array })
  | (Common & { readonly layout: 'int32'; readonly values: Int32Array })
export type FloatColumn =
  | (Common & { readonly layout: 'float32'; readonly values: Float32Array })
  | (Common & { readonly layout: 'float64'; readonly values: Float64Array })
/** int64 values that all fit a double exactly. */
export interface SafeColumn extends Common {
  readonly layout: 'safe'
  readonly values: Float64Array
}
export interface WideColumn extends Common {
  readonly layout: 'wide'
  readonly values: BigInt64Array
}
/** Two words a row, low then high, two's complement. */
export interface Decimal128Column extends Common {
  readonly layout: 'decimal128'
  readonly words: BigInt64Array
}
/** Milliseconds, and nanoseconds within the millisecond (0 to 999,999). */
export interface NanosColumn extends Common {
  readonly layout: 'nanos'
  readonly millis: Float64Array
  readonly nanos: Int32Array
}
/** Row i is bytes[offsets[i] .. offsets[i + 1]]; strings are UTF-8. offsets[0] need not be 0. */
export interface BytesColumn extends Common {
  readonly layout: 'bytes'
  readonly offsets: Int32Array
  readonly bytes: Uint8Array
}
/** Row i is dictionary row ids[i]; under a null the id is 0. The dictionary has no nulls, and may hold entries that no row uses. */
export interface DictionaryColumn extends Common {
  readonly layout: 'dictionary'
  readonly ids: Int32Array
  readonly dictionary: BytesColumn
}
/** Row i is child rows offsets[i] .. offsets[i + 1]. */
export interface ListColumn extends Common {
  readonly layout: 'list'
  readonly offsets: Int32Array
  readonly child: Column
}
export interface MapColumn extends Common {
  readonly layout: 'map'
  readonly offsets: Int32Array
  readonly keys: Column
  readonly values: Column
}
export interface RowColumn extends Common {
  readonly layout: 'row'
  readonly children: readonly Column[]
}
/** The type NULL: no values at all. */
export interface EmptyColumn extends Common {
  readonly layout: 'empty'
}
export type Layout = Column['layout']

/** For code that runs per batch or in tests; loops per row read the bitmap themselves. */
export function isNull(column: Column, row: number): boolean {
  if (column.layout === 'empty') return true
  return column.validity !== null && ((column.validity[row >> 3] as number) & (1 << (row & 7))) === 0
}

export function nullCount(column: Column): number {
  if (column.layout === 'empty') return column.length
  const validity = column.validity
  if (validity === null) return 0
  let present = 0
  for (let row = 0; row < column.length; row++) present += ((validity[row >> 3] as number) >> (row & 7)) & 1
  return column.length - present
}

export function bitmapBytes(rows: number): number {
  return (rows + 7) >> 3
}

/** The layout that a type's column has when it is built from values (`safe` may turn out `wide`). */
export function layoutOf(type: LogicalType): Layout {
  switch (type.kind) {
    case 'NULL':
      return 'empty'
    case 'BOOLEAN':
      return 'bool'
    case 'TINYINT':
      return 'int8'
    case 'SMALLINT':
      return 'int16'
    case 'INT':
    case 'DATE':
    case 'TIME':
    case 'INTERVAL_YEAR_MONTH':
      return 'int32'
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return 'safe'
    case 'FLOAT':
      return 'float32'
    case 'DOUBLE':
      return 'float64'
    case 'DECIMAL':
      return type.precision <= 18 ? 'safe' : 'decimal128'
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return type.precision <= 6 ? 'safe' : 'nanos'
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY':
      return 'bytes'
    case 'ARRAY':
      return 'list'
    case 'MAP':
    case 'MULTISET':
      return 'map'
    case 'ROW':
      return 'row'
  }
}
