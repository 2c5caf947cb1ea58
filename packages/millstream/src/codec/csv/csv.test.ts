import assert from 'node:assert/strict'
import test from 'node:test'
import { seededRandom } from '../../base/simulated/random.ts'
import { Batch } from '../../data/batch.ts'
import { Schema } from '../../data/schema.ts'
import { types } from '../../data/types.ts'
import { valueAt } from '../../data/value.ts'
import { csvScanner } from './csv-scanner.ts'
import { writeCsv } from './csv-write.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const schema = new Schema([
  { name: 'id', type: types.int(false) },
  { name: 'name', type: types.string() },
  { name: 'at', type: types.timestampLtz(3) },
])
const scan = (text: string, options: Partial<Parameters<typeof csvScanner>[1]> = {}) =>
  csvScanner(schema, { unknownFields: 'drop', ...options })(encoder.encode(text))

test('records are read by the names of the header, whatever its order; what the header leaves out is null', () => {
  assert.deepEqual(scan('name,id\r\nAnn,1\r\n"Smith, ""J""\nJr.", 2 \r\n').batch.rows(), [
    [1, 'Ann', null],
    [2, 'Smith, "J"\nJr.', null],
  ])
})

test('an empty field is null, an empty quoted one the empty string; a null literal is null', () => {
  const { batch } = scan('id,name,at\n1,,\n2,"",2025-11-22T00:00Z\n3,NULL,\n4,"NULL",', { nullLiteral: 'NULL' })
  assert.deepEqual(
    batch.rows().map((row) => row[1]),
    [null, '', null, 'NULL'],
  )
})

test('a bad record keeps its bytes, place, code and reason, and its neighbours stand', () => {
  const { batch, rejected, received } = scan('id,name,at\n1,a,\nx,b,\n2,c\n3,"d"e,\n,f,\n4,g,noon\n5,"open,\n6,h,')
  assert.deepEqual(
    batch.rows().map((row) => row[0]),
    [1, 6],
  )
  assert.equal(received, 8)
  assert.deepEqual(
    rejected.map((one) => [one.line, one.column, one.code, decoder.decode(one.bytes)]),
    [
      [3, 1, 'MS-1002', 'x,b,'],
      [4, 1, 'MS-1010', '2,c'],
      [5, 6, 'MS-1010', '3,"d"e,'],
      [6, 1, 'MS-1003', ',f,'],
      [7, 5, 'MS-1005', '4,g,noon'],
      [8, 3, 'MS-1010', '5,"open,'],
    ],
  )
})

test('columns that the contract does not name are kept, dropped, or refuse the file', () => {
  const text = 'id,extra,more\n1,a,\n2,,\n'
  const { unknown } = scan(text, { unknownFields: 'keep' })
  assert.ok(unknown !== null)
  assert.deepEqual([valueAt(unknown, 0), valueAt(unknown, 1)], ['{"extra":"a"}', null])
  assert.equal(scan(text).unknown, null)
  assert.throws(() => scan(text, { unknownFields: 'reject' }), /no column extra/)
  assert.throws(() => scan('id,id\n'), /names id twice/)
  assert.throws(
    () => scan(''),
    (error: { code?: string }) => error.code === 'MS-1011',
  )
})

test('bytes that are not UTF-8 are refused; types without a form too', () => {
  const body = Uint8Array.from([...encoder.encode('id,name\n1,'), 0xff, ...encoder.encode('\n2,ok')])
  const result = csvScanner(schema, { unknownFields: 'drop' })(body)
  assert.deepEqual([result.batch.rowCount, result.rejected[0]?.code], [1, 'MS-1006'])
  assert.throws(() => csvScanner(new Schema([{ name: 'l', type: types.array(types.int()) }]), { unknownFields: 'drop' }), /CSV has no form/)
})

test('any texts survive being written and read, with each kind of line end', () => {
  const letters = ['a', ',', '"', '\n', '\r', ' ', 'é', '😀', ';', '\r\n']
  const strings = new Schema([
    { name: 'a', type: types.string() },
    { name: 'b"x', type: types.string(false) },
  ])
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed)
    const any = (): string => Array.from({ length: random.int(6) }, () => letters[random.int(letters.length)]).join('')
    const rows = Array.from({ length: random.int(8) }, () => [random.int(4) === 0 ? null : any(), any()])
    const written = writeCsv(Batch.of(strings, rows))
    assert.deepEqual(csvScanner(strings, { unknownFields: 'reject' })(written).batch.rows(), rows, `seed ${seed}`)
  }
})
