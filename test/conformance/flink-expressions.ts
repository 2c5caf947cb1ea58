import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MillstreamError } from '../../packages/millstream/src/base/errors.ts'
import { Schema } from '../../packages/millstream/src/data/schema.ts'
import { type LogicalType, types } from '../../packages/millstream/src/data/types.ts'
import type { Value } from '../../packages/millstream/src/data/value.ts'
import type { Expression } from '../../packages/millstream/src/expr/expression.ts'
import { planExpression } from '../../packages/millstream/src/sql/plan.ts'
import { parseType } from '../../packages/millstream/src/sql/types.ts'
import { evaluateBoth, newEnv, show, valueFromJson } from './expression-values.ts'
import type { SuiteOptions, SuiteResult } from './suite.ts'

interface Line {
  readonly kind: 'context' | 'expr' | 'invalid'
  readonly context: string
  readonly columns?: readonly { readonly name: string; readonly type: string }[]
  readonly row?: readonly unknown[]
  readonly test?: string
  readonly config?: Readonly<Record<string, string>>
  readonly sql?: string
  readonly expected?: string | null
}
interface Context {
  readonly schema: Schema
  readonly row: readonly Value[]
  readonly missing: ReadonlySet<string>
}

/** Flink's live expression tests: each is the text of CAST((expression) AS STRING), or must fail. */
export async function run(vectors: string, options: SuiteOptions = {}): Promise<SuiteResult> {
  const lines = readFileSync(join(vectors, 'flink-expressions.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line)
  const contexts = new Map<string, Context>()
  for (const line of lines) if (line.kind === 'context') contexts.set(line.context, contextOf(line))
  const cases = lines
    .map((line, at) => ({ ...line, id: `${line.context}-${line.test ?? ''}-${at}` }))
    .filter((each) => each.kind !== 'context' && (options.only === undefined || each.id.includes(options.only)))
  const failures: { id: string; reason: string }[] = []
  const skips: { id: string; reason: string }[] = []
  for (const each of cases) {
    const context = contexts.get(each.context) ?? { schema: new Schema([]), row: [], missing: new Set<string>() }
    const used = [...context.missing].find((name) => new RegExp(`\\b${name}\\b`).test(each.sql ?? ''))
    if (used !== undefined) skips.push({ id: each.id, reason: `the type of ${used} is one of Java` })
    else {
      const reason = judge(each, context)
      if (reason !== null) failures.push({ id: each.id, reason: `${(each.sql ?? '').slice(0, 140)}: ${reason}` })
    }
  }
  const [failed, skipped] = [failures.length, skips.length]
  return { suite: 'flink-expressions', total: cases.length, passed: cases.length - failed - skipped, failed, skipped, failures, skips }
}

/** Columns whose types have no SQL form are left out. */
function contextOf(line: Line): Context {
  const missing = new Set<string>()
  const fields: { name: string; type: LogicalType }[] = []
  const row: Value[] = []
  for (const [at, column] of (line.columns ?? []).entries()) {
    try {
      const type = columnType(column.type)
      row.push(valueFromJson(type, line.row?.[at]))
      fields.push({ name: column.name, type })
    } catch {
      missing.add(column.name)
    }
  }
  return { schema: new Schema(fields), row, missing }
}

function columnType(text: string): LogicalType {
  if (/LEGACY|RAW/.test(text)) throw new Error('no SQL type')
  if (/^INTERVAL/.test(text)) return /YEAR|MONTH/.test(text) ? types.intervalYearMonth() : types.intervalDayTime()
  return parseType(text.replace(/TIMESTAMP\((\d)\) WITH LOCAL TIME ZONE/g, 'TIMESTAMP_LTZ($1)'))
}

function judge(each: Line, { schema, row }: Context): string | null {
  try {
    const expression = planExpression(each.sql ?? '', schema)
    const env = newEnv(each.config?.['table.local-time-zone'] ?? 'UTC')
    const text: Expression = { kind: 'call', function: 'CAST', args: [expression], type: types.string() }
    const value = evaluateBoth(text, schema, row, env)
    if (each.kind === 'invalid') return `${show(value)}, but Flink fails`
    if (each.expected === null || each.expected === undefined) return null
    const found = value === null ? 'NULL' : String(value)
    return found === each.expected ? null : `'${found}', not '${each.expected}'`
  } catch (failure) {
    if (!(failure instanceof MillstreamError)) return failure instanceof Error ? String(failure.stack).slice(0, 300) : String(failure)
    return each.kind === 'invalid' ? null : `${failure.code} ${failure.message}`
  }
}
