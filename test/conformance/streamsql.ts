import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeStorage } from '../../packages/millstream/src/base/real/storage.ts'
import { systemClock, systemRandom, systemScheduler } from '../../packages/millstream/src/base/real/system.ts'
import type { RowField } from '../../packages/millstream/src/data/types.ts'
import { runQuery } from '../../packages/millstream/src/engine/query.ts'
import type { ExpressionMode } from '../../packages/millstream/src/flow/build.ts'
import type { Catalogue } from '../../packages/millstream/src/model/tables.ts'
import { planScript } from '../../packages/millstream/src/sql/plan.ts'
import { cellsOf, difference, type ExpectedColumn, expectedCells, Materialized } from './streamsql-compare.ts'
import { parseExact, vectorFiles } from './streamsql-input.ts'
import { inScopeAnyway, notYet } from './streamsql-scope.ts'
import type { SuiteOptions, SuiteResult } from './suite.ts'

interface Case {
  readonly id: string
  readonly flinkSql: string
  readonly inputs: Readonly<Record<string, string>>
  readonly columns: readonly ExpectedColumn[]
  readonly expected: readonly Readonly<Record<string, unknown>>[]
  readonly compare: 'append-multiset' | 'materialized'
  readonly features: readonly string[]
  readonly flinkMode: 'streaming' | 'batch-only'
  readonly tolerance?: number
}

const modes: readonly ExpressionMode[] = ['compiled', 'interpreted']

/** Every case in scope, with generated code and with the interpreter: it passes when both answer what Flink answers. */
export async function run(vectorsDir: string, options: SuiteOptions = {}): Promise<SuiteResult> {
  const folder = join(vectorsDir, 'streamsql')
  const cases = readFileSync(join(folder, 'cases.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ ...(JSON.parse(line) as Case), expected: (parseExact(line) as Case).expected }))
    .filter(({ id }) => options.only === undefined || id.includes(options.only))
  const failures: { id: string; reason: string }[] = []
  const skips: { id: string; reason: string }[] = []
  for (const each of cases) {
    const missing = inScopeAnyway.includes(each.id) ? undefined : each.features.find((feature) => notYet.includes(feature))
    if (missing !== undefined) {
      skips.push({ id: each.id, reason: `not yet: ${missing}` })
      continue
    }
    const reason = await judge(each, folder)
    if (reason !== null) failures.push({ id: each.id, reason })
  }
  const failed = failures.length
  const skipped = skips.length
  return { suite: 'streamsql', total: cases.length, passed: cases.length - failed - skipped, failed, skipped, failures, skips }
}

async function judge(each: Case, folder: string): Promise<string | null> {
  for (const mode of modes) {
    try {
      const reason = await runCase(each, folder, mode)
      if (reason !== null) return `${mode}: ${reason}`
    } catch (error) {
      return `${mode}: ${error instanceof Error ? error.message : String(error)}`
    }
  }
  return null
}

async function runCase(each: Case, folder: string, mode: ExpressionMode): Promise<string | null> {
  const files = vectorFiles((path) => join(folder, each.inputs[path.replace(/^\$\{input:(.*)\}$/, '$1')] ?? path))
  const script = planScript(each.flinkSql, emptyCatalogue, {
    mode: each.flinkMode === 'streaming' ? 'streaming' : 'batch',
    connectors: [files.descriptor],
  })
  const answer = new Materialized()
  let fields: readonly RowField[] = []
  for (const { plan } of script.plans) {
    const ports = { clock: systemClock, scheduler: systemScheduler, random: systemRandom, storage: nodeStorage('/') }
    await runQuery(
      plan,
      { ports, connectors: [files], mode },
      {
        fromMs: null,
        rowsMax: Number.POSITIVE_INFINITY,
        durationMs: null,
        signal: new AbortController().signal,
        onRows(sink, batch) {
          fields = sink.fields
          for (const [at, row] of batch.rows().entries()) answer.add(batch.kinds?.[at] ?? 0, row)
        },
      },
    )
  }
  if (each.compare === 'append-multiset' && answer.retractions > 0) return `${answer.retractions} retractions, and none is needed`
  const actual = answer.rows.map((row) => cellsOf(fields, each.columns, row))
  const expected = each.expected.map((row) => expectedCells(each.columns, row))
  return difference(actual, expected, each.tolerance ?? 1e-9)
}

const emptyCatalogue: Catalogue = { tenant: 'default', table: () => null, view: () => null, tableNames: () => [] }
