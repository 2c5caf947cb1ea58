import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MillstreamError } from '../../packages/millstream/src/base/errors.ts'
import { parseScript, parseStatement } from '../../packages/millstream/src/syntax/parse.ts'
import type { SuiteOptions, SuiteResult } from './suite.ts'

interface ParserCase {
  readonly kind: 'stmt' | 'expr' | 'list' | 'type' | 'query' | 'keywords'
  readonly test: string
  readonly sql: string
  readonly flink: { readonly accepts: boolean; readonly error?: string }
}

/** Statements, expressions and types that Flink's own parser accepts or refuses: ours must do the same. */
export async function run(vectors: string, options: SuiteOptions = {}): Promise<SuiteResult> {
  const lines = readFileSync(join(vectors, 'flink-parser.jsonl'), 'utf8').split('\n')
  const all = lines.flatMap((line, at) => (line === '' ? [] : [{ id: `line-${at + 1}`, each: JSON.parse(line) as ParserCase }]))
  const cases = all
    .filter(({ each }) => each.kind !== 'keywords')
    .map(({ id, each }) => ({ id: `${each.test ?? each.kind}-${id}`, each }))
    .filter(({ id }) => options.only === undefined || id.includes(options.only))
  const failures = cases.flatMap(({ id, each }) => {
    const reason = judge(each)
    return reason === null ? [] : [{ id, reason: `${reason}: ${each.sql.replaceAll(/\s+/g, ' ').slice(0, 160)}` }]
  })
  const failed = failures.length
  return { suite: 'flink-parser', total: cases.length, passed: cases.length - failed, failed, skipped: 0, failures }
}

function judge(each: ParserCase): string | null {
  try {
    if (each.kind === 'list') parseScript(each.sql)
    else parseStatement(textOf(each))
    return each.flink.accepts ? null : `parses, but Flink says: ${each.flink.error ?? 'no'}`
  } catch (error) {
    if (!(error instanceof MillstreamError)) return `fails without a code: ${error instanceof Error ? error.stack : error}`
    return each.flink.accepts ? `Flink takes it, but: ${error.message}` : null
  }
}

function textOf(each: ParserCase): string {
  if (each.kind === 'expr') return `VALUES (${each.sql})`
  return each.kind === 'type' ? `CREATE TABLE t (a ${each.sql})` : each.sql
}
