import assert from 'node:assert/strict'
import test from 'node:test'
import { seededRandom } from '../base/simulated/random.ts'
import { readColumn, writeColumn } from './arrow.ts'
import { encodingText, parseEncoding } from './arrow-encoding.ts'
import { columnOf } from './builder.ts'
import type { Column } from './column.ts'
import { pack, unpack } from './pack.ts'
import { sampleColumn, sampleType, sampleValue } from './sample.ts'
import { sliceColumn } from './take.ts'
import { types } from './types.ts'
import { type Value, valueAt } from './value.ts'

const valuesOf = (column: Column): Value[] => Array.from({ length: column.length }, (_, row) => valueAt(column, row))

test('any column comes back from its buffers, packed or not, whole or sliced', () => {
  for (let seed = 1; seed <= 400; seed++) {
    const random = seededRandom(seed)
    const type = sampleType(random)
    const values = Array.from({ length: random.int(40) }, () => sampleValue(random, type))
    const whole = sampleColumn(random, type, values)
    const from = random.int(values.length + 1)
    const to = from + random.int(values.length - from + 1)
    const column = random.int(2) === 0 ? whole : sliceColumn(whole, from, to)
    const written = writeColumn(column)
    const buffers = random.int(2) === 0 ? written.buffers : unpack(pack(written.buffers))
    const back = readColumn(type, written.encoding, buffers, column.length)
    assert.deepEqual(valuesOf(back), valuesOf(column), `seed ${seed}, ${written.encoding}`)
    assert.equal(written.nullCount, valuesOf(column).filter((value) => value === null).length, `seed ${seed}`)
    assert.equal(encodingText(parseEncoding(written.encoding)), written.encoding)
  }
})

test('int64 values are Arrow words, read as doubles when all fit and as int64 when one does not', () => {
  const edges = [0n, -1n, 1n, 4294967295n, 4294967296n, -4294967297n, 9007199254740991n, -9007199254740991n]
  const safe = writeColumn(columnOf(types.bigint(), edges))
  assert.equal(safe.encoding, 'int64')
  assert.deepEqual([...new BigInt64Array((safe.buffers[1] as Uint8Array).slice().buffer)], edges)
  assert.deepEqual([safe.min, safe.max], [-9007199254740991, 9007199254740991])
  const wide = writeColumn(columnOf(types.bigint(), [...edges, 9007199254740993n]))
  assert.equal(wide.encoding, 'int64wide')
  assert.equal(wide.max, 9007199254740993n)
  assert.equal(readColumn(types.bigint(), 'int64wide', wide.buffers, 9).layout, 'wide')
})

test('a wide column whose values fit is read as safe', () => {
  const column: Column = { type: types.bigint(), length: 2, validity: null, layout: 'wide', values: BigInt64Array.of(5n, -7n) }
  const written = writeColumn(column)
  const back = readColumn(types.bigint(), written.encoding, written.buffers, 2)
  assert.equal(back.layout, 'safe')
  assert.deepEqual(valuesOf(back), [5n, -7n])
})

test('min and max leave out nulls and NaN', () => {
  const written = writeColumn(columnOf(types.double(), [Number.NaN, null, 2.5, -1]))
  assert.deepEqual([written.min, written.max, written.nullCount], [-1, 2.5, 1])
  assert.equal(writeColumn(columnOf(types.double(), [Number.NaN])).min, null)
})

test('a dictionary keeps narrow ids, and one larger than its rows is written plain', () => {
  const words = columnOf(types.string(), ['a', 'b'])
  assert.ok(words.layout === 'bytes')
  const column = (ids: number[]): Column => ({
    type: types.string(),
    length: ids.length,
    validity: null,
    layout: 'dictionary',
    ids: Int32Array.from(ids),
    dictionary: words,
  })
  const written = writeColumn(column([0, 1, 1, 0]))
  assert.equal(written.encoding, 'dictionary8')
  assert.equal(written.buffers[1]?.length, 4)
  assert.equal(writeColumn(column([1])).encoding, 'bytes')
})

test('packed buffers start at multiples of 64 and are read at any position of a larger buffer', () => {
  const packed = pack([Uint8Array.of(1, 2, 3), new Uint8Array(0), new Uint8Array(65).fill(9)])
  assert.equal(packed.length % 64, 0)
  const moved = new Uint8Array(packed.length + 3)
  moved.set(packed, 3)
  for (const bytes of [packed, moved.subarray(3)]) {
    const [first, second, third] = unpack(bytes)
    assert.deepEqual([first?.length, second?.length, third?.length], [3, 0, 65])
    assert.equal(third?.[64], 9)
    assert.ok(((third?.byteOffset ?? 1) - (first?.byteOffset ?? 0)) % 64 === 0)
  }
  assert.throws(() => unpack(packed.subarray(0, 64)), /holds its buffers/)
})
