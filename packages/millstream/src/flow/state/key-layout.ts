import { errors } from '../../base/errors.ts'
import { type LogicalType, typeText } from '../../data/types.ts'

/**
 * Key bytes: for each key column a byte 1 and the value, or a byte 0 for null. Values, little-endian:
 *
 *   bool, int8     1 byte            float   8 bytes (a double; NaN in one form)
 *   int16          2 bytes           decimal128  16 bytes
 *   int32          4 bytes           nanos   8 bytes of ms, 4 bytes of ns
 *   int64          8 bytes           bytes   4 bytes of length, then the bytes
 *
 * The same value has the same bytes whatever layout its column has (safe or wide, dictionary or plain).
 */
export type KeyForm = 'bool' | 'int8' | 'int16' | 'int32' | 'int64' | 'float' | 'decimal128' | 'nanos' | 'bytes'

export function keyFormOf(type: LogicalType): KeyForm {
  switch (type.kind) {
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
      return 'int64'
    case 'FLOAT':
    case 'DOUBLE':
      return 'float'
    case 'DECIMAL':
      return type.precision <= 18 ? 'int64' : 'decimal128'
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return type.precision <= 6 ? 'int64' : 'nanos'
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY':
      return 'bytes'
    default:
      throw errors.fail('MS-5000', { feature: `Grouping by ${typeText(type)}` })
  }
}
