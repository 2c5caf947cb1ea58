import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Schema } from '../../data/schema.ts'
import { types } from '../../data/types.ts'
import { jsonScanner } from './scanner.ts'

const schema = new Schema([
  { name: 'i', type: types.int() },
  { name: 'b', type: types.bigint() },
  { name: 'd', type: types.double() },
  { name: 's', type: types.string() },
  { name: 'list', type: types.array(types.smallint()) },
])
const rowsOf = (textNumbers: boolean, ...lines: string[]) => {
  const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`)
  const { batch, rejected } = jsonScanner(schema, { unknownFields: 'drop', textNumbers })(bytes, 'ndjson')
  return { rows: batch.rows(), rejected: rejected.map(({ code, column }) => ({ code, column })) }
}

test('a contract that accepts numbers as text reads them exactly as numbers, nested ones too', () => {
  const bare = ['{"i":4300,"b":-9223372036854775808,"d":0.1,"s":"7","list":[1,-2]}', '{"i":-0,"b":123456789012345678,"d":1e21,"list":[]}']
  const quoted = bare.map((line) => line.replaceAll(/([:[,])(-?\d[\d.e+]*)/g, '$1"$2"'))
  assert.match(quoted[0] ?? '', /"i":"4300".*"list":\["1","-2"\]/)
  assert.deepEqual(rowsOf(true, ...quoted), rowsOf(true, ...bare))
  assert.deepEqual(rowsOf(true, ...bare), rowsOf(false, ...bare))
  assert.deepEqual(rowsOf(true, '{"i":null}').rejected, [])
})

test('text that is no whole number of the type stays refused at its place, and the next row is read', () => {
  for (const value of ['""', '"4300 kbps"', '"null"', '" 1"', '"1', '"01"', '"2147483648"', '"1.5"', '"high"']) {
    const { rows, rejected } = rowsOf(true, `{"i":${value}}`, '{"i":"1"}')
    assert.deepEqual(rows, [[1, null, null, null, null]], value)
    assert.equal(rejected.length, 1, value)
  }
})

test('without the option a number as text is refused, with its place', () => {
  assert.deepEqual(rowsOf(false, '{"i":"4300"}'), { rows: [], rejected: [{ code: 'MS-1002', column: 6 }] })
})
