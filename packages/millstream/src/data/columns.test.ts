import assert from 'node:assert/strict'
import test from 'node:test'
import type { Random } from '../base/ports.ts'
import { seededRandom } from '../base/simulated/random.ts'
import { Batch, rowKind } from './batch.ts'
import { columnOf, constantColumn } from './builder.ts'
import { type Column, isNull, layoutOf, nullCount } from './column.ts'
import { sampleColumn, sampleFields, sampleType, sampleValue } from './sample.ts'
import { Schema } from './schema.ts'
import { concatColumns, plainBytes, sliceColumn, takeRows } from './take.ts'
import { types } from './types.ts'
import { type Value, valueAt } from './value.ts'

const valuesOf = (column: Column): Value[] => Array.from({ length: column.length }, (_, row) => valueAt(column, row))

function sampled(random: Random, count: number) {
  const type = sampleType(random)
  const values = Array.from({ length: count }, () => sampleValue(random, type))
  return { type, values, column: sampleColumn(random, type, values) }
}

test('a column holds the values it was built from, and counts its nulls', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed)
    const { values, column } = sampled(random, random.int(40))
    assert.deepEqual(valuesOf(column), values, `seed ${seed}`)
    assert.equal(nullCount(column), values.filter((value) => value === null).length)
    values.forEach((value, row) => {
      assert.equal(isNull(column, row), value === null)
    })
  }
})

test('take, slice and concat are those of the values, in any order and nesting', () => {
  for (let seed = 1; seed <= 400; seed++) {
    const random = seededRandom(seed)
    const { type, values, column } = sampled(random, 1 + random.int(40))
    const where = `seed ${seed} ${JSON.stringify(type)}`
    const rows = Int32Array.from({ length: random.int(30) }, () => random.int(values.length))
    const taken = [...rows].map((row) => values[row])
    assert.deepEqual(valuesOf(takeRows(column, rows)), taken, where)

    const from = random.int(values.length + 1)
    const to = from + random.int(values.length - from + 1)
    const slice = sliceColumn(column, from, to)
    assert.deepEqual(valuesOf(slice), values.slice(from, to), where)

    const others = Array.from({ length: random.int(20) }, () => sampleValue(random, type))
    const parts = [slice, takeRows(column, rows), sampleColumn(random, type, others), sliceColumn(column, 0, from)]
    assert.deepEqual(valuesOf(concatColumns(parts)), [...values.slice(from, to), ...taken, ...others, ...values.slice(0, from)], where)

    const inner = random.int(slice.length + 1)
    assert.deepEqual(valuesOf(sliceColumn(slice, inner, slice.length)), values.slice(from + inner, to), where)
  }
})

test('batches keep row kinds through take, slice and concat', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seededRandom(seed)
    const schema = new Schema(sampleFields(random, 1 + random.int(3), 1))
    const make = (kinds: boolean): Batch => {
      const rows = Array.from({ length: 1 + random.int(10) }, () => schema.fields.map((field) => sampleValue(random, field.type)))
      return Batch.of(schema, rows, kinds ? Uint8Array.from(rows, () => random.int(4)) : null)
    }
    const batches = [make(true), make(false), make(true)]
    const kindsOf = (batch: Batch): number[] => Array.from({ length: batch.rowCount }, (_, row) => batch.kinds?.[row] ?? rowKind.insert)
    const all = Batch.concat(schema, batches)
    assert.deepEqual(
      all.rows(),
      batches.flatMap((batch) => batch.rows()),
    )
    assert.deepEqual(kindsOf(all), batches.flatMap(kindsOf))
    const from = random.int(all.rowCount)
    const part = all.slice(from, all.rowCount)
    assert.deepEqual([part.rows(), kindsOf(part)], [all.rows().slice(from), kindsOf(all).slice(from)])
    const rows = Int32Array.of(all.rowCount - 1, 0)
    assert.deepEqual(kindsOf(all.take(rows)), [kindsOf(all).at(-1), kindsOf(all)[0]])
    assert.equal(Batch.concat(schema, [batches[1] as Batch]).kinds, null)
  }
})

test('the layout of a type is that of its columns; int64 is safe while all values fit, else wide', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seededRandom(seed)
    const { type, column } = sampled(random, 0)
    const plain = column.layout === 'dictionary' ? 'bytes' : column.layout
    assert.equal(plain, layoutOf(type))
  }
  assert.equal(columnOf(types.bigint(), [9007199254740991n, null]).layout, 'safe')
  assert.equal(columnOf(types.bigint(), [9007199254740992n]).layout, 'wide')
  assert.equal(columnOf(types.timestamp(6), [9_100_000_000_000_000_000n]).layout, 'wide')
})

test('timestamps before 1970 keep their instant, whatever the precision', () => {
  for (const precision of [3, 6, 9]) {
    const unit = 10n ** BigInt(9 - precision)
    assert.deepEqual(valuesOf(columnOf(types.timestamp(precision), [-unit, -1_000_000_000n - unit])), [-unit, -1_000_000_000n - unit])
  }
})

test('a constant column has its value in every row', () => {
  for (const [type, value] of [
    [types.string(), 'x'],
    [types.int(), 3],
    [types.string(), null],
    [types.array(types.int()), [1, 2]],
  ] as const) {
    assert.deepEqual(valuesOf(constantColumn(type, value, 3)), [value, value, value])
  }
})

test('a dictionary without entries is a column of nulls, and may be made plain', () => {
  const dictionary = columnOf(types.string(), [])
  assert.ok(dictionary.layout === 'bytes')
  const column: Column = {
    type: types.string(),
    length: 2,
    validity: new Uint8Array(1),
    layout: 'dictionary',
    ids: new Int32Array(2),
    dictionary,
  }
  assert.deepEqual(valuesOf(plainBytes(column)), [null, null])
  assert.deepEqual(valuesOf(concatColumns([column, columnOf(types.string(), ['a'])])), [null, null, 'a'])
})
