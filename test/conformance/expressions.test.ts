import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as flinkExpressions from './flink-expressions.ts'
import * as flinkFunctions from './flink-functions.ts'
import * as streamsqlExpr from './streamsql-expr.ts'
import { type SuiteResult, vectorsFolder } from './suite.ts'

const vectors = vectorsFolder()

/** How many answers of a suite may differ from Flink's: docs/status.md says which and why. The number only falls. */
const suites: readonly (readonly [name: string, run: (vectors: string) => Promise<SuiteResult>, failedMax: number])[] = [
  ['streamsql-expr', streamsqlExpr.run, 2],
  ['flink-functions', flinkFunctions.run, 8],
  ['flink-expressions', flinkExpressions.run, 22],
]

for (const [name, run, failedMax] of suites) {
  test(`${name}: expressions answer what Flink answers, compiled and interpreted`, async (context) => {
    if (vectors === null) {
      context.diagnostic('the vectors are absent: nothing was tested')
      return
    }
    const { failed, failures, passed } = await run(vectors)
    assert.ok(passed > 700)
    assert.ok(failed <= failedMax, failures.map(({ id, reason }) => `${id}: ${reason}`).join('\n'))
  })
}
