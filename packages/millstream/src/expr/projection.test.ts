import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Batch } from '../data/batch.ts'
import { bytesColumn, columnOf } from '../data/builder.ts'
import type { Column } from '../data/column.ts'
import { Schema } from '../data/schema.ts'
import { type LogicalType, types } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import type { Expression } from './expression.ts'
import { compilePredicate, compileProjection, predicate, projectedSchema, projection } from './projection.ts'
import { callOf } from './testing/random-expression.ts'

const input = (index: number, type: LogicalType): Expression => ({ kind: 'input', index, type })
const literal = (value: Value, type: LogicalType): Expression => ({ kind: 'literal', value, type })
const call = (name: string, ...args: readonly Expression[]): Expression => callOf(name, args) as Expression
const schema = new Schema([
  { name: 'id', type: types.bigint() },
  { name: 'country', type: types.string() },
])
const sum = call('+', input(0, types.bigint()), literal(1, types.int(false)))
const one = (expression: Expression): Schema => projectedSchema([expression], ['x'])

test('columns that pass unchanged are shared, not copied', () => {
  const batch = Batch.of(schema, [
    [1n, 'BR'],
    [2n, 'DE'],
  ])
  const projected = compileProjection([input(1, types.string()), input(0, types.bigint())], new Schema([...schema.fields].reverse()))(batch)
  assert.equal(projected.columns[0], batch.columns[1])
  assert.equal(projected.columns[1], batch.columns[0])
})

test('a sum beyond what a double holds exactly gives up the safe body and is right', () => {
  const batch = Batch.of(schema, [
    [9_007_199_254_740_991n, 'BR'],
    [1n, 'BR'],
    [null, null],
  ])
  const result = compileProjection([sum], one(sum))(batch)
  assert.equal(result.columns[0]?.layout, 'wide')
  assert.deepEqual(result.rows(), [[9_007_199_254_740_992n], [2n], [null]])
  const wide = Batch.of(schema, [
    [9_223_372_036_854_775_807n, 'BR'],
    [5n, null],
  ])
  assert.deepEqual(compileProjection([sum], one(sum))(wide).rows(), [[-9_223_372_036_854_775_808n], [6n]])
})

test('a function of a dictionary column runs once an entry, and its result is a dictionary', () => {
  const upper = call('UPPER', input(1, types.string()))
  const dictionary = bytesColumn(types.string(), ['br', 'de', 'unused'])
  const country: Column = {
    type: types.string(),
    length: 4,
    validity: null,
    layout: 'dictionary',
    ids: Int32Array.of(0, 1, 1, 0),
    dictionary,
  }
  const batch = new Batch(schema, 4, [columnOf(types.bigint(), [1n, 2n, 3n, 4n]), country])
  const result = compileProjection([upper], one(upper))(batch)
  assert.equal(result.columns[0]?.layout, 'dictionary')
  assert.deepEqual(result.rows(), [['BR'], ['DE'], ['DE'], ['BR']])
})

test('an entry that no row uses cannot fail a batch', () => {
  const parsed = callOf('CAST', [input(1, types.string())], types.int()) as Expression
  const dictionary = bytesColumn(types.string(), ['1', '2', 'not a number'])
  const country: Column = { type: types.string(), length: 2, validity: null, layout: 'dictionary', ids: Int32Array.of(0, 1), dictionary }
  const batch = new Batch(schema, 2, [columnOf(types.bigint(), [1n, 2n]), country])
  assert.deepEqual(compileProjection([parsed], one(parsed))(batch).rows(), [[1], [2]])
})

test('a condition keeps the rows for which it is TRUE: not FALSE, not UNKNOWN', () => {
  const batch = Batch.of(schema, [
    [1n, 'BR'],
    [2n, null],
    [3n, 'DE'],
    [4n, 'BR'],
  ])
  const isBrazil = call('=', input(1, types.string()), literal('BR', types.char(2, false)))
  assert.deepEqual([...compilePredicate(isBrazil).select(batch)], [0, 3])
  assert.deepEqual([...compilePredicate(call('NOT', isBrazil)).select(batch)], [2])
  assert.deepEqual([...predicate(isBrazil, { mode: 'interpreted' }).select(batch)], [0, 3])
  assert.deepEqual([...compilePredicate(literal(true, types.boolean(false))).select(batch)], [0, 1, 2, 3])
})

test('only the rows that are asked for are computed, and row kinds go with them', () => {
  const batch = Batch.of(
    schema,
    [
      [1n, 'BR'],
      [2n, 'DE'],
      [3n, 'FR'],
    ],
    Uint8Array.of(0, 1, 2),
  )
  const result = projection([sum, input(1, types.string())], projectedSchema([sum, input(1, types.string())], ['x', 'y'])).run(
    batch,
    Int32Array.of(0, 2),
  )
  assert.deepEqual(result.rows(), [
    [2n, 'BR'],
    [4n, 'FR'],
  ])
  assert.deepEqual([...(result.kinds ?? [])], [0, 2])
})

test('now is read once a batch from the host', () => {
  const env = { nowMs: 1000, zone: 'UTC' }
  const run = compileProjection([call('CURRENT_TIMESTAMP')], new Schema([{ name: 'now', type: types.timestampLtz(3, false) }]), env)
  const batch = Batch.of(schema, [
    [1n, 'BR'],
    [2n, 'DE'],
  ])
  assert.deepEqual(run(batch).rows(), [[1_000_000_000n], [1_000_000_000n]])
  env.nowMs = 2000
  assert.deepEqual(run(batch).rows(), [[2_000_000_000n], [2_000_000_000n]])
})
