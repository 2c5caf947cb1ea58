import { errors, type Place } from '../../base/errors.ts'
import { isApproximate, isInteger, isTimestamp, type LogicalType, types, withNullable } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import { laneOf } from '../compile/emit.ts'
import type { CallShape, Run, ScalarFunction } from '../function.ts'
import {
  commonNumeric,
  type DecimalShape,
  decimalOf,
  productDecimal,
  quotientDecimal,
  remainderDecimal,
  sumDecimal,
} from '../numeric-types.ts'
import { scalar, take } from '../signature.ts'
import { divide, fit, rescale } from '../text/decimal.ts'
import { timePlus } from './interval.ts'

type Operator = '+' | '-' | '*' | '/' | '%'

function divisionByZero(operator: string, at?: Place): never {
  throw errors.fail('MS-2111', { operator }, at)
}

const decimalRules = { '+': sumDecimal, '-': sumDecimal, '*': productDecimal, '/': quotientDecimal, '%': remainderDecimal } as const

const arithmetic = (operator: Operator, names: readonly string[]): ScalarFunction =>
  scalar({
    names,
    parameters: [take.numeric, take.numeric],
    signatures: [`<NUMERIC> ${operator} <NUMERIC>`],
    together: ([a, b]) => operands(operator, a as LogicalType, b as LogicalType),
    result: ([a, b]) => resultOf(operator, a as LogicalType, b as LogicalType),
    bind: (shape) => numberRun(operator, shape),
    emit: ({ args: [a], type, at }, [left, right], { wide, constant }) => {
      const lane = laneOf(type)
      if (type.kind === 'DECIMAL' || laneOf(a as LogicalType) !== lane) return null
      const zero = (value: string): string => {
        const fail = constant(() => divisionByZero(operator, at))
        return `(${right} == 0 ? ${fail}() : ${value})`
      }
      if (lane === 'f64') return { value: `(${left} ${operator} ${right})`, total: true }
      if (lane === 'f32') return { value: `Math.fround(${left} ${operator} ${right})`, total: true }
      if (lane === 'i32') {
        const plain = operator === '*' ? `Math.imul(${left}, ${right})` : `(${left} ${operator} ${right})`
        const cut = type.kind === 'TINYINT' ? '<< 24 >> 24' : type.kind === 'SMALLINT' ? '<< 16 >> 16' : '| 0'
        const value = `(${plain} ${cut})`
        return operator === '/' || operator === '%' ? { value: zero(value) } : { value, total: true }
      }
      if (wide) {
        const value = `BigInt.asIntN(64, ${left} ${operator} ${right})`
        return operator === '/' || operator === '%' ? { value: zero(value) } : { value }
      }
      if (operator === '/') return { value: zero(`Math.trunc(${left} / ${right}) + 0`) }
      if (operator === '%') return { value: zero(`${left} % ${right} + 0`) }
      return { value: operator === '*' ? `(${left} * ${right} + 0)` : `(${left} ${operator} ${right})`, check: true }
    },
  })

/** Both sides in the type the operation is done in. */
function operands(operator: Operator, a: LogicalType, b: LogicalType): LogicalType[] | null {
  if (operator === '%' && (isApproximate(a) || isApproximate(b))) {
    return [withNullable(types.double(), a.nullable), withNullable(types.double(), b.nullable)]
  }
  if (operator === '%' && scaleOf(a) === 0 && scaleOf(b) === 0) return [a, b]
  if (a.kind === 'DECIMAL' || b.kind === 'DECIMAL') {
    if (!isApproximate(a) && !isApproximate(b)) return [asDecimal(a), asDecimal(b)]
  }
  const common = commonNumeric(a, b)
  return common === null ? null : [withNullable(common, a.nullable), withNullable(common, b.nullable)]
}

function resultOf(operator: Operator, a: LogicalType, b: LogicalType): LogicalType | null {
  if (operator === '%' && scaleOf(a) === 0 && scaleOf(b) === 0) return b
  if (a.kind === 'DECIMAL' && b.kind === 'DECIMAL') return decimalRules[operator](a, b)
  return operator === '%' ? b : commonNumeric(a, b)
}

const scaleOf = (type: LogicalType): number | undefined => decimalOf(type)?.scale

