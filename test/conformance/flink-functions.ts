import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MillstreamError } from '../../packages/millstream/src/base/errors.ts'
import { Schema } from '../../packages/millstream/src/data/schema.ts'
import { type RowField, typeText, withNullable } from '../../packages/millstream/src/data/types.ts'
import { planExpression } from '../../packages/millstream/src/sql/plan.ts'
import { parseType } from '../../packages/millstream/src/sql/types.ts'
import { equal, evaluateBoth, newEnv, show, sortedByKey, valueFromJson } from './expression-values.ts'
import type { SuiteOptions, SuiteResult } from './suite.ts'

interface FunctionCase {
  readonly kind: 'scalar' | 'aggregate'
  readonly class: string
  readonly function: string | null
  readonly config?: Readonly<Record<string, string>>
  readonly needsFunction?: unknown
  readonly fieldNames?: readonly string[]
  readonly fieldTypes?: readonly string[]
  readonly fieldsData?: readonly unknown[]
  readonly sql: string
  readonly results?: readonly unknown[]
  readonly resultTypes?: readonly string[]
  readonly error?: { readonly class: string; readonly message: string | null } | null
}

/** Flink's own assertions on built-in functions: one expression over a row of fields, its value and type, or that it fails. */
export async function run(vectors: string, options: SuiteOptions = {}): Promise<SuiteResult> {
  const lines = readFileSync(join(vectors, 'flink-functions.jsonl'), 'utf8').split('\n').filter(Boolean)
  const all = lines
    .map((line, at) => ({ id: '', at, ...(JSON.parse(line) as FunctionCase) }))
    .map((each) => ({ ...each, id: `${each.class}-${each.at}` }))
  const cases = all.filter(
    (each) => options.only === undefined || each.id.includes(options.only) || (each.function ?? '').includes(options.only),
  )
  const failures: { id: string; reason: string }[] = []
  const skips: { id: string; reason: string }[] = []
  for (const each of cases) {
    const skip = skipReason(each)
    if (skip !== null) skips.push({ id: each.id, reason: skip })
    else {
      const reason = judge(each)
      if (reason !== null) failures.push({ id: each.id, reason: `${each.sql.slice(0, 120)}: ${reason}` })
    }
  }
  const [failed, skipped] = [failures.length, skips.length]
  return { suite: 'flink-functions', total: cases.length, passed: cases.length - failed - skipped, failed, skipped, failures, skips }
}

function skipReason(each: FunctionCase): string | null {
  if (each.kind === 'aggregate') return 'an aggregate'
  if (each.needsFunction !== undefined) return 'needs a function of the test class'
  const text = [...(each.fieldTypes ?? []), ...(each.resultTypes ?? []), each.sql].join(' ')
  if (/RAW\(|LEGACY|STRUCTURED|VARIANT|BITMAP|org\.apache/.test(text)) return 'needs types of Java or VARIANT'
  if (each.results === undefined && each.error == null && each.resultTypes === undefined) return 'nothing to compare'
  return null
}

const typeOf = (text: string) => parseType(text.replace(/TIMESTAMP\((\d)\) WITH LOCAL TIME ZONE/g, 'TIMESTAMP_LTZ($1)'))

function judge(each: FunctionCase): string | null {
  const expectsError = each.error != null
  try {
    const zone = each.config?.['table.local-time-zone'] ?? 'UTC'
    const fields: RowField[] = (each.fieldTypes ?? []).map((type, at) => ({
      name: each.fieldNames?.[at] ?? `f${at}`,
      type: fieldType(type),
    }))
    const schema = new Schema(fields)
    const row = fields.map((field, at) => valueFromJson(field.type, each.fieldsData?.[at], zone))
    const expression = planExpression(each.sql, schema)
    const value = evaluateBoth(expression, schema, row, newEnv(zone))
    if (expectsError) return `${show(value)}, but Flink fails: ${each.error?.message?.slice(0, 100)}`
    const wantedText = each.resultTypes?.[0]
    const wanted = wantedText === undefined || /INTERVAL/.test(wantedText) ? expression.type : typeOf(wantedText)
    if (typeText(wanted) !== typeText(expression.type)) return `type ${typeText(expression.type)}, not ${typeText(wanted)}`
    if (each.results === undefined) return null
    const expected = sortedByKey(wanted, valueFromJson(wanted, each.results[0], zone))
    return equal(sortedByKey(wanted, value), expected) ? null : `${show(value)}, not ${show(expected)}`
  } catch (failure) {
    if (!(failure instanceof MillstreamError)) return failure instanceof Error ? String(failure.stack).slice(0, 300) : String(failure)
    return expectsError ? null : `${failure.code} ${failure.message}`
  }
}

function fieldType(text: string) {
  if (/^INTERVAL/.test(text)) {
    const kind = /YEAR|MONTH/.test(text) ? 'INTERVAL_YEAR_MONTH' : 'INTERVAL_DAY_TIME'
    return withNullable({ kind, nullable: true }, !/NOT NULL/.test(text))
  }
  return typeOf(text)
}
