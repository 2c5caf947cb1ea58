import assert from 'node:assert/strict'
import test from 'node:test'
import { Schema } from '../data/schema.ts'
import { typeText } from '../data/types.ts'
import { csvScanner } from './csv/csv-scanner.ts'
import { inferContract } from './infer.ts'
import { jsonScanner } from './json/scanner.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const infer = (text: string, type = 'application/x-ndjson') => {
  const { columns, eventTime, notes } = inferContract(bytes(text), type)
  return { types: Object.fromEntries(columns.map((column) => [column.name, typeText(column.type)])), eventTime, notes }
}

test('types are merged over all rows, and what was inferred takes the rows it came from', () => {
  const text = `{"time":"2025-11-22T21:05:07.123Z","user":"ann","n":1,"x":1,"ok":true,"id":12345678901234567890,"tags":["a"],"geo":{"lat":1.5,"city":null}}
{"time":"2025-11-22T21:05:08Z","user":null,"n":2,"x":0.5,"ok":false,"id":1,"tags":[],"geo":{"lat":2,"alt":3}}
{"time":"2025-11-22T21:05:09Z","born":"2001-02-03","empty":{},"weird name":"v"}`
  const inferred = infer(text)
  assert.deepEqual(inferred.types, {
    time: 'TIMESTAMP_LTZ(3) NOT NULL',
    user: 'STRING',
    n: 'BIGINT',
    x: 'DOUBLE',
    ok: 'BOOLEAN',
    id: 'DECIMAL(38, 0)',
    tags: 'ARRAY<STRING>',
    geo: 'ROW<`lat` DOUBLE, `city` STRING, `alt` BIGINT>',
    born: 'DATE',
    empty: 'MAP<STRING NOT NULL, STRING>',
    'weird name': 'STRING',
  })
  assert.deepEqual(inferred.eventTime, { column: 'time', format: 'iso' })
  const { columns } = inferContract(bytes(text), 'application/x-ndjson')
  const scan = jsonScanner(new Schema(columns), { unknownFields: 'reject' })
  assert.deepEqual(scan(bytes(text), 'ndjson').rejected, [])
})

test('the event time is told by its form and name; numbers by their range, in one unit for all rows', () => {
  const format = (row: string) => infer(row).eventTime
  assert.deepEqual(format('{"ts":1763845507}'), { column: 'ts', format: 'epoch-s' })
  assert.deepEqual(format('{"n":1763845507123,"event_time":1763845507123}'), { column: 'event_time', format: 'epoch-ms' })
  assert.deepEqual(format('{"createdAt":1763845507123456}'), { column: 'createdAt', format: 'epoch-us' })
  assert.deepEqual(format('{"ts":1763845507123456789}'), { column: 'ts', format: 'epoch-ns' })
  assert.deepEqual(format('{"ts":1763845507.25}'), { column: 'ts', format: 'epoch-s' })
  assert.deepEqual(format('{"updated_at":"2025-11-22 21:05:07","ts":"2025-11-22T21:05:07"}'), { column: 'ts', format: 'iso' })
  assert.deepEqual(format('{"when":"2025-11-22T21:05:07Z"}'), { column: 'when', format: 'iso' })
  assert.equal(format('{"ts":5}\n{"ts":1763845507}'), undefined)
  assert.equal(format('{"ts":1763845507}\n{"ts":1763845507123}'), undefined)
  assert.equal(format('{"ts":"2025-11-22T21:05:07Z"}\n{"ts":"soon"}'), undefined)
  assert.equal(format('{"ts":"2025-11-22T21:05:07Z"}\n{"a":1}'), undefined)
  assert.equal(format('{"count":1763845507}'), undefined)
  assert.equal(infer('{"ts":"2025-11-22T21:05:07.123456+02:00"}').types['ts'], 'TIMESTAMP_LTZ(6) NOT NULL')
  assert.equal(infer('{"ts":"2025-11-22T21:05:07"}').types['ts'], 'TIMESTAMP(3) NOT NULL')
})

test('what a contract will refuse is said', () => {
  const { types, notes } = infer('{"bitrate":1}\n{"bitrate":2}\n{"bitrate":"high"}\n[1]\n{"bitrate":null,"none":null}\nnot json\n{"a":1}')
  assert.deepEqual(types, { bitrate: 'BIGINT', none: 'STRING', a: 'BIGINT' })
  assert.match(notes.join('\n'), /2 rows are not JSON objects/)
  assert.match(notes.join('\n'), /bitrate is a number in most rows; 1 with a string will be rejected/)
  assert.match(notes.join('\n'), /none is null in every row/)
  assert.match(notes.join('\n'), /no watermark/)
})

test('a sample may end anywhere', () => {
  const rows = '{"ts":1763845507,"s":"a"}\n{"ts":1763845508,"s":"b"}\n'
  for (let length = 26; length <= rows.length; length++) {
    assert.deepEqual(infer(rows.slice(0, length)).types, { ts: 'TIMESTAMP_LTZ(3) NOT NULL', s: 'STRING' }, rows.slice(0, length))
  }
  const array = '[{"a":1,"s":"]"},\n {"a":2,"s":"}"}]'
  for (let length = 17; length <= array.length; length++) {
    assert.deepEqual(infer(array.slice(0, length), 'application/json').types, { a: 'BIGINT', s: 'STRING' }, array.slice(0, length))
  }
  assert.deepEqual(infer('{"a":\n1}', 'application/json; charset=utf-8').types, { a: 'BIGINT' })
})

test('CSV columns are what all their values could be', () => {
  const text = 'ts,n,x,zip,ok,d,e,name\n2025-11-22T21:05:07Z,1,1.5,0123,true,2025-01-01,,"a,b"\n2025-11-22T21:05:08Z,-2,2,9,FALSE,,,c\n'
  const inferred = infer(text, 'text/csv')
  assert.deepEqual(inferred.types, {
    ts: 'TIMESTAMP_LTZ(3) NOT NULL',
    n: 'BIGINT',
    x: 'DOUBLE',
    zip: 'STRING',
    ok: 'BOOLEAN',
    d: 'DATE',
    e: 'STRING',
    name: 'STRING',
  })
  const { columns } = inferContract(bytes(text), 'text/csv')
  assert.deepEqual(csvScanner(new Schema(columns), { unknownFields: 'reject' })(bytes(text)).rejected, [])
})

test('many keys that come and go are a map', () => {
  const rows = Array.from({ length: 60 }, (_, i) => `{"labels":{"key${i}":${i},"all":1}}`).join('\n')
  assert.deepEqual(infer(rows).types, { labels: 'MAP<STRING NOT NULL, BIGINT>' })
})

test('nothing to infer from is an error', () => {
  for (const [text, type] of [
    ['', 'application/x-ndjson'],
    ['[1,2]', 'application/json'],
    ['{}', 'application/x-ndjson'],
    ['', 'text/csv'],
  ] as const) {
    assert.throws(
      () => infer(text, type),
      (error: { code?: string }) => error.code === 'MS-1013',
    )
  }
})
