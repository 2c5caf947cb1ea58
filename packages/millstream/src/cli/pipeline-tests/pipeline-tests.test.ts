import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MillstreamError } from '../../base/errors.ts'
import type { Project } from '../project-folder.ts'
import { differences } from './compare.ts'
import { TestFolder } from './folder.ts'
import { runPlans } from './run.ts'
import { testsOf } from './test-file.ts'

const clicks = `CREATE TABLE clicks (ts TIMESTAMP_LTZ(3) NOT NULL, k STRING, n BIGINT, tags MAP<STRING, INT>, price DECIMAL(10, 2),
  part INT METADATA FROM 'partition' VIRTUAL, taken TIMESTAMP_LTZ(3) METADATA FROM 'ingest_time' VIRTUAL,
  WATERMARK FOR ts AS ts) WITH ('connector' = 'millstream')`
const streams: Readonly<Record<string, string>> = {
  clicks,
  visits:
    "CREATE TABLE visits (ts TIMESTAMP_LTZ(3) NOT NULL, k STRING, n BIGINT, WATERMARK FOR ts AS ts) WITH ('connector' = 'millstream')",
  copies: "CREATE TABLE copies (k STRING, n BIGINT, price DECIMAL(10, 2)) WITH ('connector' = 'millstream')",
  counts: "CREATE TABLE counts (we TIMESTAMP_LTZ(3), k STRING, c BIGINT) WITH ('connector' = 'millstream')",
  latest: "CREATE TABLE latest (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'millstream')",
  seen: "CREATE TABLE seen (k STRING, part INT, taken TIMESTAMP_LTZ(3)) WITH ('connector' = 'millstream')",
}
const pipelines: Readonly<Record<string, string>> = {
  copy: 'INSERT INTO copies SELECT k, n, price FROM clicks WHERE n > 0',
  windows:
    "INSERT INTO counts SELECT window_end, k, COUNT(*) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, k",
  sums: 'INSERT INTO latest SELECT k, SUM(n) FROM clicks GROUP BY k',
  both: 'INSERT INTO copies SELECT k, n, CAST(NULL AS DECIMAL(10, 2)) FROM clicks UNION ALL SELECT k, n, CAST(NULL AS DECIMAL(10, 2)) FROM visits; INSERT INTO latest SELECT k, SUM(n) FROM visits GROUP BY k',
  system: 'INSERT INTO seen SELECT k, part, taken FROM clicks',
  broken: 'INSERT INTO copies SELECT k, m, price FROM clicks',
}

const objects = [
  ...Object.entries(streams).map(([name, definition]) => ({ kind: 'stream' as const, name, definition, source: `streams/${name}.sql` })),
  ...Object.entries(pipelines).map(([name, definition]) => ({
    kind: 'pipeline' as const,
    name,
    definition,
    source: `pipelines/${name}.sql`,
  })),
]
const project: Project = { project: 'p', objects, tests: [] }
const folder = new TestFolder(project)

/** What differs, for each test of the text. */
const found = (text: string): string[][] =>
  testsOf(text, 'x.test.yaml').map((each) => differences(each, runPlans(each, folder.plans(each))))
const fails = (text: string, message: RegExp, place: object): void => {
  assert.throws(
    () => found(text),
    (error: MillstreamError) => {
      assert.match(error.message, message)
      const { source, line, column } = error.place ?? {}
      assert.deepEqual({ source, line, column }, place)
      return true
    },
  )
}

test('rows in, rows out in any order; columns that are not named are not compared; integers keep all digits', () => {
  const text = `
pipeline: copy
events:
  clicks:
    - { ts: '2026-01-01T00:00:01Z', k: a, n: 9007199254740993, price: 1.10 }
    - { ts: '2026-01-01T00:00:02Z', k: b, n: -1 }
    - { ts: '2026-01-01T00:00:03Z', k: c, n: 7, tags: { x: 1 } }
expect:
  copies:
    - { k: c }
    - { k: a, n: 9007199254740993, price: 1.1 }
`
  assert.deepEqual(found(text), [[]])
})

test('what differs is told by line, column and value; what is missing and what is too much by row', () => {
  const text = `pipeline: copy
events:
  clicks: [{ ts: '2026-01-01T00:00:01Z', k: a, n: 1 }, { ts: '2026-01-01T00:00:01Z', k: b, n: 2 }, { ts: '2026-01-01T00:00:01Z', k: b, n: 2 }]
expect:
  copies:
    - { k: a, n: 3 }
    - { k: b, n: 2 }
    - { k: z, n: 26, price: 2 }
  late: 2
`
  assert.deepEqual(found(text), [
    [
      'copies: line 6: n is 1, not 3',
      'copies: line 8: no such row: {"k":"z","n":26,"price":2}',
      'copies: not expected: {"k":"b","n":2,"price":null}',
      'late: 2 expected, 0 were too late',
    ],
  ])
})

