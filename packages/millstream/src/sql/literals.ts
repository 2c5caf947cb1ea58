import { errors } from '../base/errors.ts'
import { type LogicalType, types } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import type { Expression } from '../expr/expression.ts'
import { daysInMonth, daysOf } from '../expr/text/civil.ts'
import type { IntervalNode, LiteralNode } from '../syntax/ast/expression.ts'
import type { Span } from '../syntax/span.ts'

type Literal = Extract<Expression, { kind: 'literal' }>

const literal = (value: Value, type: LogicalType): Literal => ({ kind: 'literal', value, type })

/** A literal with the type that Flink gives it: 'abc' is CHAR(3) NOT NULL, 1 is INT NOT NULL, 1.5 is DECIMAL(2, 1) NOT NULL. */
export function literalOf(node: LiteralNode): Literal {
  switch (node.type) {
    case 'exact':
      return exact(node.text, node.at)
    case 'approximate':
      return literal(Number(node.text), types.double(false))
    case 'string':
      return textLiteral(node.text)
    case 'binary':
      return literal(
        Uint8Array.from(node.text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
        types.binary(Math.max(node.text.length / 2, 1), false),
      )
    case 'boolean':
      return literal(node.text === 'TRUE', types.boolean(false))
    case 'null':
      return literal(null, types.null())
    case 'unknown':
      return literal(null, types.boolean())
    case 'date':
      return literal(days(node.text.trim(), node, 'DATE', '2026-01-31'), types.date(false))
    case 'time': {
      const time = timeOfDay(node.text.trim())
      if (time === null) throw wrong(node, 'TIME', '10:30:00')
      return literal(Number(time.nanos / 1_000_000n), types.time(time.precision, false))
    }
    case 'timestamp':
    case 'timestamp_ltz':
      return timestamp(node)
    case 'default':
      throw errors.fail('MS-2000', { feature: 'DEFAULT' }, node.at)
  }
}

export function textLiteral(text: string): Literal {
  return literal(text, types.char([...text].length, false))
}

function exact(text: string, at: Span): Literal {
  const negative = text.startsWith('-')
  const digits = text.replace(/^[+-]/, '')
  const [whole = '', fraction = ''] = digits.split('.')
  const unscaled = BigInt(`${negative ? '-' : ''}${whole}${fraction}` || '0')
  if (fraction === '') {
    if (unscaled >= -2_147_483_648n && unscaled <= 2_147_483_647n) return literal(Number(unscaled), types.int(false))
    if (unscaled === BigInt.asIntN(64, unscaled)) return literal(unscaled, types.bigint(false))
  }
  // As in Flink, the digits must fit into 64 bits.
  if (unscaled !== BigInt.asIntN(64, unscaled)) {
    throw errors.fail(
      'MS-2012',
      { text, type: 'number literal of at most 18 digits', example: `CAST('${text}' AS DECIMAL(38, ${fraction.length}))` },
      at,
    )
  }
  const precision = Math.max(whole.length + fraction.length, 1)
  return literal(unscaled, types.decimal(precision, fraction.length, false))
}

/** -x of a literal, or null when it is none. */
export function negated(expression: Expression): Literal | null {
  if (expression.kind !== 'literal' || expression.value === null) return null
  const { value, type } = expression
  if (typeof value === 'number') return literal(value === 0 && type.kind !== 'DOUBLE' ? 0 : -value, type)
  if (typeof value === 'bigint' && (type.kind === 'BIGINT' || type.kind === 'DECIMAL' || type.kind === 'INTERVAL_DAY_TIME'))
    return literal(-value, type)
  return null
}

function timestamp(node: LiteralNode): Literal {
  const match = /^(\S+?)(?:[ T](\S+))?$/.exec(node.text.trim())
  const time = match?.[2] === undefined ? { nanos: 0n, precision: 0 } : timeOfDay(match[2])
  if (match === null || time === null) throw wrong(node, 'TIMESTAMP', '2026-01-31 10:30:00')
  const nanos = BigInt(days(match[1] as string, node, 'TIMESTAMP', '2026-01-31 10:30:00')) * 86_400_000_000_000n + time.nanos
  return literal(nanos, node.type === 'timestamp' ? types.timestamp(time.precision, false) : types.timestampLtz(time.precision, false))
}

function days(text: string, node: LiteralNode, type: string, example: string): number {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)
  const [year, month, day] = match === null ? [0, 0, 0] : match.slice(1).map(Number)
  if (!year || !month || !day || month > 12 || day > daysInMonth(year, month)) throw wrong(node, type, example)
  return daysOf(year, month, day)
}