function asDecimal(type: LogicalType): LogicalType {
  const { precision, scale } = decimalOf(type) as DecimalShape
  return types.decimal(precision, scale, type.nullable)
}

function numberRun(operator: Operator, { args, type, at }: CallShape): Run {
  const [a, b] = args as [LogicalType, LogicalType]
  if (a.kind === 'DECIMAL' && b.kind === 'DECIMAL' && type.kind === 'DECIMAL') return decimalRun(operator, a, b, type, at)
  if (scaleOf(a) === 0 && scaleOf(b) === 0) return integerRun(operator, type, at)
  const round = type.kind === 'FLOAT' ? Math.fround : (value: number) => value
  return (left: number, right: number) => round(floating(operator, left, right))
}

function floating(operator: Operator, a: number, b: number): number {
  return operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : operator === '/' ? a / b : a % b
}

/** Wraps around silently, as Java does. Operands of `%` may differ in width; the result has the second's. */
function integerRun(operator: Operator, type: LogicalType, at?: Place): Run {
  const wrap = wrapInteger(type)
  return (left: number | bigint, right: number | bigint) => {
    const a = BigInt(left)
    const b = BigInt(right)
    if (b === 0n && (operator === '/' || operator === '%')) divisionByZero(operator, at)
    return wrap(operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : operator === '/' ? a / b : a % b)
  }
}

/** The low bits of a whole number, as a value of this integer type. */
export function wrapInteger(type: LogicalType): (value: bigint) => Value {
  const bits = { TINYINT: 8, SMALLINT: 16, INT: 32 }[type.kind as string]
  if (bits === undefined) return (value) => BigInt.asIntN(64, value)
  return (value) => Number(BigInt.asIntN(bits, value))
}

function decimalRun(operator: Operator, a: DecimalShape, b: DecimalShape, type: DecimalShape, at?: Place): Run {
  const common = Math.max(a.scale, b.scale)
  return (left: bigint, right: bigint) => {
    if ((operator === '/' || operator === '%') && right === 0n) divisionByZero(operator, at)
    if (operator === '/') return fit(divide(left, a.scale, right, b.scale, type.scale), type.precision)
    if (operator === '*') return fit(rescale(left * right, a.scale + b.scale, type.scale), type.precision)
    const x = rescale(left, a.scale, common)
    const y = rescale(right, b.scale, common)
    return fit(rescale(operator === '+' ? x + y : operator === '-' ? x - y : x % y, common, type.scale), type.precision)
  }
}

/** Unary minus. */
const negate = scalar({
  names: ['NEGATE'],
  parameters: [{ text: '<NUMERIC or INTERVAL>', accept: (type) => take.numeric.accept(type) ?? take.interval.accept(type) }],
  signatures: ['- <NUMERIC or INTERVAL>'],
  result: ([a]) => a as LogicalType,
  bind: ({ type }) => {
    if (isInteger(type)) {
      const wrap = wrapInteger(type)
      return (value: number | bigint) => wrap(-BigInt(value))
    }
    return (value: number | bigint) => (typeof value === 'number' && !isApproximate(type) ? -value | 0 : -value)
  },
  emit: ({ type }, [value], { wide }) => {
    const lane = laneOf(type)
    if (lane === 'i32')
      return {
        value:
          type.kind === 'INT'
            ? `(-${value} | 0)`
            : `(-${value} << ${type.kind === 'TINYINT' ? 24 : 16} >> ${type.kind === 'TINYINT' ? 24 : 16})`,
        total: true,
      }
    if (lane === 'i64') return wide ? { value: `BigInt.asIntN(64, -${value})` } : { value: `(0 - ${value})`, check: true }
    return lane === 'f32' || lane === 'f64' ? { value: `(-${value})`, total: true } : null
  },
})

const isPlain = (type: LogicalType): boolean => type.kind === 'DATE' || type.kind === 'TIME' || isTimestamp(type)
export const arithmeticFunctions: readonly ScalarFunction[] = [
  arithmetic('+', ['+']),
  arithmetic('-', ['-']),
  arithmetic('*', ['*']),
  arithmetic('/', ['/']),
  arithmetic('%', ['%', 'MOD']),
  negate,
  ...timePlus(isPlain),
]
