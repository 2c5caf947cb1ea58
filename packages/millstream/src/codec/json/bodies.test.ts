import assert from 'node:assert/strict'
import test from 'node:test'
import { limits } from '../../base/limits.ts'
import { Schema } from '../../data/schema.ts'
import { types } from '../../data/types.ts'
import { valueAt } from '../../data/value.ts'
import type { TimeFormat } from '../times.ts'
import { scanPadding } from './padding.ts'
import { jsonScanner } from './scanner.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const bytes = (text: string): Uint8Array => encoder.encode(text)
const small = new Schema([
  { name: 'a', type: types.int(false) },
  { name: 's', type: types.string() },
])
const scanSmall = jsonScanner(small, { unknownFields: 'drop' })

test('a bad row of NDJSON keeps its bytes, place, code and reason, and its neighbours stand', () => {
  const result = scanSmall(bytes('{"a":1}\r\n\n{"a":"é","s":"x"}\n{"s":"é","a":1.5}\n[1]\n{"a":2} {"a":3}\n{"a":4'), 'ndjson')
  assert.deepEqual(result.batch.rows(), [[1, null]])
  assert.equal(result.received, 6)
  assert.deepEqual(
    result.rejected.map(({ line, column, code, reason, row }) => [line, column, code, reason, row]),
    [
      [3, 6, 'MS-1002', 'a is INT, and this is a string', 1],
      [4, 14, 'MS-1002', 'a is INT, and this is a number', 2],
      [5, 1, 'MS-1015', 'a row is a JSON object, and this is an array', 3],
      [6, 9, 'MS-1001', "this is not JSON: unexpected '{' after the row's end", 4],
      [7, 7, 'MS-1001', 'this is not JSON: unexpected the end', 5],
    ],
  )
  assert.equal(decoder.decode(result.rejected[0]?.bytes), '{"a":"é","s":"x"}')
})

test('each kind of refusal has its code', () => {
  const schema = new Schema([
    { name: 'n', type: types.tinyint(false) },
    { name: 't', type: types.timestamp(3) },
    { name: 'b', type: types.bytes() },
    { name: 'v', type: types.varchar(2) },
  ])
  const scan = jsonScanner(schema, { unknownFields: 'reject' })
  const cases: [string, string][] = [
    ['{"n":1,,}', 'MS-1001'],
    ['{"n":true}', 'MS-1002'],
    ['{"t":null}', 'MS-1003'],
    ['{"n":null}', 'MS-1003'],
    ['{"n":128}', 'MS-1004'],
    ['{"n":1,"v":"abc"}', 'MS-1004'],
    ['{"n":1,"t":"noon"}', 'MS-1005'],
    ['{"n":1,"v":"\\ud800"}', 'MS-1006'],
    ['{"n":1,"x":2}', 'MS-1007'],
    [`{"n":1,"v":null,"b":"${'A'.repeat(limits.rowBytesMax)}"}`, 'MS-1009'],
    ['{"n":1,"b":"*"}', 'MS-1014'],
    ['"n"', 'MS-1015'],
  ]
  const { rejected } = scan(bytes(cases.map(([row]) => row).join('\n')), 'ndjson')
  assert.deepEqual(
    rejected.map((one) => one.code),
    cases.map(([, code]) => code),
  )
})

test('what nobody keeps may be nested, but not without end', () => {
  const nested = (depth: number): string => `{"a":1,"x":${'[{"k":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}}`
  const result = scanSmall(bytes(`${nested(64)}\n${nested(66)}\n${nested(100_000)}\n${nested(2)}`), 'ndjson')
  assert.equal(result.batch.rowCount, 2)
  assert.deepEqual(
    result.rejected.map((one) => [one.line, one.code]),
    [
      [2, 'MS-1008'],
      [3, 'MS-1008'],
    ],
  )
})

test('bytes that are not UTF-8 are refused, in values and in fields that nobody keeps', () => {
  const body = Uint8Array.from([...bytes('{"a":1,"s":"'), 0xc3, 0x28, ...bytes('"}\n{"a":2,"zz":"'), 0xff, ...bytes('"}\n{"a":3}')])
  const result = scanSmall(body, 'ndjson')
  assert.deepEqual(result.batch.rows(), [[3, null]])
  assert.deepEqual(
    result.rejected.map((one) => one.code),
    ['MS-1006', 'MS-1006'],
  )
})

