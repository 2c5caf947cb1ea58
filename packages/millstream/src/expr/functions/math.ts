import { isApproximate, isInteger, type LogicalType, types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import { laneOf } from '../compile/emit.ts'
import type { CallShape, ResolveCall, Run, ScalarFunction } from '../function.ts'
import { roundedDecimal } from '../numeric-types.ts'
import { scalar, take } from '../signature.ts'
import { divideHalfUp, fit, parseDecimal, power10, rescale } from '../text/decimal.ts'
import { wrapInteger } from './arithmetic.ts'

/** A function of DOUBLEs. `code` is its JavaScript, where that is Math's own. */
function ofDoubles(
  names: readonly string[],
  run: (...values: number[]) => number,
  options: { args?: number; code?: string } = {},
): ScalarFunction {
  const { args = 1, code } = options
  return scalar({
    names,
    parameters: Array.from({ length: args }, () => take.double),
    result: types.double(),
    run,
    ...(code === undefined
      ? {}
      : { emit: (_: CallShape, values: readonly string[]) => ({ value: `${code}(${values.join(', ')})`, total: true }) }),
  })
}

const decimalShape = (type: LogicalType): { precision: number; scale: number } =>
  type.kind === 'DECIMAL' ? type : { precision: 38, scale: 0 }

function placesOf({ constants }: ResolveCall): number {
  const places = constants[1]
  return places === undefined || places === null ? 0 : Number(places)
}

/** ROUND and TRUNCATE: numbers keep their type, DECIMAL gets the scale asked for. */
function rounding(name: string, truncate: boolean): ScalarFunction {
  return scalar({
    names: [name],
    parameters: [take.numeric],
    optional: [take.int],
    result: ([a], call) => (a?.kind === 'DECIMAL' ? roundedDecimal(a, placesOf(call)) : (a as LogicalType)),
    bind: ({ args, type }) => {
      const [a] = args as [LogicalType]
      if (a.kind === 'DECIMAL' && type.kind === 'DECIMAL') {
        return (value: bigint, places: number = 0) =>
          fit(rescale(cutTo(value, a.scale, places, truncate), a.scale, type.scale), type.precision)
      }
      if (isInteger(a)) {
        const wrap = wrapInteger(a)
        return (value: number | bigint, places: number = 0) => wrap(cutTo(BigInt(value), 0, places, truncate))
      }
      return (value: number, places: number = 0) => roundDouble(value, places, truncate, a.kind === 'FLOAT')
    },
  })
}

/** The value with so many places kept, at its own scale. */
function cutTo(unscaled: bigint, scale: number, places: number, truncate: boolean): bigint {
  if (places >= scale) return unscaled
  // More digits than any number has: nothing is left of it.
  if (scale - places > 400) return 0n
  const unit = power10(scale - places)
  return (truncate ? unscaled / unit : divideHalfUp(unscaled, unit)) * unit
}

/** By way of the exact decimal of its shortest digits, as Java's BigDecimal.valueOf. */
function roundDouble(value: number, places: number, truncate: boolean, single: boolean): number {
  if (!Number.isFinite(value)) return value
  const exact = parseDecimal(String(value))
  if (exact === null) return value
  const cut = cutTo(exact.unscaled, exact.scale, places, truncate)
  const result = Number(`${cut}e-${exact.scale}`)
  return single ? Math.fround(result) : result
}

function toWhole(name: 'FLOOR' | 'CEIL', names: readonly string[]): ScalarFunction {
  const up = name === 'CEIL'
  return scalar({
    names,
    parameters: [take.numeric],
    result: ([a]) =>
      a?.kind === 'DECIMAL' ? types.decimal(Math.max(1, a.scale === 0 ? a.precision : Math.min(38, a.precision)), 0) : (a as LogicalType),
    bind: ({ args, type }): Run => {
      const [a] = args as [LogicalType]
      if (a.kind === 'DECIMAL') {
        const unit = power10(a.scale)
        return (value: bigint) => {
          const rest = value % unit
          const whole = (value - rest) / unit
          return fit(
            rest === 0n ? whole : up ? (rest > 0n ? whole + 1n : whole) : rest < 0n ? whole - 1n : whole,
            decimalShape(type).precision,
          )
        }
      }
      if (isInteger(a)) return (value: Value) => value
      return up ? Math.ceil : Math.floor
    },
    emit: ({ args }, [value]) => {
      const a = args[0] as LogicalType
      if (isInteger(a)) return { value: value as string, total: true }
      return isApproximate(a) ? { value: `Math.${name.toLowerCase()}(${value})`, total: true } : null
    },
  })
}

const absolute = scalar({
  names: ['ABS'],
  parameters: [take.numeric],
  result: ([a]) => a as LogicalType,
  bind: ({ type }) => {
    if (isInteger(type)) {
      const wrap = wrapInteger(type)
      return (value: number | bigint) => wrap(BigInt(value < 0 ? -value : value))
    }
    return (value: number | bigint) => (typeof value === 'number' ? Math.abs(value) : value < 0n ? -value : value)
  },
  emit: ({ type }, [value], { wide }) => {
    const lane = laneOf(type)
    if (lane === 'f32' || lane === 'f64') return { value: `Math.abs(${value})`, total: true }
    if (type.kind === 'INT') return { value: `(Math.abs(${value}) | 0)`, total: true }
    return lane === 'i64' && !wide ? { value: `Math.abs(${value})`, total: true } : null
  },
})

const sign = scalar({
  names: ['SIGN'],
  parameters: [take.numeric],
  result: ([a]) => a as LogicalType,
  bind: ({ type }) => {
    if (type.kind === 'DECIMAL') {
      const one = power10(type.scale)
      return (value: bigint) => (value > 0n ? one : value < 0n ? -one : 0n)
    }
    return (value: number | bigint) => (typeof value === 'number' ? Math.sign(value) : value > 0n ? 1n : value < 0n ? -1n : 0n)
  },
})

export const mathFunctions: readonly ScalarFunction[] = [
  absolute,
  sign,
  toWhole('FLOOR', ['FLOOR']),
  toWhole('CEIL', ['CEIL', 'CEILING']),
  rounding('ROUND', false),
  rounding('TRUNCATE', true),
  ofDoubles(['POWER', 'POW'], (a, b) => power(a as number, b as number), { args: 2 }),
  ofDoubles(['SQRT'], (value) => Math.sqrt(value as number), { code: 'Math.sqrt' }),
  ofDoubles(['EXP'], (value) => Math.exp(value as number), { code: 'Math.exp' }),
  ofDoubles(['LN'], (value) => Math.log(value as number), { code: 'Math.log' }),
  ofDoubles(['LOG10'], (value) => Math.log10(value as number), { code: 'Math.log10' }),
  ofDoubles(['LOG2'], (value) => Math.log(value as number) / Math.LN2),
  scalar({
    names: ['LOG'],
    parameters: [take.double],
    optional: [take.double],
    result: types.double(),
    run: (a: number, b?: number) => (b === undefined ? Math.log(a) : Math.log(b) / Math.log(a)),
  }),
  ofDoubles(['SIN'], (value) => Math.sin(value as number), { code: 'Math.sin' }),
  ofDoubles(['COS'], (value) => Math.cos(value as number), { code: 'Math.cos' }),
  ofDoubles(['TAN'], (value) => Math.tan(value as number), { code: 'Math.tan' }),
  ofDoubles(['COT'], (value) => 1 / Math.tan(value as number)),
  ofDoubles(['ASIN'], (value) => Math.asin(value as number), { code: 'Math.asin' }),
  ofDoubles(['ACOS'], (value) => Math.acos(value as number), { code: 'Math.acos' }),
  ofDoubles(['ATAN'], (value) => Math.atan(value as number), { code: 'Math.atan' }),
  ofDoubles(['ATAN2'], (a, b) => Math.atan2(a as number, b as number), { args: 2, code: 'Math.atan2' }),
  ofDoubles(['SINH'], (value) => Math.sinh(value as number), { code: 'Math.sinh' }),
  ofDoubles(['COSH'], (value) => Math.cosh(value as number), { code: 'Math.cosh' }),
  ofDoubles(['TANH'], (value) => Math.tanh(value as number), { code: 'Math.tanh' }),
  ofDoubles(['DEGREES'], (value) => (value as number) * 57.29577951308232),
  ofDoubles(['RADIANS'], (value) => (value as number) * 0.017453292519943295),
  scalar({ names: ['PI'], result: types.double(), nullable: 'never', run: () => Math.PI }),
  scalar({ names: ['E'], result: types.double(), nullable: 'never', run: () => Math.E }),
]

/** Java's pow: 1 to NaN is NaN there. */
function power(base: number, exponent: number): number {
  return Math.abs(base) === 1 && !Number.isFinite(exponent) ? Number.NaN : base ** exponent
}
