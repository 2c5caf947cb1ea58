import type { LogicalType } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'

const decimalMax = 10n ** 38n

/** An exact integer as a value of an integer type (wrapped around) or a DECIMAL (null beyond 38 digits), by its unscaled value. */
export function wrapped(value: bigint, type: LogicalType): Value {
  switch (type.kind) {
    case 'TINYINT':
      return Number(BigInt.asIntN(8, value))
    case 'SMALLINT':
      return Number(BigInt.asIntN(16, value))
    case 'INT':
      return Number(BigInt.asIntN(32, value))
    case 'DECIMAL':
      return value < decimalMax && value > -decimalMax ? value : null
    case 'FLOAT':
    case 'DOUBLE':
      return Number(value)
    default:
      return BigInt.asIntN(64, value)
  }
}

/** Division that rounds half away from zero. */
export function divideHalfUp(value: bigint, by: bigint): bigint {
  const negative = value < 0n !== by < 0n
  const dividend = value < 0n ? -value : value
  const divisor = by < 0n ? -by : by
  const rounded = (dividend * 2n + divisor) / (divisor * 2n)
  return negative ? -rounded : rounded
}