test('a JSON body is one object or an array; a broken element is refused alone', () => {
  const rows = (text: string) => {
    const result = scanSmall(bytes(text), 'json')
    assert.equal(result.received, result.batch.rowCount + result.rejected.length)
    return [result.batch.rows().map((row) => row[0]), result.rejected.map((one) => decoder.decode(one.bytes))]
  }
  assert.deepEqual(rows(' {"a":\n1} '), [[1], []])
  assert.deepEqual(rows('\ufeff[ {"a":1},\n{"a":2} ]\n'), [[1, 2], []])
  assert.deepEqual(rows('[]'), [[], []])
  assert.deepEqual(rows(''), [[], []])
  assert.deepEqual(rows('[{"a":1},{"a":tru,"s":"],}"}, 5, {"a":2}]'), [
    [1, 2],
    ['{"a":tru,"s":"],}"}', '5'],
  ])
  assert.deepEqual(rows('[{"a":1},{"a":2'), [[1], ['{"a":2']])
  assert.deepEqual(rows('[{"a":1}'), [[1], ['']])
  assert.deepEqual(rows('[{"a":1}] {"a":2}'), [[1], ['{"a":2}']])
  assert.deepEqual(rows('[{"a":1},]'), [[1], ['']])
  assert.deepEqual(rows('17'), [[], ['17']])
})

test('a body of nothing but refused rows in one line is walked once', () => {
  const count = 60_000
  const body = bytes(`[${'{"a":"é"},'.repeat(count)}{"a":1}]`)
  const from = performance.now()
  const { rejected, batch } = scanSmall(body, 'json')
  assert.ok(performance.now() - from < 5000)
  assert.equal(batch.rowCount, 1)
  assert.deepEqual([rejected.length, rejected[count - 1]?.line, rejected[count - 1]?.column], [count, 1, 2 + 10 * (count - 1) + 5])
})

test('a body with too many rows is not taken at all, accepted rows or refused ones; the next body is', () => {
  for (const row of ['{"a":1,"x":1}\n', '{}\n']) {
    const scan = jsonScanner(small, { unknownFields: 'keep' })
    assert.throws(
      () => scan(bytes(row.repeat(limits.scanRowsMax + 1)), 'ndjson'),
      (error: { code?: string }) => error.code === 'MS-1016',
    )
    const { batch, unknown } = scan(bytes('{"a":5}'), 'ndjson')
    assert.deepEqual([batch.rows(), unknown], [[[5, null]], null])
  }
  const wide = new Schema(Array.from({ length: 1000 }, (_, i) => ({ name: `c${i}`, type: types.bigint() })))
  const scan = jsonScanner(wide, { unknownFields: 'drop' })
  assert.throws(() => scan(bytes('{}\n'.repeat(5000)), 'ndjson'), /at most 4194 rows/)
  assert.equal(scan(bytes('{}\n'.repeat(4000)), 'ndjson').batch.rowCount, 4000)
})

test('a body whose lists would take far more memory than their text is not taken', () => {
  const item = types.row(Array.from({ length: 500 }, (_, i) => ({ name: `c${i}`, type: types.bigint() })))
  const scan = jsonScanner(new Schema([{ name: 'l', type: types.array(item) }]), { unknownFields: 'drop' })
  assert.throws(
    () => scan(bytes(`{"l":[${'{},'.repeat(20_000)}{}]}`), 'ndjson'),
    (error: { code?: string }) => error.code === 'MS-1017',
  )
  assert.equal(scan(bytes(`{"l":[${'{},'.repeat(1000)}{}]}`), 'ndjson').batch.rowCount, 1)
})

