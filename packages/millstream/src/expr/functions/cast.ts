import { MillstreamError } from '../../base/errors.ts'
import { isInteger, isTimestamp, type LogicalType, sameType, withNullable } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import { explicitCast } from '../cast-rules.ts'
import { type Emitted, laneOf } from '../compile/emit.ts'
import type { CallShape, ScalarFunction } from '../function.ts'
import { castOf } from './cast-value.ts'

/**
 * CAST and TRY_CAST take the wanted type as `returning`; TRY_CAST gives NULL where CAST fails. `zoned` is the overload for
 * TIMESTAMP_LTZ: its text and its wall time depend on the session's zone, so that it is never folded.
 */
function cast(name: 'CAST' | 'TRY_CAST', zoned: boolean): ScalarFunction {
  return {
    names: [name],
    signatures: [`${name}(<ANY> AS <TYPE>)`],
    nulls: 'strict',
    deterministic: true,
    readsEnv: zoned,
    resolve([from, more], { returning }) {
      if (from === undefined || more !== undefined || returning === undefined || !explicitCast(from, returning)) return null
      if ((hasInstants(from) || hasInstants(returning)) !== zoned) return null
      return { casts: [from], type: withNullable(returning, name === 'TRY_CAST' || from.nullable || from.kind === 'NULL') }
    },
    bind({ args, type, at }, env) {
      const run = castOf(args[0] as LogicalType, type, env)
      return (value: Value) => {
        try {
          return run(value)
        } catch (failure) {
          if (!(failure instanceof MillstreamError)) throw failure
          if (name === 'TRY_CAST') return null
          throw at === undefined || failure.place !== undefined ? failure : placed(failure, at)
        }
      }
    },
    emit: (shape, [value], { wide }) => emitCast(shape, value as string, wide),
  }
}

function placed(failure: MillstreamError, at: NonNullable<CallShape['at']>): MillstreamError {
  return Object.assign(failure, { place: at })
}

function emitCast({ args, type }: CallShape, value: string, wide: boolean): Emitted | null {
  const from = args[0] as LogicalType
  const [source, target] = [laneOf(from), laneOf(type)]
  if (sameType(from, type) && type.kind !== 'CHAR' && type.kind !== 'BINARY') return { value, total: true }
  if (from.kind === 'VARCHAR' && type.kind === 'VARCHAR' && from.length <= type.length) return { value, total: true }
  if (from.kind === 'CHAR' && type.kind === 'VARCHAR' && from.length <= type.length) return { value, total: true }
  if (isInteger(from) && isInteger(type)) {
    const bits = { TINYINT: '<< 24 >> 24', SMALLINT: '<< 16 >> 16', INT: '| 0', BIGINT: '' }[type.kind as 'INT']
    if (target === 'i64') return { value: source === 'i64' ? value : wide ? `BigInt(${value})` : value, total: true }
    const low = source === 'i64' && wide ? `Number(BigInt.asIntN(32, ${value}))` : value
    return { value: `(${low} ${bits})`, total: true }
  }
  if (isInteger(from) && (target === 'f64' || target === 'f32')) {
    const number = source === 'i64' && wide ? `Number(${value})` : value
    return { value: target === 'f32' ? `Math.fround(${number})` : number, total: true }
  }
  if (source === 'f32' && target === 'f64') return { value, total: true }
  if (source === 'f64' && target === 'f32') return { value: `Math.fround(${value})`, total: true }
  if (from.kind === 'BOOLEAN' && target === 'i32') return { value: `(${value} ? 1 : 0)`, total: true }
  if (source === 'i32' && type.kind === 'BOOLEAN') return { value: `(${value} !== 0)`, total: true }
  if (type.kind === 'DECIMAL' && target === 'i64') return emitToDecimal(from, type, value, wide)
  if (from.kind === 'DECIMAL' && source === 'i64' && target === 'f64' && from.scale <= 15) {
    // Correctly rounded: both sides of the division are exact while the digits fit a double.
    return wide || from.precision > 15 ? null : { value: `(${value} / ${10 ** from.scale})`, total: true }
  }
  if (isTimestamp(from) && from.kind === type.kind) return emitRescale(from as Timed, type as Timed, value, wide)
  return null
}

type Timed = LogicalType & { readonly precision: number }

/** Only where it always fits: what may overflow to NULL goes the slow way. */
function emitToDecimal(from: LogicalType, to: { precision: number; scale: number }, value: string, wide: boolean): Emitted | null {
  const digits = { TINYINT: 3, SMALLINT: 5, INT: 10, BIGINT: 19 }[from.kind as 'INT']
  const [precision, scale] = from.kind === 'DECIMAL' ? [from.precision, from.scale] : [digits, 0]
  if (precision === undefined || precision > 18 || scale > to.scale || precision - scale > to.precision - to.scale) return null
  const factor = 10 ** (to.scale - scale)
  const whole = laneOf(from) === 'i64' ? value : wide ? `BigInt(${value})` : value
  if (factor === 1) return { value: whole, total: true }
  return wide ? { value: `(${whole} * ${factor}n)` } : { value: `(${whole} * ${factor} + 0)`, check: true }
}

function emitRescale(from: Timed, to: Timed, value: string, wide: boolean): Emitted | null {
  if (from.precision > 6 || to.precision > 6) return null
  const unit = (precision: number): number => (precision <= 3 ? 3 : 6)
  if (to.precision >= from.precision) {
    if (unit(from.precision) === unit(to.precision)) return { value, total: true }
    return wide ? { value: `(${value} * 1000n)` } : { value: `(${value} * 1000)`, check: true }
  }
  if (wide) return null
  const by = 10 ** (unit(from.precision) - to.precision)
  const cut = 10 ** (unit(to.precision) - to.precision)
  return { value: `(Math.floor(${value} / ${by}) * ${cut} + 0)`, total: true }
}

function hasInstants(type: LogicalType): boolean {
  switch (type.kind) {
    case 'TIMESTAMP_LTZ':
      return true
    case 'ARRAY':
    case 'MULTISET':
      return hasInstants(type.element)
    case 'MAP':
      return hasInstants(type.key) || hasInstants(type.value)
    case 'ROW':
      return type.fields.some((field) => hasInstants(field.type))
    default:
      return false
  }
}

export const castFunctions: readonly ScalarFunction[] = [
  cast('CAST', false),
  cast('CAST', true),
  cast('TRY_CAST', false),
  cast('TRY_CAST', true),
]
