import assert from 'node:assert/strict'
import test from 'node:test'
import { bool, bytes, duration, int, list, oneOf, string } from './kinds.ts'
import { options, optionTable } from './options.ts'
import { streamOptions } from './stream-options.ts'
import { parseByteSize, parseDuration } from './units.ts'

const sink = options("the connector 'files'", {
  path: string().required().doc('Folder.'),
  format: oneOf('parquet', 'json', 'csv').default('parquet').doc('How rows are written.'),
  'rolling.size': bytes().default('128MB').min('1MB').max('1GB').doc('A file is closed at this size.'),
  interval: duration().doc('A file is closed after so long.'),
  parts: int().default('4').doc('How many.'),
  names: list().doc('Some names.'),
  header: bool().default('false').doc('Whether | a header.'),
})

test('values come with their types and defaults', () => {
  const values = sink.parse({ path: '/x', interval: '10 min', names: 'a, b;c', header: 'TRUE' })
  const size: number = values['rolling.size']
  const format: 'parquet' | 'json' | 'csv' = values.format
  const interval: number | null = values.interval
  assert.deepEqual(
    { ...values },
    {
      path: '/x',
      format: 'parquet',
      'rolling.size': 128 * 1024 * 1024,
      interval: 600_000,
      parts: 4,
      names: ['a', 'b', 'c'],
      header: true,
    },
  )
  assert.deepEqual([size, format, interval], [134_217_728, 'parquet', 600_000])
  assert.equal(sink.parse({ path: '/x' }).interval, null)
})

test('every problem is named: an unknown option with the nearest, a value with what it should be, what is missing', () => {
  const found = sink.problems(
    { formt: 'json', format: 'xml', 'rolling.size': '1KB', parts: '1.5', interval: 'soon', __proto__x: '1' },
    (name) => ({ line: name.length }),
  )
  assert.deepEqual(
    found.map((error) => [error.code, error.message]),
    [
      ['MS-1020', "the connector 'files' has no option 'formt'"],
      ['MS-1021', "'format' of the connector 'files' is 'xml', and must be: one of parquet, json, csv"],
      ['MS-1021', "'rolling.size' of the connector 'files' is '1KB', and must be: size, e.g. 64MB, at least 1MB"],
      ['MS-1021', "'parts' of the connector 'files' is '1.5', and must be: whole number"],
      ['MS-1021', "'interval' of the connector 'files' is 'soon', and must be: duration, e.g. 10 min"],
      ['MS-1020', "the connector 'files' has no option '__proto__x'"],
      ['MS-1022', "the connector 'files' needs the option 'path'"],
    ],
  )
  assert.match(found[0]?.advice ?? '', /Did you mean 'format'\?/)
  assert.equal(found[0]?.place?.line, 5)
  assert.throws(() => sink.parse({}), /needs the option 'path'/)
  assert.deepEqual(
    sink.problems({ path: 'x', constructor: 'y' }).map((error) => error.code),
    ['MS-1020'],
  )
})

test('durations and sizes as Flink writes them', () => {
  assert.deepEqual(
    ['10 min', '5s', '200ms', '0', '1 d', '2 hours', '1 fortnight', '-1 s', '', '9e9', '999999999999999999 d', '5 constructor'].map(
      parseDuration,
    ),
    [600_000, 5000, 200, 0, 86_400_000, 7_200_000, null, null, null, null, null, null],
  )
  assert.deepEqual(['128MB', '64 kb', '10', '1g', '1x'].map(parseByteSize), [134_217_728, 65_536, 10, 1_073_741_824, null])
})

test('the docs of a set are a table, a row an option', () => {
  const lines = optionTable(sink.docs()).split('\n')
  assert.equal(lines.length, 2 + sink.names.length)
  assert.equal(lines[2], '| `path` | text | required | Folder. |')
  assert.equal(lines[4], '| `rolling.size` | size, e.g. 64MB; at least 1MB; at most 1GB | `128MB` | A file is closed at this size. |')
  assert.match(lines[8] ?? '', /Whether \\\| a header/)
  assert.deepEqual(sink.requiredNames, ['path'])
})

test('a description that contradicts itself is refused when it is made', () => {
  assert.throws(() => options('x', { a: int().default('2').min('3').doc('A.') }), /default of a fits/)
  assert.throws(() => options('x', { a: int() }), /is documented/)
})

test('the options of a stream', () => {
  const values = streamOptions.parse({ 'contract.mask': 'device_id', 'event-time.max-future': '10 min' })
  assert.equal(values['contract.unknown-fields'], 'keep')
  assert.equal(values['event-time.max-future'], 600_000)
  assert.equal(values['scan.watermark.idle-timeout'], 5000)
  assert.deepEqual(values['contract.mask'], ['device_id'])
  assert.throws(() => streamOptions.parse({ 'contract.unknown-field': 'keep' }), /has no option/)
})
