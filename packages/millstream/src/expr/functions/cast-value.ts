import { errors } from '../../base/errors.ts'
import { isInteger, isString, type LogicalType, type RowField, sameType, typeText, withNullable } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { Env } from '../function.ts'

import { decimalOfDouble, doubleOfDecimal, fit, parseDecimal, power10, rescale } from '../text/decimal.ts'
import { parseDouble } from '../text/double-text.ts'
import { parseDate, parseTime, parseTimestamp, splitNanos, truncateNanos } from '../text/time-text.ts'
import { instantNanos, wallNanos } from '../text/zone.ts'
import { wrapInteger } from './arithmetic.ts'
import { fitText, textCast } from './cast-text.ts'

export type Cast = (value: Value) => Value
const dayNs = 86_400_000_000_000n
const encoder = new TextEncoder()
const bits = { TINYINT: 8, SMALLINT: 16, INT: 32, BIGINT: 64 } as const

/** Casts non-null values; failures throw MS-2110, a DECIMAL that does not fit is null. */
export function castOf(from: LogicalType, to: LogicalType, env: Env): Cast {
  if (sameType(from, to) && to.kind !== 'CHAR' && to.kind !== 'BINARY') return (value) => value
  if (from.kind === 'NULL') return () => null
  if (isString(to)) {
    const text = textCast(from, env)
    return (value) => fitText(text(value), to as LogicalType & { length: number })
  }
  if (isString(from)) return fromText(to, env)
  switch (to.kind) {
    case 'BOOLEAN':
      return (value) => value !== 0 && value !== 0n
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return toInteger(from, to)
    case 'FLOAT':
    case 'DOUBLE': {
      const round = to.kind === 'FLOAT' ? Math.fround : (value: number) => value
      if (from.kind === 'DECIMAL') return (value) => round(doubleOfDecimal(value as bigint, from.scale))
      return (value) => round(Number(value))
    }
    case 'DECIMAL':
      return toDecimal(from, to)
    case 'BINARY':
    case 'VARBINARY':
      return (value) => fitBytes(value as Uint8Array, to)
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return toTime(from, to, env)
    case 'ARRAY':
    case 'MULTISET':
    case 'MAP':
    case 'ROW':
      return nested(from, to, env)
    default:
      return (value) => value
  }
}

function toInteger(from: LogicalType, to: LogicalType): Cast {
  const wrap = wrapInteger(to)
  if (from.kind === 'BOOLEAN') return (value) => wrap(value === true ? 1n : 0n)
  if (from.kind === 'DECIMAL') {
    const unit = power10(from.scale)
    return (value) => wrap((value as bigint) / unit)
  }
  if (from.kind === 'FLOAT' || from.kind === 'DOUBLE') {
    return (value) => wrap(saturate(value as number, to.kind === 'BIGINT' ? 64 : 32))
  }
  return (value) => wrap(BigInt(value as number | bigint))
}

/** As Java's (int) and (long): towards zero, into the range; NaN is 0. TINYINT and SMALLINT go by way of INT. */
function saturate(value: number, width: number): bigint {
  if (Number.isNaN(value)) return 0n
  const bound = 2 ** (width - 1)
  if (value >= bound) return 2n ** BigInt(width - 1) - 1n
  return value <= -bound ? -(2n ** BigInt(width - 1)) : BigInt(Math.trunc(value))
}

function toDecimal(from: LogicalType, to: LogicalType & { kind: 'DECIMAL' }): Cast {
  const { precision, scale } = to
  if (from.kind === 'BOOLEAN') return (value) => fit(value === true ? power10(scale) : 0n, precision)
  if (from.kind === 'DECIMAL') return (value) => fit(rescale(value as bigint, from.scale, scale), precision)
  if (isInteger(from)) return (value) => fit(BigInt(value as number | bigint) * power10(scale), precision)
  return (value) => {
    const exact = decimalOfDouble(value as number)
    return exact === null ? null : fit(rescale(exact.unscaled, exact.scale, scale), precision)
  }
}

function toTime(from: LogicalType, to: LogicalType, env: Env): Cast {
  const wall: Cast =
    from.kind === 'DATE'
      ? (value) => BigInt(value as number) * dayNs
      : from.kind === 'TIME'
        ? (value) => BigInt(value as number) * 1_000_000n
        : from.kind === 'TIMESTAMP_LTZ'
          ? (value) => wallNanos(env.zone, value as bigint)
          : (value) => value
  switch (to.kind) {
    case 'DATE':
      // Cut towards 1970, as in Flink: the last day of 1969 comes out as the first of 1970.
      return (value) => Number((wall(value) as bigint) / dayNs)
    case 'TIME': {
      const unit = to.precision >= 3 ? 1 : 10 ** (3 - to.precision)
      return (value) => Math.floor(Number(splitNanos(wall(value) as bigint).nanoOfDay / 1_000_000n) / unit) * unit
    }
    case 'TIMESTAMP':
      return (value) => truncateNanos(wall(value) as bigint, to.precision)
    case 'TIMESTAMP_LTZ':
      if (from.kind === 'TIMESTAMP_LTZ') return (value) => truncateNanos(value as bigint, to.precision)
      return (value) => truncateNanos(instantNanos(env.zone, wall(value) as bigint), to.precision)
    default:
      return wall
  }
}