function timeOfDay(text: string): { nanos: bigint; precision: number } | null {
  const match = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?$/.exec(text)
  if (match === null) return null
  const [hour, minute, second] = match.slice(1, 4).map(Number) as [number, number, number]
  if (hour > 23 || minute > 59 || second > 59) return null
  const fraction = match[4] ?? ''
  return {
    nanos: BigInt(hour * 3600 + minute * 60 + second) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0')),
    precision: fraction.length,
  }
}

const wrong = (node: LiteralNode, type: string, example: string): Error =>
  errors.fail('MS-2012', { text: node.text, type, example }, node.at)

const unitMs: Readonly<Record<string, number>> = { WEEK: 604_800_000, DAY: 86_400_000, HOUR: 3_600_000, MINUTE: 60_000, SECOND: 1000 }
const unitMonths: Readonly<Record<string, number>> = { YEAR: 12, QUARTER: 3, MONTH: 1 }

/** `INTERVAL '1-2' YEAR TO MONTH` in months, `INTERVAL '1 10:00:00.5' DAY TO SECOND` in milliseconds. */
export function intervalOf(node: IntervalNode): Literal {
  const text = node.text ?? ''
  const { from, to } = node.qualifier
  const malformed = errors.fail(
    'MS-2012',
    { text, type: `INTERVAL ${from}${to === null ? '' : ` TO ${to}`}`, example: example(from, to) },
    node.at,
  )
  const match = /^([+-]?)(.*)$/.exec(text.trim()) as RegExpExecArray
  const sign = (match[1] === '-' ? -1 : 1) * (node.negative ? -1 : 1)
  const body = match[2] as string
  const precision = node.qualifier.precision ?? 2
  const leading = /^\d*/.exec(body)?.[0].replace(/^0+/, '') ?? ''
  if (leading.length > precision) {
    const advice = `INTERVAL '${text}' ${from}(${leading.length})`
    throw errors.fail('MS-2012', { text, type: `${from} of at most ${precision} digits`, example: advice }, node.at)
  }
  const months = unitMonths[from]
  if (months !== undefined) {
    const parts = /^(\d+)(?:-(\d+))?$/.exec(body)
    if (parts === null || (parts[2] !== undefined) !== (to !== null)) throw malformed
    const inner = Number(parts[2] ?? 0)
    if (inner > 11) throw malformed
    return literal(nonNegativeZero(sign * (Number(parts[1]) * months + inner)), types.intervalYearMonth(false))
  }
  const millis = to === null ? singleUnit(body, from) : spanOfUnits(body, from, to)
  if (millis === null) throw malformed
  return literal(BigInt(sign) * millis, types.intervalDayTime(false))
}

const nonNegativeZero = (value: number): number => (value === 0 ? 0 : value)

function singleUnit(body: string, unit: string): bigint | null {
  const pattern = unit === 'SECOND' ? /^(\d+)(?:\.(\d{1,9}))?$/ : /^(\d+)$/
  const match = pattern.exec(body)
  if (match === null) return null
  return BigInt(match[1] as string) * BigInt(unitMs[unit] as number) + BigInt((match[2] ?? '').padEnd(3, '0').slice(0, 3))
}

function spanOfUnits(body: string, from: string, to: string): bigint | null {
  const order = ['DAY', 'HOUR', 'MINUTE', 'SECOND']
  const units = order.slice(order.indexOf(from), order.indexOf(to) + 1)
  const pattern = units.map(
    (unit, i) => (i === 0 ? '(\\d+)' : `${units[i - 1] === 'DAY' ? ' ' : ':'}(\\d{1,2})`) + (unit === 'SECOND' ? '(?:\\.(\\d{1,9}))?' : ''),
  )
  const match = new RegExp(`^${pattern.join('')}$`).exec(body)
  if (match === null) return null
  let total = 0n
  for (const [i, unit] of units.entries()) {
    const value = Number(match[i + 1])
    if (i > 0 && value > (unit === 'HOUR' ? 23 : 59)) return null
    total += BigInt(match[i + 1] as string) * BigInt(unitMs[unit] as number)
  }
  return total + BigInt((to === 'SECOND' ? (match[units.length + 1] ?? '') : '').padEnd(3, '0').slice(0, 3))
}

function example(from: string, to: string | null): string {
  if (to === null) return `INTERVAL '10' ${from}`
  return from === 'YEAR' ? "INTERVAL '1-6' YEAR TO MONTH" : `INTERVAL '1 10:30:00' DAY TO SECOND`
}
