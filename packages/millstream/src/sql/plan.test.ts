import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MillstreamError } from '../base/errors.ts'
import { Schema } from '../data/schema.ts'
import { types } from '../data/types.ts'
import type { Catalogue } from '../model/tables.ts'
import { parseStatement } from '../syntax/parse.ts'
import { contractFromCreateTable } from './create-table.ts'
import { planExplained, planExpression, planQuery, planScript } from './plan.ts'
import { emptyCatalogue, testConnectors } from './testing.ts'
import { parseType } from './types.ts'

const tables = `CREATE TABLE playback (ts TIMESTAMP_LTZ(3), device_id STRING NOT NULL, country STRING, bitrate INT, rebuffer_ms BIGINT, late TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND) WITH ('connector' = 'millstream');
CREATE TABLE big (country STRING NOT NULL, n BIGINT, t TINYINT) WITH ('connector' = 'millstream');
CREATE TABLE keyed (id INT, n BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'millstream');
CREATE TABLE screen (x STRING) WITH ('connector' = 'print');
`
const lines = tables.split('\n').length - 1

/** `code line:column text`, the line counted in the script behind the tables. */
function failure(script: string): string {
  try {
    planScript(`${tables}${script}`, emptyCatalogue, { connectors: testConnectors })
  } catch (error) {
    assert.ok(error instanceof MillstreamError, error instanceof Error ? error.stack : String(error))
    return `${error.code} ${(error.place?.line ?? 0) - lines}:${error.place?.column} ${error.message}. ${error.advice}`
  }
  assert.fail(`it plans: ${script}`)
}

const windowed = (name: string, rest: string): string =>
  `SELECT window_start, COUNT(*) FROM TABLE(${name}(TABLE playback, ${rest})) GROUP BY window_start, window_end`

