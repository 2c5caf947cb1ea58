import { parseArgs } from 'node:util'
import { type SuiteOptions, type SuiteResult, vectorsFolder } from './suite.ts'

const suites: Readonly<Record<string, () => Promise<{ run(vectors: string, options: SuiteOptions): Promise<SuiteResult> }>>> = {
  'druid-cases': () => import('./druid-cases.ts'),
  'streamsql-parse': () => import('./streamsql-parse.ts'),
  'flink-parser': () => import('./flink-parser.ts'),
  streamsql: () => import('./streamsql.ts'),
  'streamsql-expr': () => import('./streamsql-expr.ts'),
  'flink-functions': () => import('./flink-functions.ts'),
  'flink-expressions': () => import('./flink-expressions.ts'),
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { vectors: { type: 'string' }, json: { type: 'boolean', default: false }, only: { type: 'string' } },
})
const name = positionals[0]
const load = name === undefined ? undefined : suites[name]
if (load === undefined) {
  console.error(`Usage: npm run conformance -- SUITE [--vectors DIR] [--only TEXT] [--json]\nSuites: ${Object.keys(suites).join(', ')}`)
  process.exit(2)
}
const vectors = vectorsFolder(values.vectors)
if (vectors === null) process.exit(2)
const { suite, total, passed, failed, skipped, failures, skips } = await (await load()).run(
  vectors,
  values.only === undefined ? {} : { only: values.only },
)
if (!values.json) {
  for (const skip of skips ?? []) console.log(`skipped ${skip.id}: ${skip.reason}`)
  for (const failure of failures) console.log(`failed  ${failure.id}: ${failure.reason}`)
}
console.log(JSON.stringify({ suite, total, passed, failed, skipped }))
process.exit(failed > 0 ? 1 : 0)
