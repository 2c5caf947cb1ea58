import assert from 'node:assert/strict'
import test from 'node:test'
import { seededRandom } from '../base/simulated/random.ts'
import { Batch } from '../data/batch.ts'
import { sampleColumn, sampleFields, sampleValue } from '../data/sample.ts'
import { Schema } from '../data/schema.ts'
import { type LogicalType, type RowField, types } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import { csvScanner } from './csv/csv-scanner.ts'
import { writeCsv } from './csv/csv-write.ts'
import { jsonScanner } from './json/scanner.ts'
import { jsonLists, jsonRows, writeJson } from './json-write.ts'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Times within the years that have four digits, and multisets by strings: what JSON can say. */
function writable(type: LogicalType): LogicalType {
  if (type.kind === 'MULTISET') return types.multiset(types.string(false), type.nullable)
  if (type.kind === 'ARRAY') return types.array(writable(type.element), type.nullable)
  if (type.kind === 'MAP') return types.map(type.key, writable(type.value), type.nullable)
  if (type.kind === 'ROW') return types.row(type.fields.map(writableField), type.nullable)
  return type
}
const writableField = (field: RowField): RowField => ({ name: field.name, type: writable(field.type) })

function writableValue(value: Value, type: LogicalType): Value {
  if (value === null) return null
  if (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') {
    const unit = 10n ** BigInt(9 - type.precision)
    return (((value as bigint) % 200_000_000_000_000_000_000n) / unit) * unit
  }
  if (type.kind === 'ARRAY') return (value as Value[]).map((item) => writableValue(item, type.element))
  if (type.kind === 'ROW') return (value as Value[]).map((item, i) => writableValue(item, (type.fields[i] as RowField).type))
  if (type.kind === 'MAP') return (value as [Value, Value][]).map(([key, item]) => [key, writableValue(item, type.value)])
  if (type.kind === 'MULTISET') return (value as [Value, Value][]).map(([key, item]) => [String(key), item])
  return value
}

function sampleBatch(seed: number, depth: number): Batch {
  const random = seededRandom(seed)
  const schema = new Schema(sampleFields(random, 1 + random.int(6), depth).map(writableField))
  const rows = random.int(20)
  const columns = schema.fields.map(({ type }) =>
    sampleColumn(
      random,
      type,
      Array.from({ length: rows }, () => writableValue(sampleValue(random, type), type)),
    ),
  )
  return new Batch(schema, rows, columns)
}

test('rows written as JSON are read back as they were, in each form', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const batch = sampleBatch(seed, 2)
    const scan = jsonScanner(batch.schema, { unknownFields: 'reject' })
    for (const [body, times] of [
      ['ndjson', 'iso'],
      ['json', 'sql'],
    ] as const) {
      const written = writeJson(batch, body, { times, leaveOutNulls: seed % 2 === 0 })
      const back = scan(written, body)
      assert.deepEqual(back.rejected, [], `seed ${seed} ${batch.schema.text()} ${text(written)}`)
      assert.deepEqual(back.batch.rows(), batch.rows(), `seed ${seed} ${batch.schema.text()} ${text(written)}`)
      if (body === 'json') assert.equal((JSON.parse(text(written)) as unknown[]).length, batch.rowCount)
    }
  }
})

test('rows written as CSV are read back as they were', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const batch = sampleBatch(seed, 0)
    for (const delimiter of [',', ';']) {
      const written = writeCsv(batch, { delimiter, times: seed % 2 === 0 ? 'iso' : 'sql' })
      const back = csvScanner(batch.schema, { unknownFields: 'reject', delimiter })(written)
      assert.deepEqual(back.rejected, [], `seed ${seed} ${batch.schema.text()} ${text(written)}`)
      const rows = batch.schema.width === 1 ? batch.rows().filter(([value]) => value !== null) : batch.rows()
      assert.deepEqual(back.batch.rows(), rows, `seed ${seed} ${batch.schema.text()} ${text(written)}`)
    }
  }
})

test('the text of each type', () => {
  const fields: [LogicalType, Value, string][] = [
    [types.bigint(), 9223372036854775807n, '9223372036854775807'],
    [types.bigint(), -9007199254740991n, '-9007199254740991'],
    [types.int(), -2147483648, '-2147483648'],
    [types.int(), 0, '0'],
    [types.float(), Math.fround(0.1), '0.1'],
    [types.double(), Number.NaN, '"NaN"'],
    [types.double(), -0, '-0.0'],
    [types.decimal(10, 3), -5n, '-0.005'],
    [types.decimal(38, 2), 12345678901234567890123456789n, '123456789012345678901234567.89'],
    [types.timestampLtz(3), 1763845507123000000n, '"2025-11-22T21:05:07.123Z"'],
    [types.timestamp(3), -1000000n, '"1969-12-31T23:59:59.999"'],
    [types.timestamp(0), 0n, '"1970-01-01T00:00:00"'],
    [types.timestamp(9), 1n, '"1970-01-01T00:00:00.000000001"'],
    [types.date(), -1, '"1969-12-31"'],
    [types.time(3), 5, '"00:00:00.005"'],
    [types.bytes(), Uint8Array.of(1, 2), '"AQI="'],
    [types.string(), 'a"\\\n\u0001é😀', '"a\\"\\\\\\n\\u0001é😀"'],
    [types.map(types.int(), types.boolean()), [[1, true]], '{"1":true}'],
    [types.array(types.string()), ['a', null], '["a",null]'],
    [types.row([{ name: 'x y', type: types.int() }]), [1], '{"x y":1}'],
    [types.boolean(), null, 'null'],
  ]
  for (const [type, value, expected] of fields) {
    const batch = Batch.of(new Schema([{ name: 'v', type }]), [[value]])
    assert.deepEqual(jsonRows(batch), [`{"v":${expected}}`])
    assert.deepEqual(jsonLists(batch), [`[${expected}]`])
  }
  const sql = Batch.of(new Schema([{ name: 'v', type: types.timestamp(3) }]), [[1763845507120000000n], [1763845507000000000n]])
  assert.deepEqual(jsonRows(sql, { times: 'sql' }), ['{"v":"2025-11-22 21:05:07.12"}', '{"v":"2025-11-22 21:05:07"}'])
})
