import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MillstreamError } from '../../packages/millstream/src/base/errors.ts'
import { Schema } from '../../packages/millstream/src/data/schema.ts'
import { type LogicalType, typeText } from '../../packages/millstream/src/data/types.ts'
import type { Value } from '../../packages/millstream/src/data/value.ts'
import { planExpression } from '../../packages/millstream/src/sql/plan.ts'
import { parseType } from '../../packages/millstream/src/sql/types.ts'
import { equal, evaluateBoth, newEnv, show, sortedByKey, valueFromJson } from './expression-values.ts'
import type { SuiteOptions, SuiteResult } from './suite.ts'

interface ExpressionCase {
  readonly id: string
  readonly section: string
  readonly expr: string
  readonly from: 'v' | 'a' | null
  readonly type?: string
  readonly value?: unknown
  readonly error?: string
}

/** The table `v`: one row of one column a kind, as the vectors' README declares it. */
const columns =
  'i0 INT, i1 INT, i2 INT, i7 INT, n7 INT, imax INT, bmax BIGINT, d0 DOUBLE, d1 DOUBLE, d3 DOUBLE, dbig DOUBLE, dc DECIMAL(10, 2), s STRING, e STRING, sh STRING, sp STRING, num STRING, nul STRING, csv STRING, ar ARRAY<INT>, sa ARRAY<STRING>, mp MAP<STRING, INT>, r ROW<x INT, y STRING>, ts TIMESTAMP(3), neg TIMESTAMP(3), dt DATE, js STRING, b1 BOOLEAN, nb BOOLEAN'

/** Where we are right and Flink is not, or where it folds constants and then fails: see the vectors' notes. */
const deviations: Readonly<Record<string, string>> = {
  'ARRAY[1,2,3][4]': 'a missing element is NULL, not -1',
  "MAP['a',1]['z']": 'a missing key is NULL, not -1',
  'CAST(CAST(0.1 AS FLOAT) AS DOUBLE)': 'constants are computed as columns are: the double of the 32-bit number',
  'CAST(1 AS DOUBLE) / 0': 'constants are computed as columns are: Infinity, not an error',
  'CAST(0 AS DOUBLE) / 0': 'constants are computed as columns are: NaN, not an error',
  'CAST(1 AS DOUBLE) / CAST(0 AS DOUBLE)': 'constants are computed as columns are: Infinity, not an error',
}

/** Expressions with the type and value that Flink gives them; each is run compiled and interpreted. */
export async function run(vectors: string, options: SuiteOptions = {}): Promise<SuiteResult> {
  const folder = join(vectors, 'streamsql')
  const all = readFileSync(join(folder, 'expr.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ExpressionCase)
  const cases = all.filter((each) => options.only === undefined || each.id.includes(options.only) || each.section.includes(options.only))
  const row = parseType(`ROW<${columns}>`) as LogicalType & { kind: 'ROW' }
  const json = JSON.parse(readFileSync(join(folder, 'expr', 'v.ndjson'), 'utf8').replace('9223372036854775807', '"9223372036854775807"'))
  const table = { schema: new Schema(row.fields), row: valueFromJson(row, json) as Value[] }
  const failures: { id: string; reason: string }[] = []
  const skips: { id: string; reason: string }[] = []
  for (const each of cases) {
    if (each.from === 'a') {
      skips.push({ id: each.id, reason: 'an aggregate: accumulators are not run by this suite' })
      continue
    }
    const deviation = deviations[each.expr]
    if (deviation) {
      skips.push({ id: each.id, reason: `${each.expr}: ${deviation}` })
      continue
    }
    const reason = judge(each, each.from === 'v' ? table : { schema: new Schema([]), row: [] })
    if (reason !== null) failures.push({ id: each.id, reason: `${each.expr}: ${reason}` })
  }
  const [failed, skipped] = [failures.length, skips.length]
  return { suite: 'streamsql-expr', total: cases.length, passed: cases.length - failed - skipped, failed, skipped, failures, skips }
}

function judge(each: ExpressionCase, table: { readonly schema: Schema; readonly row: readonly Value[] }): string | null {
  try {
    const expression = planExpression(each.expr, table.schema)
    const value = evaluateBoth(expression, table.schema, table.row, newEnv())
    // A NOT NULL column that gets a null fails Flink's sink.
    if (each.error !== undefined)
      return /NOT NULL/.test(each.error) && value === null ? null : `${show(value)}, but Flink fails: ${each.error.slice(0, 100)}`
    const type = typeText(expression.type)
    const wanted = (each.type ?? '').replace(/^INTERVAL_DAY_TIME\(2\)/, 'INTERVAL DAY TO SECOND(3)')
    if (type !== wanted) return `type ${type}, not ${wanted}`
    const expected = sortedByKey(expression.type, valueFromJson(expression.type, decodeBytes(expression.type, each.value)))
    return equal(sortedByKey(expression.type, value), expected) ? null : `${show(value)}, not ${show(expected)}`
  } catch (failure) {
    if (!(failure instanceof MillstreamError)) return failure instanceof Error ? String(failure.stack).slice(0, 400) : String(failure)
    return each.error === undefined ? `${failure.code} ${failure.message}` : null
  }
}

/** Bytes are base64 here, and hexadecimal in the other vectors; decimals are numbers. */
function decodeBytes(type: LogicalType, value: unknown): unknown {
  if (type.kind === 'VARBINARY' || type.kind === 'BINARY')
    return value === null ? null : Buffer.from(String(value), 'base64').toString('hex')
  return value
}
