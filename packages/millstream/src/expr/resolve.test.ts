import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MillstreamError } from '../base/errors.ts'
import { type LogicalType, types, typeText } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import { resolveAggregate } from './aggregates.ts'
import { explicitCast, implicitCast } from './cast-rules.ts'
import { commonType } from './common-type.ts'
import { functionNames, type ResolveOptions, resolveFunction } from './registry.ts'

const resultOf = (name: string, args: readonly LogicalType[], options: ResolveOptions = {}): string =>
  typeText(resolveFunction(name, args, options).type)

function failureOf(run: () => unknown): MillstreamError {
  try {
    run()
  } catch (failure) {
    if (failure instanceof MillstreamError) return failure
    throw failure
  }
  throw new Error('it did not fail')
}

test('arithmetic has the types that Flink gives it', () => {
  const decimal = (precision: number, scale: number): LogicalType => types.decimal(precision, scale, false)
  const cases: readonly (readonly [string, LogicalType, LogicalType, string])[] = [
    ['+', types.int(), types.bigint(false), 'BIGINT'],
    ['+', decimal(38, 10), decimal(38, 20), 'DECIMAL(38, 9) NOT NULL'],
    ['*', decimal(20, 10), decimal(20, 10), 'DECIMAL(38, 17) NOT NULL'],
    ['/', decimal(38, 10), decimal(38, 10), 'DECIMAL(38, 6) NOT NULL'],
    ['/', types.decimal(10, 2), types.int(), 'DECIMAL(21, 13)'],
    ['%', types.bigint(), types.int(), 'INT'],
    ['+', types.float(false), types.double(false), 'FLOAT NOT NULL'],
    ['+', types.decimal(10, 2), types.double(), 'DOUBLE'],
    ['-', types.timestamp(3), types.intervalDayTime(false), 'TIMESTAMP(3)'],
  ]
  for (const [name, a, b, expected] of cases) assert.equal(resultOf(name, [a, b]), expected, `${typeText(a)} ${name} ${typeText(b)}`)
})

test('what differs in type is cast to what both sides meet in', () => {
  assert.deepEqual(resolveFunction('>', [types.int(), types.string()]).casts.map(typeText), ['INT', 'INT'])
  assert.deepEqual(
    resolveFunction('=', [types.timestamp(3), types.char(10, false)], { constants: [undefined, '2020-01-01'] }).casts.map(typeText),
    ['TIMESTAMP(3)', 'TIMESTAMP(3) NOT NULL'],
  )
  assert.equal(resultOf('CASE', [types.boolean(), types.char(1, false), types.char(3, false)]), 'VARCHAR(3) NOT NULL')
  assert.equal(resultOf('COALESCE', [types.int(), types.decimal(2, 1, false)]), 'DECIMAL(11, 1) NOT NULL')
  assert.equal(commonType([types.int(), types.string()]), null)
})

test('a text that may be no time is not cast for a comparison: it is unknown then, not a failure', () => {
  assert.deepEqual(resolveFunction('=', [types.date(false), types.string(false)]).casts.map(typeText), ['DATE NOT NULL', 'STRING'])
})

test('a literal argument may decide the type', () => {
  const constants: readonly (Value | undefined)[] = [undefined, 2]
  assert.equal(resultOf('ROUND', [types.decimal(10, 5, false), types.int(false)], { constants }), 'DECIMAL(8, 2) NOT NULL')
})

test('an unknown function names its neighbours, with the place of the call', () => {
  const failure = failureOf(() => resolveFunction('UPER', [types.string()], { at: { line: 3, column: 8 } }))
  assert.equal(failure.code, 'MS-2101')
  assert.match(failure.advice, /UPPER/)
  assert.deepEqual(failure.place, { line: 3, column: 8 })
})

test('wrong arguments say what is accepted', () => {
  const failure = failureOf(() => resolveFunction('UPPER', [types.int()]))
  assert.equal(failure.code, 'MS-2102')
  assert.match(failure.message, /UPPER does not take \(INT\)/)
  assert.match(failure.advice, /UPPER\(<STRING>\)/)
})

test('a cast that is not there is refused with advice', () => {
  const failure = failureOf(() => resolveFunction('CAST', [types.timestamp(3)], { returning: types.bigint() }))
  assert.equal(failure.code, 'MS-2103')
  assert.match(failure.advice, /UNIX_TIMESTAMP/)
  assert.equal(explicitCast(types.bigint(), types.int()), true)
  assert.equal(implicitCast(types.bigint(), types.int()), false)
  assert.equal(implicitCast(types.int(), types.bigint()), true)
})

test('aggregates have the types that Flink gives them', () => {
  const resultOfAggregate = (name: string, args: readonly LogicalType[]): string => typeText(resolveAggregate(name, args).type)
  assert.equal(resultOfAggregate('COUNT', []), 'BIGINT NOT NULL')
  assert.equal(resultOfAggregate('SUM', [types.int(false)]), 'INT')
  assert.equal(resultOfAggregate('AVG', [types.int()]), 'INT')
  assert.equal(resultOfAggregate('SUM', [types.decimal(10, 2)]), 'DECIMAL(38, 2)')
  assert.equal(resultOfAggregate('AVG', [types.decimal(10, 2)]), 'DECIMAL(38, 6)')
  assert.equal(failureOf(() => resolveAggregate('SUM', [types.string()])).code, 'MS-2102')
  assert.equal(failureOf(() => resolveAggregate('SUMM', [types.int()])).code, 'MS-2101')
})

test('the list of functions has the everyday ones once', () => {
  const names = functionNames()
  assert.equal(new Set(names).size, names.length)
  for (const name of ['UPPER', 'COALESCE', 'TO_TIMESTAMP_LTZ', 'JSON_VALUE', 'REGEXP_EXTRACT', 'DATE_FORMAT'])
    assert.ok(names.includes(name), name)
})