test('windows fire by the watermark of rows as they come, all of them at the end, unless it is open; late rows are counted', () => {
  const text = (end: string, expect: string): string => `
pipeline: windows
events:
  - clicks: [{ ts: '2026-01-01T00:00:01Z', k: a }, { ts: '2026-01-01T00:00:11Z', k: a }]
  - clicks: [{ ts: '2026-01-01T00:00:02Z', k: a }]
${end}expect:
  counts: [{ we: '2026-01-01T00:00:10Z', k: a, c: 1 }${expect}]
  late: 1
`
  assert.deepEqual(found(text('', ", { we: '2026-01-01T00:00:20Z', c: 1 }")), [[]])
  assert.deepEqual(found(text('end: open\n', '')), [[]])
})

test('time goes on by advance only, and the clock says what now says', () => {
  const text = `
pipeline: system
now: '2026-05-05T05:00:00Z'
events:
  - clicks: [{ ts: '2026-01-01T00:00:01Z', k: a }]
  - advance: 90 s
  - clicks: [{ ts: '2026-01-01T00:00:01Z', k: b }]
expect:
  seen:
    - { k: a, part: 0, taken: '2026-05-05T05:00:00Z' }
    - { k: b, part: 0, taken: '2026-05-05T05:01:30Z' }
`
  assert.deepEqual(found(text), [[]])
})

test('changes are applied: what is compared is the table that they make', () => {
  const rows =
    "[{ ts: '2026-01-01T00:00:01Z', k: a, n: 1 }, { ts: '2026-01-01T00:00:01Z', k: b, n: 5 }, { ts: '2026-01-01T00:00:01Z', k: a, n: 2 }]"
  assert.deepEqual(found(`{ pipeline: sums, events: { clicks: ${rows} }, expect: { latest: [{ k: a, n: 3 }, { k: b, n: 5 }] } }`), [[]])
})

test('a script of several jobs over several streams is one pipeline; several tests stand in one file', () => {
  const text = `
test: first
pipeline: both
events:
  - visits: [{ ts: '2026-01-01T00:00:01Z', k: a, n: 1 }]
  - clicks: [{ ts: '2026-01-01T00:00:01Z', k: b, n: 2 }]
expect: { copies: [{ k: a, n: 1 }, { k: b, n: 2 }], latest: [{ k: a, n: 1 }] }
---
test: second
pipeline: both
expect: { copies: [], latest: [] }
`
  assert.deepEqual(found(text), [[], []])
  assert.deepEqual(
    testsOf(text, 'x').map(({ name, place }) => [name, place.line]),
    [
      ['first', 2],
      ['second', 9],
    ],
  )
})

test('what is wrong with a test or a definition is told at its place', () => {
  fails('pipeline: copy\nexpected: {}', /A test has no 'expected': 'expect' perhaps/, { source: 'x.test.yaml', line: 2, column: 1 })
  fails('pipeline: copi\nexpect: {}', /no pipeline 'copi': 'copy' perhaps/, { source: 'x.test.yaml', line: 1, column: 11 })
  fails('pipeline: copy', /It expects nothing/, { source: 'x.test.yaml', line: 1, column: 1 })
  fails('pipeline: copy\nevents:\n  click: []\nexpect: {}', /reads no 'click'. 'clicks' perhaps/, {
    source: 'x.test.yaml',
    line: 3,
    column: 3,
  })
  fails('pipeline: copy\nexpect:\n  clicks: []', /writes no 'clicks'. It writes copies/, { source: 'x.test.yaml', line: 3, column: 3 })
  fails(
    "pipeline: copy\nevents:\n  clicks:\n    - { ts: '2026-01-01T00:00:01Z', n: many }\nexpect: {}",
    /This is no row of clicks: n is BIGINT, and this is a string/,
    {
      source: 'x.test.yaml',
      line: 4,
      column: 7,
    },
  )
  fails('pipeline: copy\nexpect:\n  copies: [{ kk: 1 }]', /This is no row of copies:.*kk/, { source: 'x.test.yaml', line: 3, column: 12 })
  fails('pipeline: copy\nexpect: [', /./, { source: 'x.test.yaml', line: 2, column: 10 })
  fails('pipeline: copy\nnow: soon\nexpect: {}', /'soon' is no time/, { source: 'x.test.yaml', line: 2, column: 6 })
  fails('pipeline: copy\nend: never\nexpect: {}', /`end` is open or left out/, { source: 'x.test.yaml', line: 2, column: 1 })
  fails('pipeline: copy\nevents:\n  - advance: a while\nexpect: {}', /a while/, { source: 'x.test.yaml', line: 3, column: 14 })
  fails('pipeline: broken\nexpect: {}', /no column m/, { source: 'pipelines/broken.sql', line: 1, column: 30 })
})