const refusals: readonly [script: string, expected: RegExp][] = [
  ['SELECT countr FROM playback', /^MS-2003 1:8 playback has no column countr\. Did you mean country\?/],
  ['SELECT p.countr FROM playback AS p', /^MS-2003 1:10 p has no column countr\. Did you mean country\?/],
  ['SELECT country\nFROM playbak', /^MS-2004 2:6 There is no table playbak\. Did you mean playback\?/],
  ['SELECT nothing', /^MS-2003 1:8 A query without FROM has no column nothing/],
  ['SELECT country, bitrate FROM playback GROUP BY country', /^MS-2006 1:17 bitrate is neither in GROUP BY/],
  ['SELECT country, COUNT(*) FROM playback', /^MS-2006 1:8 country is neither/],
  ['SELECT COUNT(*) FROM playback WHERE COUNT(*) > 1', /^MS-2007 1:37 The aggregate COUNT cannot stand in WHERE.*HAVING/],
  ['SELECT SUM(MAX(bitrate)) FROM playback', /^MS-2007 1:12 The aggregate MAX cannot stand in the aggregate SUM/],
  ['SELECT SUM(*) FROM playback', /^MS-2007 1:8 \* cannot stand in the aggregate SUM/],
  ['SELECT UPPER(DISTINCT country) FROM playback', /^MS-2007 1:8 DISTINCT cannot stand/],
  ['SELECT country FROM playback WHERE bitrate', /^MS-2008 1:36 The condition of WHERE is INT, but BOOLEAN is wanted/],
  ["SELECT bitrate = '1' FROM playback", /^MS-2102 1:16 = does not take/],
  ['SELECT UPPR(country) FROM playback', /^MS-2101 1:8 There is no function UPPR/],
  ['INSERT INTO big SELECT country, 1 FROM playback', /^MS-2009 1:17 The query has 2 columns, the sink big has 3/],
  ['INSERT INTO big (country, nn) SELECT country, 1 FROM playback', /^MS-2003 1:27 big has no column nn\. Did you mean n\?/],
  ['INSERT INTO big (n) SELECT 1', /^MS-2015 1:13 Column country of big is NOT NULL/],
  [
    "INSERT INTO big SELECT country, 'x', 1 FROM playback",
    /^MS-2008 .* is CHAR\(1\) NOT NULL, but BIGINT for the column n of big is wanted/,
  ],
  ['INSERT INTO big (country, t) SELECT country, rebuffer_ms FROM playback', /^MS-2008 1:46 .*rebuffer_ms is BIGINT, but TINYINT/],
  ['INSERT INTO big (country, n) SELECT country, COUNT(*) FROM playback GROUP BY country', /^MS-2014 1:1 big takes inserts only/],
  ['SELECT * FROM screen', /^MS-2017 1:15 Reading screen needs a connector that is a source/],
  ['SELECT 1 UNION ALL SELECT 1, 2', /^MS-2009 1:20 The second query of UNION has 2 columns, the first has 1/],
  ["SELECT DATE '2026-02-30'", /^MS-2012 1:8 '2026-02-30' is not a DATE/],
  ["SELECT INTERVAL '1-13' YEAR TO MONTH", /^MS-2012 1:8/],
  [windowed('TUMBLE', "DESCRIPTOR(late), INTERVAL '1' MINUTE"), /^MS-2013 .*late is a timestamp but no time attribute/],
  [windowed('TUMBLE', "DESCRIPTOR(country), INTERVAL '1' MINUTE"), /^MS-2013 .*country is STRING, and windows need a time attribute/],
  [windowed('HOP', "DESCRIPTOR(ts), INTERVAL '40' MINUTE, INTERVAL '1' HOUR"), /^MS-2013 .*no multiple of its slide/],
  [windowed('HOP', "DESCRIPTOR(ts), INTERVAL '0' SECOND, INTERVAL '1' SECOND"), /^MS-2013 .*Both must be above zero/],
  [windowed('TUMBEL', "DESCRIPTOR(ts), INTERVAL '1' MINUTE"), /^MS-2101 .*TUMBEL.*TUMBLE/],
  [windowed('TUMBLE', 'DESCRIPTOR(ts), 5'), /^MS-2013 .*SIZE of TUMBLE is not an interval/],
  [
    "SELECT TUMBLE_START(ts, INTERVAL '2' MINUTE) FROM playback GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE)",
    /^MS-2013 1:8 TUMBLE_START names no window/,
  ],
  ["CREATE TABLE big (a INT) WITH ('connector' = 'print')", /^MS-2016 1:14 big exists already/],
  ['CREATE TABLE x (a INT)', /^MS-2011 1:14 The table x names no connector/],
  ["CREATE TABLE x (a INT) WITH ('connector' = 'filesystem')", /^MS-2011 .*lacks 'path'/],
  ["CREATE TABLE x (a INT) WITH ('connector' = 'prnt')", /^MS-2010 1:44 .*Did you mean 'print'\?/],
  [
    "CREATE TABLE x (a INT) WITH ('connector' = 'millstream', 'onwer' = 'a')",
    /^MS-2010 1:58 The connector 'millstream' has no option 'onwer'\. Did you mean 'owner'\?/,
  ],
  ['CREATE VIEW v AS SELECT nope FROM big', /^MS-2003 1:25/],
  ['SELECT * FROM playback JOIN big ON TRUE', /^MS-2000 1:15 INNER JOIN is not there yet/],
  ['SELECT ROW_NUMBER() OVER (ORDER BY ts) FROM playback', /^MS-2000 1:8 OVER windows/],
  ['SELECT country FROM playback ORDER BY country', /^MS-2000 1:39 ORDER BY in streaming mode/],
  [
    "CREATE TABLE byn (n BIGINT, id INT, PRIMARY KEY (n) NOT ENFORCED) WITH ('connector' = 'millstream'); INSERT INTO byn SELECT n, id FROM keyed",
    /^MS-2000 .*Writing rows that change, with the key id, by the key n is not there yet/,
  ],
  ['SELECT PROCTIME()', /^MS-2000 1:8 Processing time/],
  ['ALTER TABLE big ADD x INT', /^MS-2000 1:1 ALTER TABLE in a script is not there yet/],
]
for (const [script, expected] of refusals) {
  test(`refused: ${script.replaceAll('\n', ' ').slice(0, 90)}`, () => assert.match(failure(script), expected))
}

test('an ambiguous name asks which table', () => {
  assert.throws(() => planQuery('SELECT a FROM (VALUES (1, 2)) AS t(a, a)', emptyCatalogue, 'batch'), { code: 'MS-2005' })
})

