import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MillstreamError } from '../base/errors.ts'
import { type LogicalType, types } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import type { Expression } from './expression.ts'
import type { Env } from './function.ts'
import { constantOf, interpret } from './interpret.ts'
import { callOf } from './testing/random-expression.ts'

const literal = (value: Value, type: LogicalType): Expression => ({ kind: 'literal', value, type })
const text = (value: string): Expression => literal(value, types.string(false))
const int = (value: number): Expression => literal(value, types.int(false))
function call(name: string, args: readonly Expression[], returning?: LogicalType): Expression {
  const made = callOf(name, args, returning)
  assert.ok(made !== null, `${name} does not take these arguments`)
  return made
}
const value = (name: string, ...args: readonly Expression[]): Value => interpret(call(name, args), [])
const cast = (from: Expression, to: LogicalType, env?: Env): Value => interpret(call('CAST', [from], to), [], env)

test('whole numbers wrap around, and division by zero fails', () => {
  assert.equal(value('+', int(2_147_483_647), int(1)), -2_147_483_648)
  assert.equal(value('+', literal(9_223_372_036_854_775_807n, types.bigint(false)), int(1)), -9_223_372_036_854_775_808n)
  assert.throws(
    () => value('/', int(1), int(0)),
    (failure) => failure instanceof MillstreamError && failure.code === 'MS-2111',
  )
})

test('AND and OR are decided by one side, whatever the other is', () => {
  const unknown = literal(null, types.boolean())
  const no = literal(false, types.boolean(false))
  const yes = literal(true, types.boolean(false))
  assert.equal(value('AND', unknown, no), false)
  assert.equal(value('AND', unknown, yes), null)
  assert.equal(value('OR', unknown, yes), true)
  assert.equal(value('OR', no, unknown), null)
})

test('a branch that is not taken is not evaluated', () => {
  const divided = call('/', [int(1), int(0)])
  assert.equal(value('CASE', literal(true, types.boolean(false)), int(7), divided), 7)
  assert.equal(value('COALESCE', int(7), divided), 7)
})

test('doubles are printed as Java prints them', () => {
  const printed = [1, 1.5e10, 12345678, 1234567, 0.001, 0.0001, 1e-7, -0, Number.NaN, 1.5e300].map((number) =>
    cast(literal(number, types.double(false)), types.string()),
  )
  assert.deepEqual(printed, ['1.0', '1.5E10', '1.2345678E7', '1234567.0', '0.001', '1.0E-4', '1.0E-7', '-0.0', 'NaN', '1.5E300'])
  assert.equal(cast(literal(Math.fround(0.1), types.float(false)), types.string()), '0.1')
})

test('a CAST that fails says what and why; TRY_CAST gives null', () => {
  assert.throws(
    () => cast(text('12x'), types.int()),
    (failure) => failure instanceof MillstreamError && failure.code === 'MS-2110' && /12x/.test(failure.message),
  )
  assert.equal(interpret(call('TRY_CAST', [text('12x')], types.int()), []), null)
})

test('casts of instants follow the session zone, and are not folded', () => {
  const instant = literal(0n, types.timestampLtz(0, false))
  const toText = call('CAST', [instant], types.string())
  assert.equal(interpret(toText, [], { nowMs: 0, zone: 'Asia/Shanghai' }), '1970-01-01 08:00:00')
  assert.equal(interpret(toText, [], { nowMs: 0, zone: 'America/New_York' }), '1969-12-31 19:00:00')
  assert.equal(constantOf(toText), undefined)
})

test('a pattern of a user runs in linear time, and what cannot is refused', () => {
  const evil = `${'a'.repeat(40)}!`
  assert.equal(value('REGEXP', text(evil), text('^(a+)+$')), false)
  assert.throws(
    () => value('REGEXP', text('a'), text('(?=a)a')),
    (failure) => failure instanceof MillstreamError && failure.code === 'MS-2112',
  )
  assert.equal(value('REGEXP_REPLACE', text('abc'), text('('), text('x')), null)
})

test('small arguments make no huge text', () => {
  assert.throws(
    () => value('REPEAT', text('abcdefgh'), int(2_000_000_000)),
    (failure) => failure instanceof MillstreamError && failure.code === 'MS-2112',
  )
})

test('functions of the clock read the one now of their batch', () => {
  const now = call('CURRENT_TIMESTAMP', [])
  assert.equal(interpret(now, [], { nowMs: 1_600_000_000_123, zone: 'UTC' }), 1_600_000_000_123_000_000n)
  assert.equal(constantOf(now), undefined)
})

test('RAND without a host is refused by name, with a seed it is what Java gives', () => {
  assert.throws(
    () => value('RAND'),
    (failure) => failure instanceof MillstreamError && failure.code === 'MS-2000',
  )
  assert.equal(value('RAND', int(10)), 0.7304302967434272)
})
