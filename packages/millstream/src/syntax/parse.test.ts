import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MillstreamError } from '../base/errors.ts'
import { parseExpression, parseQuery, parseScript, parseStatement } from './parse.ts'

/** The error's code, line and column, and its message with the advice. */
function failure(parse: () => unknown): { code: string; at: string; text: string } {
  try {
    parse()
  } catch (error) {
    assert.ok(error instanceof MillstreamError, String(error))
    return { code: error.code, at: `${error.place?.line}:${error.place?.column}`, text: `${error.message} ${error.advice}` }
  }
  assert.fail('it parses')
}

/** An expression with its operators written as calls, so that precedence shows. */
function shape(text: string): string {
  const show = (node: ReturnType<typeof parseExpression>): string => {
    switch (node.kind) {
      case 'name':
        return node.parts.map((part) => part.name).join('.')
      case 'literal':
        return node.type === 'string' ? `'${node.text}'` : node.text || node.type.toUpperCase()
      case 'unary':
        return `${node.operator}(${show(node.operand)})`
      case 'binary':
        return `(${show(node.left)} ${node.operator} ${show(node.right)})`
      case 'is':
        return `(${show(node.operand)} IS ${node.negated ? 'NOT ' : ''}${node.test})`
      case 'between':
        return `(${show(node.operand)} BETWEEN ${show(node.low)} AND ${show(node.high)})`
      case 'like':
        return `(${show(node.operand)} ${node.operator} ${show(node.pattern)})`
      case 'in':
        return `(${show(node.operand)} IN ${node.items?.map(show).join(' ')})`
      case 'call':
        return `${node.name.map((part) => part.name).join('.')}[${node.args.map(show).join(' ')}]`
      case 'symbol':
        return node.name
      default:
        return node.kind
    }
  }
  return show(parseExpression(text))
}

test('operators bind as in the standard', () => {
  assert.equal(shape('a + b * c - d'), '((a + (b * c)) - d)')
  assert.equal(shape('NOT a = b AND c OR d'), '((NOT((a = b)) AND c) OR d)')
  assert.equal(shape('a = b IS NULL'), '((a = b) IS NULL)')
  assert.equal(shape('a BETWEEN 1 AND 2 + 3 AND c'), '((a BETWEEN 1 AND (2 + 3)) AND c)')
  assert.equal(shape("a || b LIKE 'x%' AND NOT c IN (1, 2)"), "(((a || b) LIKE 'x%') AND NOT((c IN 1 2)))")
  assert.equal(shape('- a * b'), '(-(a) * b)')
  assert.equal(shape('a <> b IS NOT TRUE'), '((a <> b) IS NOT TRUE)')
})

test('special syntax becomes plain arguments', () => {
  assert.equal(shape('EXTRACT(YEAR FROM ts)'), 'EXTRACT[YEAR ts]')
  assert.equal(shape("TRIM(LEADING 'x' FROM s)"), "TRIM[LEADING 'x' s]")
  assert.equal(shape('TRIM(s)'), "TRIM[BOTH ' ' s]")
  assert.equal(shape('SUBSTRING(s FROM 2 FOR 3)'), 'SUBSTRING[s 2 3]')
  assert.equal(shape("POSITION('a' IN s)"), "POSITION['a' s]")
  assert.equal(shape('FLOOR(ts TO HOUR)'), 'FLOOR[ts HOUR]')
  assert.equal(shape('TIMESTAMPDIFF(SECOND, a, b)'), 'TIMESTAMPDIFF[SECOND a b]')
  assert.equal(shape('CURRENT_TIMESTAMP'), 'CURRENT_TIMESTAMP[]')
})

test('strings keep their quotes, and go on over lines', () => {
  assert.equal(shape("'it''s'"), "'it's'")
  assert.equal(shape("'a'\n  'b'"), "'ab'")
  assert.equal(shape("U&'\\00e9'"), "'é'")
  assert.equal(shape("E'a\\n\\u0041'"), "'a\nA'")
  assert.equal(failure(() => parseExpression("'a' b")).code, 'MS-2001')
})