test('each plan says what it reads and writes; settings travel with it', () => {
  const {
    plans,
    settings,
    tables: made,
  } = planScript(
    `${tables} SET 'a' = 'b'; INSERT INTO big (country, n) SELECT device_id, bitrate FROM playback; SELECT 1;`,
    emptyCatalogue,
    { connectors: testConnectors },
  )
  assert.deepEqual(
    plans.map(({ kind, reads, writes }) => ({ kind, reads, writes })),
    [
      { kind: 'insert', reads: ['default.playback'], writes: ['default.big'] },
      { kind: 'query', reads: [], writes: [] },
    ],
  )
  assert.deepEqual([settings, plans[0]?.plan.options], [{ a: 'b' }, { a: 'b' }])
  assert.deepEqual(
    made.map((table) => `${table.kind} ${table.name}`),
    ['stream playback', 'stream big', 'stream keyed', 'external screen'],
  )
})

test('tables and views of the catalogue are found by tenant', () => {
  const { tables: made } = planScript(tables, emptyCatalogue)
  const catalogue: Catalogue = {
    tenant: 'growth',
    table: (tenant, name) => (tenant === 'default' ? (made.find((table) => table.name === name) ?? null) : null),
    view: (tenant, name) =>
      tenant === 'growth' && name === 'v' ? { tenant, name, query: 'SELECT country AS c FROM default.playback', columns: [] } : null,
    tableNames: () => ['v'],
  }
  const planned = planQuery('SELECT c FROM millstream.growth.v', catalogue, 'batch')
  assert.deepEqual(planned.reads, ['default.playback'])
  assert.throws(() => planQuery('SELECT c FROM playback', catalogue, 'batch'), { code: 'MS-2004' })
})

test('a plan is the same for the same text', () => {
  const text = `${tables} INSERT INTO screen SELECT CONCAT(country, CAST(COUNT(*) AS STRING)) FROM playback GROUP BY country`
  const plan = () =>
    JSON.stringify(planScript(text, emptyCatalogue, { connectors: testConnectors }).plans[0]?.plan, (_, value) =>
      typeof value === 'bigint' ? `${value}n` : value,
    )
  assert.equal(plan(), plan())
})

test('planExpression reads a schema by positions', () => {
  const schema = new Schema([
    { name: 'a', type: types.int() },
    { name: 'b', type: types.string() },
  ])
  const expression = planExpression("b = 'x' AND a > 1", schema)
  assert.equal(expression.kind === 'call' && expression.function, 'AND')
  assert.equal(
    JSON.stringify(expression)
      .match(/"index":\d/g)
      ?.join(),
    '"index":1,"index":0',
  )
  assert.throws(() => planExpression('c', schema), { code: 'MS-2003' })
})

test('CREATE TABLE becomes a contract: ids for life, text of expressions, key columns NOT NULL', () => {
  const statement = parseStatement(`CREATE TABLE t (
    id INT COMMENT 'the key', r ROW<x INT, y STRING>, total AS id * 2, o BIGINT METADATA FROM 'offset' VIRTUAL, ts TIMESTAMP(3),
    WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, PRIMARY KEY (id) NOT ENFORCED
  ) COMMENT 'c' DISTRIBUTED BY HASH(id) INTO 4 BUCKETS WITH ('owner' = 'me')`)
  assert.ok(statement.kind === 'create-table')
  const contract = contractFromCreateTable(statement)
  assert.deepEqual(contract.columns, [
    { kind: 'physical', id: 1, name: 'id', type: types.int(false), comment: 'the key' },
    {
      kind: 'physical',
      id: 2,
      name: 'r',
      type: types.row([
        { name: 'x', id: 3, type: types.int() },
        { name: 'y', id: 4, type: types.string() },
      ]),
    },
    { kind: 'computed', name: 'total', expression: 'id * 2' },
    { kind: 'metadata', name: 'o', type: types.bigint(), key: 'offset', virtual: true },
    { kind: 'physical', id: 5, name: 'ts', type: types.timestamp(3) },
  ])
  assert.deepEqual(contract.watermark, { column: 'ts', expression: "ts - INTERVAL '5' SECOND" })
  assert.deepEqual(
    [contract.primaryKey, contract.distributedBy, contract.buckets, contract.options, contract.comment],
    [['id'], ['id'], 4, { owner: 'me' }, 'c'],
  )
})

