import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MillstreamError } from '../../packages/millstream/src/base/errors.ts'
import { parseScript, type ScriptStatement } from '../../packages/millstream/src/syntax/parse.ts'
import type { SuiteOptions, SuiteResult } from './suite.ts'

interface ParseCase {
  readonly id: string
  readonly sql: string
  readonly shouldParse: boolean
  /** How many statements a script has. */
  readonly statements?: number
}

/** Flink SQL texts that parse, and some that do not: recipes, nexmark and fragments. */
export async function run(vectors: string, options: SuiteOptions = {}): Promise<SuiteResult> {
  const lines = readFileSync(join(vectors, 'streamsql', 'parse.jsonl'), 'utf8').split('\n')
  const all = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as ParseCase)
  const cases = all.filter((each) => options.only === undefined || each.id.includes(options.only))
  const failures = cases.flatMap((each) => {
    const reason = judge(each)
    return reason === null ? [] : [{ id: each.id, reason }]
  })
  const failed = failures.length
  return { suite: 'streamsql-parse', total: cases.length, passed: cases.length - failed, failed, skipped: 0, failures }
}

function judge(each: ParseCase): string | null {
  try {
    const statements = parseScript(each.sql)
    if (!each.shouldParse) return 'it parses, but should not'
    if (each.statements === undefined) return null
    const found = statements.reduce((sum, each) => sum + countOf(each), 0)
    return found === each.statements ? null : `it has ${found} statements instead of ${each.statements}`
  } catch (error) {
    if (!(error instanceof MillstreamError)) return `it fails without a code: ${error instanceof Error ? error.stack : error}`
    if (error.place?.line === undefined) return `its error has no place: ${error.message}`
    return each.shouldParse ? `line ${error.place.line}, column ${error.place.column}: ${error.message}` : null
  }
}

/** The client's BEGIN STATEMENT SET; ...; END; counts as it is written; EXECUTE STATEMENT SET is one statement. */
function countOf({ statement, text }: ScriptStatement): number {
  return statement.kind === 'statement-set' && !/^EXECUTE/i.test(text) ? statement.statements.length + 2 : 1
}