test('an error says line, column and what to do', () => {
  assert.deepEqual(
    failure(() => parseStatement('SELECT a\nFRM t')),
    {
      code: 'MS-2001',
      at: '2:5',
      text: 'Found t where the end should stand Check the text at this place.',
    },
  )
  const order = failure(() => parseStatement('CREATE TABEL t (a INT)'))
  assert.equal(order.at, '1:8')
  assert.match(order.text, /Did you mean TABLE\?/)
  const reserved = failure(() => parseStatement('SELECT a AS value FROM t'))
  assert.equal(reserved.at, '1:13')
  assert.match(reserved.text, /reserved word: write `value`/)
  for (const text of ['CREATE TABLE t (value INT)', 'SELECT a FROM user']) {
    assert.match(failure(() => parseStatement(text)).text, /reserved word: write `(value|user)`/)
  }
  assert.deepEqual(failure(() => parseStatement("SELECT 'a FROM t")).at, '1:8')
  assert.match(failure(() => parseStatement('SELECT "a" FROM t')).text, /quoted with `/)
  assert.match(failure(() => parseStatement('SELECT a FROM t /* never ends')).text, /closing \*\//)
})

test('a script is cut into statements with their places', () => {
  const script = parseScript("SET 'a' = 'b'; -- c;\n\nCREATE TABLE t (a INT);\n  SELECT ';' FROM t /* ; */;;\n")
  assert.deepEqual(
    script.map(({ statement, text }) => [statement.kind, statement.at.line, statement.at.column, text]),
    [
      ['set', 1, 1, "SET 'a' = 'b'"],
      ['create-table', 3, 1, 'CREATE TABLE t (a INT)'],
      ['query-statement', 4, 3, "SELECT ';' FROM t"],
    ],
  )
  assert.equal(failure(() => parseScript('SELECT 1; SELECT 2 SELECT 3')).at, '1:20')
})

test('BEGIN STATEMENT SET; ... END; is one statement, as EXECUTE STATEMENT SET is', () => {
  const client = parseScript('BEGIN STATEMENT SET; INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END;')
  const whole = parseScript('EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END')
  for (const [{ statement }] of [client, whole] as [(typeof client)[number]][]) {
    assert.ok(statement.kind === 'statement-set')
    assert.equal(statement.statements.length, 2)
  }
  assert.equal(failure(() => parseScript('BEGIN STATEMENT SET; SELECT 1; END;')).code, 'MS-2002')
})

test('CREATE TABLE has all its clauses', () => {
  const statement = parseStatement(`CREATE TEMPORARY TABLE IF NOT EXISTS a.b (
    id BIGINT NOT NULL PRIMARY KEY NOT ENFORCED COMMENT 'the key',
    price DECIMAL(10, 2),
    r ROW<x INT, y ARRAY<STRING NOT NULL>>,
    total AS price * 2,
    off BIGINT METADATA FROM 'offset' VIRTUAL,
    ts TIMESTAMP(3) WITH LOCAL TIME ZONE,
    WATERMARK FOR ts AS ts - INTERVAL '5' SECONDS
  ) COMMENT 'c' DISTRIBUTED BY HASH(id) INTO 4 BUCKETS PARTITIONED BY (price) WITH ('k' = 'v')`)
  assert.ok(statement.kind === 'create-table')
  assert.deepEqual(
    statement.columns.map((column) => column.kind),
    ['physical', 'physical', 'physical', 'computed', 'metadata', 'physical'],
  )
  assert.deepEqual([statement.temporary, statement.ifNotExists, statement.comment], [true, true, 'c'])
  assert.equal(statement.watermark?.text, "ts - INTERVAL '5' SECONDS")
  assert.deepEqual([statement.distribution?.by, statement.distribution?.buckets], ['HASH', 4])
  assert.equal(statement.constraints[0]?.enforced, false)
  assert.equal(statement.options[0]?.keyAt.line, 9)
  const last = statement.columns[5]
  assert.ok(last?.kind === 'physical' && last.type.name === 'TIMESTAMP_LTZ' && last.type.numbers[0] === 3)
})

test('the tree is frozen', () => {
  const query = parseQuery('SELECT a FROM t')
  assert.throws(() => {
    ;(query as { limit: unknown }).limit = 1
  }, TypeError)
})

test('hostile nesting is an error, not a stack overflow', () => {
  assert.equal(failure(() => parseExpression(`${'('.repeat(100_000)}1`)).code, 'MS-2002')
  assert.equal(failure(() => parseExpression(Array.from({ length: 5000 }, () => 'a').join(' OR '))).code, 'MS-2001')
  assert.equal(failure(() => parseStatement(`SELECT * FROM ${'(SELECT * FROM '.repeat(2000)}t`)).code, 'MS-2002')
})

test('Druid quotes names with double quotes and has parameters', () => {
  const statement = parseStatement(
    `EXPLAIN PLAN FOR WITH x AS (SELECT TIME_FLOOR("__time", 'PT1H') AS "t", COUNT(*) FILTER (WHERE "page" = ?) c FROM "wiki" GROUP BY GROUPING SETS ((1), ()))
     SELECT * FROM x WHERE __time >= TIMESTAMP '2015-09-12 00:00:00' ORDER BY 2 DESC LIMIT 10 OFFSET 5`,
    { dialect: 'druid' },
  )
  assert.ok(statement.kind === 'explain' && statement.statement.kind === 'query-statement')
  assert.equal(statement.statement.query.with[0]?.name.name, 'x')
  assert.equal(failure(() => parseStatement('SELECT `a` FROM t', { dialect: 'druid' })).at, '1:8')
  const [set, query] = parseScript("SET sqlTimeZone = 'America/Los_Angeles'; SELECT 1", { dialect: 'druid' })
  assert.ok(set?.statement.kind === 'set' && set.statement.setting?.value === 'America/Los_Angeles')
  assert.equal(query?.statement.kind, 'query-statement')
})

test('MATCH_RECOGNIZE, temporal joins, UNNEST and hints parse', () => {
  parseStatement(`SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES FIRST(A.x, 1) AS x ONE ROW PER MATCH
    AFTER MATCH SKIP TO NEXT ROW PATTERN (A{2,} B+? C | D*) WITHIN INTERVAL '1' HOUR DEFINE A AS A.x > PREV(A.x)) AS m`)
  parseStatement(`SELECT /*+ BROADCAST(b) */ a.x, u.y FROM a /*+ OPTIONS('k' = 'v') */ JOIN b FOR SYSTEM_TIME AS OF a.ts AS b ON a.id = b.id
    LEFT JOIN LATERAL TABLE(f(a.z)) AS l(w) ON TRUE CROSS JOIN UNNEST(a.list) WITH ORDINALITY AS u(y, n)`)
  parseStatement(
    "SELECT SUM(x) OVER (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW), RANK() OVER w FROM t WINDOW w AS (ORDER BY x)",
  )
})