const definitions: readonly [columns: string, expected: RegExp][] = [
  ['a INT, a INT', /The column a is there twice/],
  ['a INT, PRIMARY KEY (b) NOT ENFORCED', /has no column b/],
  ['a INT, PRIMARY KEY (a)', /Nobody enforces this PRIMARY KEY/],
  ['a INT, UNIQUE (a) NOT ENFORCED', /UNIQUE is not supported/],
  ['a INT, WATERMARK FOR a AS a', /The event time a is INT/],
  ['a TIMESTAMP(6), WATERMARK FOR a AS a', /at most 3 digits/],
  ['a TIMESTAMP(3), WATERMARK FOR a AS b', /has no column b/],
  ["a TIMESTAMP(3), WATERMARK FOR a AS 'x'", /The watermark is CHAR/],
  ['a INT, b AS c + 1', /has no column c/],
  ["a INT METADATA FROM 'ofset'", /no option 'ofset'/],
  ['a DECIMAL(40, 2)', /from 1 to 38/],
  ['a STRIN', /There is no type STRIN/],
]
for (const [columns, expected] of definitions) {
  test(`refused in CREATE TABLE: ${columns}`, () => {
    const statement = parseStatement(`CREATE TABLE t (${columns}) WITH ('connector' = 'millstream')`)
    assert.ok(statement.kind === 'create-table')
    assert.throws(() => contractFromCreateTable(statement), expected)
  })
}

test('parseType reads every spelling', () => {
  assert.deepEqual(parseType('CHARACTER VARYING(5) NOT NULL'), types.varchar(5, false))
  assert.deepEqual(parseType('TIMESTAMP(3) WITH LOCAL TIME ZONE'), types.timestampLtz(3))
  assert.deepEqual(parseType('MAP<STRING, ARRAY<INT NOT NULL>>'), types.map(types.string(), types.array(types.int(false))))
  assert.deepEqual(parseType('DEC(5)'), types.decimal(5, 0))
  assert.deepEqual(parseType('INT NOT NULL ARRAY'), types.array(types.int(false)))
})

test('EXPLAIN shows the plan of a SELECT that ends, and of an INSERT that runs', () => {
  const catalogue = {
    ...emptyCatalogue,
    table: (_: string, name: string) => planScript(tables, emptyCatalogue).tables.find((each) => each.name === name) ?? null,
  }
  const options = { connectors: testConnectors }
  assert.match(
    planExplained('EXPLAIN SELECT country, COUNT(*) FROM playback GROUP BY country', catalogue, options) ?? '',
    /^sink-\d+: answer.*\n {2}calc-\d+: .*\n {4}group-aggregate-\d+: by \[country\] \[COUNT\(\*\)\]\n {6}scan-1/,
  )
  assert.match(
    planExplained('explain plan for INSERT INTO big (country) SELECT device_id FROM playback', catalogue, options) ?? '',
    /watermark/,
  )
  assert.equal(planExplained('SELECT 1', catalogue, options), null)
  assert.throws(() => planExplained('EXPLAIN CHANGELOG_MODE SELECT 1', catalogue, options), { code: 'MS-2000' })
})

test('a stream has system columns that a query may name; * leaves them out, and others are not yet there', () => {
  const columnsOf = (query: string) =>
    (planScript(`${tables}${query}`, emptyCatalogue, { connectors: testConnectors }).plans[0]?.plan.nodes ?? []).map((node) =>
      node.fields.map((field) => field.name),
    )
  assert.deepEqual(columnsOf('SELECT n, unknown_fields, ingest_time, `offset` FROM big').at(-1), [
    'n',
    'unknown_fields',
    'ingest_time',
    'offset',
  ])
  assert.deepEqual(columnsOf('SELECT * FROM big').at(-1), ['country', 'n', 't'])
  assert.deepEqual(columnsOf('SELECT * FROM (TABLE big) AS b (x, y, z)').at(-1), ['x', 'y', 'z'])
  assert.deepEqual(columnsOf("SELECT b.n FROM big AS b WHERE b.unknown_fields LIKE '%x%'")[0], ['n', 'unknown_fields'])
  const own = "CREATE TABLE own (unknown_fields INT, x STRING METADATA FROM 'unknown_fields' VIRTUAL) WITH ('connector' = 'millstream');"
  assert.deepEqual(columnsOf(`${own} SELECT unknown_fields FROM own`).at(-1), ['unknown_fields'])
  assert.match(failure('SELECT k FROM (SELECT * FROM big) WHERE unknown_fields IS NULL'), /^MS-2003/)
  assert.match(
    failure("CREATE TABLE t (k BYTES METADATA FROM 'key') WITH ('connector' = 'millstream')"),
    /^MS-2000 1:17 The metadata column key is not there yet/,
  )
})