function fitBytes(bytes: Uint8Array, to: LogicalType & { readonly length: number }): Uint8Array {
  if (bytes.length > to.length) return bytes.slice(0, to.length)
  if (to.kind !== 'BINARY' || bytes.length === to.length) return bytes
  const padded = new Uint8Array(to.length)
  padded.set(bytes)
  return padded
}

const truths = new Map<string, boolean>([
  ...['t', 'true', 'y', 'yes', '1'].map((text) => [text, true] as const),
  ...['f', 'false', 'n', 'no', '0'].map((text) => [text, false] as const),
])

function fromText(to: LogicalType, env: Env): Cast {
  const refuse = (text: string, reason: string): never => {
    throw errors.fail('MS-2110', {
      text: text.length > 100 ? `${text.slice(0, 100)}…` : text,
      type: typeText(withNullable(to, true)),
      reason,
    })
  }
  switch (to.kind) {
    case 'BOOLEAN':
      return (value) => truths.get((value as string).trim().toLowerCase()) ?? refuse(value as string, 'it is no truth value')
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT': {
      const wrap = wrapInteger(to)
      const width = bits[to.kind as keyof typeof bits]
      return (value) => {
        const match = /^\s*([+-]?\d+)(?:\.\d*)?\s*$|^\s*([+-]?)\.\d*\s*$/.exec(value as string)
        if (match === null) return refuse(value as string, (value as string).trim() === '' ? 'it is empty' : 'it is no whole number')
        const whole = BigInt(match[1]?.replace(/^\+/, '') ?? 0)
        return BigInt.asIntN(width, whole) === whole ? wrap(whole) : refuse(value as string, 'it is out of range')
      }
    }
    case 'FLOAT':
    case 'DOUBLE':
      return (value) => {
        const number = parseDouble(value as string)
        if (number === null) return refuse(value as string, 'it is no number')
        return to.kind === 'FLOAT' ? Math.fround(number) : number
      }
    case 'DECIMAL':
      return (value) => {
        const exact = parseDecimal(value as string)
        if (exact === null) return refuse(value as string, 'it is no number')
        return fit(rescale(exact.unscaled, exact.scale, to.scale), to.precision) ?? refuse(value as string, 'it is out of range')
      }
    case 'BINARY':
    case 'VARBINARY':
      return (value) => fitBytes(encoder.encode(value as string), to)
    case 'DATE':
      return (value) => parseDate(value as string) ?? refuse(value as string, 'it is no date (YYYY-MM-DD)')
    case 'TIME': {
      const unit = to.precision >= 3 ? 1 : 10 ** (3 - to.precision)
      return (value) => {
        const ms = parseTime(value as string)
        return ms === null ? refuse(value as string, 'it is no time (HH:MM:SS)') : Math.floor(ms / unit) * unit
      }
    }
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return (value) => {
        const nanos = parseTimestamp(value as string)
        if (nanos === null) return refuse(value as string, 'it is no timestamp (YYYY-MM-DD HH:MM:SS.fff)')
        return truncateNanos(to.kind === 'TIMESTAMP' ? nanos : instantNanos(env.zone, nanos), to.precision)
      }
    default:
      return (value) => refuse(value as string, 'there is no such cast')
  }
}

function nested(from: LogicalType, to: LogicalType, env: Env): Cast {
  const orNull =
    (cast: Cast): Cast =>
    (value) =>
      value === null ? null : cast(value)
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') {
    const element = orNull(castOf(from.element, to.element, env))
    return (value) => (value as Value[]).map(element)
  }
  if (from.kind === 'MULTISET' && to.kind === 'MULTISET') {
    const element = orNull(castOf(from.element, to.element, env))
    return (value) => (value as [Value, Value][]).map(([one, count]) => [element(one), count])
  }
  if (from.kind === 'MAP' && to.kind === 'MAP') {
    const key = orNull(castOf(from.key, to.key, env))
    const entry = orNull(castOf(from.value, to.value, env))
    return (value) => (value as [Value, Value][]).map(([k, v]) => [key(k), entry(v)])
  }
  if (from.kind === 'ROW' && to.kind === 'ROW') {
    const fields = from.fields.map((field, at) => orNull(castOf(field.type, (to.fields[at] as RowField).type, env)))
    return (value) => (value as Value[]).map((one, at) => (fields[at] as Cast)(one))
  }
  return (value) => value
}
