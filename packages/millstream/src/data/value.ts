import { unreachable } from '../base/assert.ts'
import { type Column, isNull } from './column.ts'
import type { LogicalType } from './types.ts'

/**
 * A value of a row, as the interpreter, tests and edges that go row by row see it. Never on the hot path.
 *
 * BOOLEAN boolean; TINYINT, SMALLINT, INT, FLOAT, DOUBLE number; BIGINT bigint; DECIMAL bigint (unscaled, the type
 * has the scale); CHAR, VARCHAR string; BINARY, VARBINARY Uint8Array; DATE number (days); TIME number (ms of the
 * day); TIMESTAMP, TIMESTAMP_LTZ bigint (nanoseconds since the epoch, whatever the precision);
 * INTERVAL_YEAR_MONTH number (months); INTERVAL_DAY_TIME bigint (ms); ARRAY Value[]; MAP and MULTISET an array of
 * [key, value] pairs in the order they came; ROW Value[] by position; SQL NULL null.
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | readonly Value[]

const decoder = new TextDecoder()

/** The value of one row. */
export function valueAt(column: Column, row: number): Value {
  if (isNull(column, row)) return null
  switch (column.layout) {
    case 'empty':
      return null
    case 'bool':
      return column.values[row] === 1
    case 'int8':
    case 'int16':
    case 'int32':
    case 'float32':
    case 'float64':
      return column.values[row] as number
    case 'safe':
      return int64Value(column.type, BigInt(column.values[row] as number))
    case 'wide':
      return int64Value(column.type, column.values[row] as bigint)
    case 'decimal128':
      return ((column.words[2 * row + 1] as bigint) << 64n) | BigInt.asUintN(64, column.words[2 * row] as bigint)
    case 'nanos':
      return BigInt(column.millis[row] as number) * 1_000_000n + BigInt(column.nanos[row] as number)
    case 'bytes': {
      const slice = column.bytes.subarray(column.offsets[row], column.offsets[row + 1])
      return column.type.kind === 'CHAR' || column.type.kind === 'VARCHAR' ? decoder.decode(slice) : slice.slice()
    }
    case 'dictionary':
      return valueAt(column.dictionary, column.ids[row] as number)
    case 'list':
      return range(column.offsets, row, (child) => valueAt(column.child, child))
    case 'map':
      return range(column.offsets, row, (child) => [valueAt(column.keys, child), valueAt(column.values, child)])
    case 'row':
      return column.children.map((child) => valueAt(child, row))
    default:
      return unreachable(column)
  }
}

function int64Value(type: LogicalType, stored: bigint): bigint {
  if (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') {
    return type.precision <= 3 ? stored * 1_000_000n : stored * 1_000n
  }
  return stored
}

function range(offsets: Int32Array, row: number, read: (child: number) => Value): Value[] {
  const result: Value[] = []
  for (let child = offsets[row] as number; child < (offsets[row + 1] as number); child++) result.push(read(child))
  return result
}