test('times are read in the format that is said, to the last digit', () => {
  const time = (format: TimeFormat, precision: number, text: string): unknown => {
    const scan = jsonScanner(new Schema([{ name: 't', type: types.timestampLtz(precision) }]), {
      unknownFields: 'drop',
      timeFormats: { t: format },
    })
    const result = scan(bytes(`{"t":${text}}`), 'ndjson')
    return result.rejected[0]?.code ?? result.batch.rows()[0]?.[0]
  }
  assert.equal(time('epoch-ms', 3, '1763845507123'), 1763845507123000000n)
  assert.equal(time('epoch-ms', 3, '-1'), -1000000n)
  assert.equal(time('epoch-ms', 3, '1763845507123.75'), 1763845507123000000n)
  assert.equal(time('epoch-s', 3, '1763845507'), 1763845507000000000n)
  assert.equal(time('epoch-s', 6, '1763845507.123456'), 1763845507123456000n)
  assert.equal(time('epoch-us', 6, '-1763845507123457'), -1763845507123457000n)
  assert.equal(time('epoch-ns', 9, '1763845507123456789'), 1763845507123456789n)
  assert.equal(time('epoch-ns', 9, '-1763845507123456789'), -1763845507123456789n)
  assert.equal(time('epoch-ns', 3, '5'), 0n)
  assert.equal(time('epoch-ms', 3, 'null'), null)
  assert.equal(time('epoch-ms', 3, '"2025-11-22"'), 'MS-1002')
  assert.equal(time('iso', 3, '1763845507123'), 'MS-1002')
  assert.equal(time('epoch-s', 3, '1e300'), 'MS-1004')
})

test('strings become a dictionary while they are few, plain bytes when they are many, and a dictionary again later', () => {
  const scan = jsonScanner(new Schema([{ name: 's', type: types.string() }]), { unknownFields: 'drop' })
  const layout = (texts: readonly (string | null)[]): string => {
    const { batch } = scan(bytes(texts.map((text) => JSON.stringify({ s: text })).join('\n')), 'ndjson')
    assert.deepEqual(
      batch.rows().map((row) => row[0]),
      texts,
    )
    return batch.columns[0]?.layout ?? ''
  }
  const few = Array.from({ length: 1000 }, (_, i) => (i % 7 === 0 ? null : `country ${i % 40}`))
  assert.equal(layout(few), 'dictionary')
  assert.equal(layout(['another', ...few]), 'dictionary')
  assert.equal(layout(Array.from({ length: 3000 }, (_, i) => (i % 5 === 0 ? null : `device ${i}`))), 'bytes')
  for (let call = 1; call < limits.scanDictionaryRetryCalls; call++) layout(['a'])
  assert.equal(layout(few), 'dictionary')
})

test('batches of one scanner do not share what changes: a later body leaves an earlier batch as it was', () => {
  const first = scanSmall(bytes('{"a":1,"s":"one"}\n{"a":2,"s":"two"}'), 'ndjson').batch
  scanSmall(bytes('{"a":9,"s":"nine"}\n{"a":8,"s":"eight"}'), 'ndjson')
  assert.deepEqual(first.rows(), [
    [1, 'one'],
    [2, 'two'],
  ])
})

test('a body of many rows grows the columns and gives the room back', () => {
  const count = limits.scanRowsKept + 5000
  for (const form of ['ndjson', 'json'] as const) {
    const rows = Array.from({ length: count }, (_, i) => `{"a":${i},"s":"${i % 3 === 0 ? '\\u0041' : 'b'}${i}"}`)
    const body = form === 'json' ? `[${rows.join(',')}]` : rows.join('\n')
    const { batch } = scanSmall(bytes(body), form)
    assert.equal(batch.rowCount, count)
    for (const row of [0, 511, 512, 8191, 8192, count - 1]) {
      assert.deepEqual(
        batch.columns.map((column) => valueAt(column, row)),
        [row, `${row % 3 === 0 ? 'A' : 'b'}${row}`],
      )
    }
  }
})

test('unknown fields are kept as JSON text beside the row', () => {
  const scan = jsonScanner(small, { unknownFields: 'keep' })
  const { unknown, batch } = scan(bytes('{"a":1}\n{"x": [1, 2],"a":2,"y":"é","x":3}\n{"a":"bad","x":1}\n{"a":3}'), 'ndjson')
  assert.equal(batch.rowCount, 3)
  assert.ok(unknown !== null)
  assert.deepEqual(
    [0, 1, 2].map((row) => valueAt(unknown, row)),
    [null, '{"y":"é","x":3}', null],
  )
})

test('unknown fields of nested rows are kept under their path', () => {
  const inner = types.row([{ name: 'x', type: types.int() }])
  const nested = new Schema([
    { name: 'o"', type: types.row([{ name: 'in', type: inner }]) },
    { name: 'list', type: types.array(inner) },
  ])
  const scan = jsonScanner(nested, { unknownFields: 'keep' })
  const { unknown } = scan(bytes('{"o\\"":{"in":{"x":1,"y":[2]},"z":3},"list":[{"q":1}]}'), 'ndjson')
  assert.ok(unknown !== null)
  assert.deepEqual(JSON.parse(valueAt(unknown, 0) as string), { 'o".in.y': [2], 'o".z': 3 })
})

