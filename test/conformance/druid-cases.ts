import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DruidResponse } from '../../packages/millstream/src/druid/errors.ts'
import { compareCase, type DruidCase } from './druid-compare.ts'
import { type DruidWorld, openDruidWorld, type VectorDataset } from './druid-world.ts'
import type { SuiteOptions, SuiteResult } from './suite.ts'

/** The datasets whose cases are run; those of the others are not in scope yet. */
const inScope = [
  'wikipedia',
  'wikiticker_minute',
  'wikiticker_small',
  'wikiticker_it',
  'wikipedia_console',
  'rollup-tutorial',
  'updates-tutorial/1',
  'append_tutorial/1',
  'update_tutorial/1',
  'latest_by_tutorial1',
  'latest_by_tutorial2',
  'delta_tutorial',
  'granularities',
  'emb_parallel',
  'emb_realtime_22',
  'emb_realtime_21',
  'emb_sparse',
]

/** Queries with published answers, over datasets that were ingested by their published specs from a real log. */
export async function run(vectors: string, options: SuiteOptions = {}): Promise<SuiteResult> {
  const folder = join(vectors, 'druid')
  const datasets = JSON.parse(readFileSync(join(folder, 'datasets.json'), 'utf8')) as Record<string, VectorDataset>
  const cases = readFileSync(join(folder, 'cases.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as DruidCase)
    .filter(
      (each) => each.dataset !== null && inScope.includes(each.dataset) && (options.only === undefined || each.id.includes(options.only)),
    )
  const failures: { id: string; reason: string }[] = []
  const skips: { id: string; reason: string }[] = []
  for (const name of inScope) {
    const mine = cases.filter((each) => each.dataset === name)
    if (mine.length === 0) continue
    const world = openDruidWorld(folder)
    try {
      try {
        await world.load(name, datasets[name] as VectorDataset)
      } catch (error) {
        for (const each of mine)
          skips.push({ id: each.id, reason: `cannot load ${name}: ${error instanceof Error ? error.message : error}` })
        continue
      }
      for (const each of mine) {
        const reason = await check(each, world)
        if (reason === null) continue
        const list = reason.startsWith('not yet: ') ? skips : failures
        list.push({ id: each.id, reason })
      }
    } finally {
      await world.close()
    }
  }
  const passed = cases.length - failures.length - skips.length
  return { suite: 'druid-cases', total: cases.length, passed, failed: failures.length, skipped: skips.length, failures, skips }
}

/** Null: passed. `not yet: ...`: answered that it is not there. */
async function check(each: DruidCase, world: DruidWorld): Promise<string | null> {
  const response =
    each.kind === 'native'
      ? await world.olap.query('default', each.query)
      : await world.olap.sql('default', { query: each.query, ...requestOf(each), context: each.context ?? {} })
  if (response.status === 501) return `not yet: ${errorOf(response)}`
  const failure = response.status === 200 ? undefined : { http: response.status, message: errorOf(response) }
  if (failure === undefined && typeof each.expected_text === 'string') {
    const [wanted, got] = [linesOf(each.expected_text), linesOf(response.body)]
    return JSON.stringify(wanted) === JSON.stringify(got) ? null : `lines differ: ${JSON.stringify(got).slice(0, 200)}`
  }
  return compareCase(each, failure === undefined ? JSON.parse(response.body) : undefined, failure)
}

const requestOf = (each: DruidCase): Record<string, unknown> => {
  const { expected_status_class: _, ...rest } = (each.request ?? {}) as Record<string, unknown>
  return rest
}
const errorOf = (response: DruidResponse): string => String((JSON.parse(response.body) as { errorMessage?: unknown }).errorMessage)
const linesOf = (text: string): string[] => text.replace(/\n+$/, '').split('\n')
