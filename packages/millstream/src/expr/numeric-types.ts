import { isApproximate, isInteger, type LogicalType, types } from '../data/types.ts'

/** Flink's precision rules for DECIMAL. Every answer is nullable; callers set nullability. */

export interface DecimalShape {
  readonly precision: number
  readonly scale: number
}
const precisionMax = 38
/** Digits after the point that survive when a result would need more than 38 digits. */
const scaleKept = 6

/** The DECIMAL that holds every value of an exact type, or null. */
export function decimalOf(type: LogicalType): DecimalShape | null {
  switch (type.kind) {
    case 'TINYINT':
      return { precision: 3, scale: 0 }
    case 'SMALLINT':
      return { precision: 5, scale: 0 }
    case 'INT':
      return { precision: 10, scale: 0 }
    case 'BIGINT':
      return { precision: 19, scale: 0 }
    case 'DECIMAL':
      return type
    default:
      return null
  }
}

/** Too many digits: the fraction gives way, but not below six of its digits. */
function fitted(precision: number, scale: number): LogicalType {
  if (precision <= precisionMax) return types.decimal(precision, scale)
  const whole = precision - scale
  return types.decimal(precisionMax, Math.max(precisionMax - whole, Math.min(scale, scaleKept)))
}

export function sumDecimal(a: DecimalShape, b: DecimalShape): LogicalType {
  const scale = Math.max(a.scale, b.scale)
  return fitted(Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale)
}

export function productDecimal(a: DecimalShape, b: DecimalShape): LogicalType {
  return fitted(a.precision + b.precision + 1, a.scale + b.scale)
}

export function quotientDecimal(a: DecimalShape, b: DecimalShape): LogicalType {
  const scale = Math.max(6, a.scale + b.precision + 1)
  return fitted(a.precision - a.scale + b.scale + scale, scale)
}

export function remainderDecimal(a: DecimalShape, b: DecimalShape): LogicalType {
  const scale = Math.max(a.scale, b.scale)
  return fitted(Math.min(a.precision - a.scale, b.precision - b.scale) + scale, scale)
}

/** ROUND(DECIMAL(p, s), places); null places: not a literal. */
export function roundedDecimal(a: DecimalShape, places: number): LogicalType {
  if (places >= a.scale) return types.decimal(a.precision, a.scale)
  if (places < 0) return types.decimal(Math.min(precisionMax, 1 + a.precision - a.scale), 0)
  return types.decimal(1 + a.precision - a.scale + places, places)
}

const integerOrder = ['TINYINT', 'SMALLINT', 'INT', 'BIGINT']

/** The type both numbers meet in (nullable), as Flink's planner finds it; null when one is no number. */
export function commonNumeric(a: LogicalType, b: LogicalType): LogicalType | null {
  if (isApproximate(a) || isApproximate(b)) {
    // FLOAT and DOUBLE count as equally precise in the planner, so that the first of the two wins.
    if (isApproximate(a) && isApproximate(b)) return a.kind === 'FLOAT' ? types.float() : types.double()
    const [approximate, exact] = isApproximate(a) ? [a, b] : [b, a]
    if (decimalOf(exact) === null) return null
    return exact.kind === 'DECIMAL' || approximate.kind === 'DOUBLE' ? types.double() : types.float()
  }
  if (isInteger(a) && isInteger(b)) {
    const wider = integerOrder.indexOf(a.kind) >= integerOrder.indexOf(b.kind) ? a : b
    return { kind: wider.kind, nullable: true } as LogicalType
  }
  const [left, right] = [decimalOf(a), decimalOf(b)]
  if (left === null || right === null) return null
  const scale = Math.max(left.scale, right.scale)
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale)
  return types.decimal(Math.min(precisionMax, whole + scale), Math.min(scale, Math.max(0, precisionMax - whole)))
}