test('types that JSON has no form for are refused when the contract is made', () => {
  assert.throws(
    () => jsonScanner(new Schema([{ name: 'i', type: types.intervalDayTime() }]), { unknownFields: 'drop' }),
    (error: { code?: string }) => error.code === 'MS-1012',
  )
})

test('a body is read where it is when zeros stand behind it, and never beyond its end when something else does', () => {
  const scan = jsonScanner(new Schema([{ name: 'a', type: types.int() }]), { unknownFields: 'keep' })
  const body = new TextEncoder().encode('{"a":1}\n{"a":2')
  for (const behind of ['', '\0'.repeat(scanPadding), '\0'.repeat(scanPadding - 1), '345}\n{"a":6}']) {
    const buffer = Buffer.concat([Buffer.from('{"a":9}\n'), body, Buffer.from(behind)])
    const { batch, rejected } = scan(buffer.subarray(8, 8 + body.length), 'ndjson')
    assert.deepEqual(batch.rows(), [[1]], JSON.stringify(behind))
    assert.equal(Buffer.from(rejected[0]?.bytes ?? []).toString(), '{"a":2')
  }
})

test('short texts of one slot, of all lengths, with and without escapes, keep their values', () => {
  const scan = jsonScanner(new Schema([{ name: 's', type: types.string() }]), { unknownFields: 'keep' })
  const words = Array.from({ length: 40 }, (_, length) => 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH'.slice(0, length))
  const more = Array.from({ length: 900 }, (_, at) => `${'x'.repeat(at % 13)}${at}`)
  for (let body = 0; body < 4; body++) {
    const values = [
      ...words,
      'a\n',
      '\u0000',
      'a\u0000',
      'é',
      'ab\u0000\u0000',
      ...more,
      ...words,
      ...more.map((word) => `${word}"`),
      'a',
      '',
    ]
    const text = values.map((s) => JSON.stringify({ s })).join('\n')
    assert.deepEqual(scan(bytes(text), 'ndjson').batch.rows().flat(), values)
  }
})

test('numbers of every length up to 20 digits, signs, fractions and what follows them agree with JSON.parse', () => {
  const scan = jsonScanner(
    new Schema([
      { name: 'i', type: types.int() },
      { name: 'l', type: types.bigint() },
      { name: 'd', type: types.double() },
    ]),
    { unknownFields: 'keep' },
  )
  const digits = '98765432109876543210'
  const numbers = [
    '0',
    '-0',
    '00',
    '01',
    '-',
    '1e2',
    '1E2',
    '1.',
    '.5',
    '1.5.5',
    '12.34',
    '1234.5678',
    '0.001',
    '-0.5',
    '1.0',
    '100000000.5',
    '1:',
    '1/',
  ]
  for (let length = 1; length <= 20; length++) {
    numbers.push(digits.slice(0, length), `-${digits.slice(0, length)}`, `${digits.slice(0, length)}.${digits.slice(0, (length % 5) + 1)}`)
  }
  for (const text of numbers) {
    let value: number | null
    try {
      value = JSON.parse(text) as number
    } catch {
      value = null
    }
    for (const after of ['}', ' }', ',"x":1}']) {
      const one = (name: string) => scan(bytes(`{"${name}":${text}${after}\n`), 'ndjson').batch.rows()[0]
      assert.equal(one('d')?.[2] ?? null, value, `${text}${after}`)
      // beyond 2^53 a fraction is lost on JavaScript, not on us
      const isWhole = value !== null && Number.isInteger(value) && !/\.\d*[1-9]/.test(text)
      assert.equal(one('i')?.[0] ?? null, isWhole && Math.abs(value as number) < 2 ** 31 ? (value as number) + 0 : null, text)
      const wide = isWhole && /^-?\d+$/.test(text) ? BigInt(text) : isWhole ? BigInt(value as number) : null
      assert.equal(one('l')?.[1] ?? null, wide !== null && wide === BigInt.asIntN(64, wide) ? wide : null, text)
    }
  }
})
