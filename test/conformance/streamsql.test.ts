import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from './streamsql.ts'
import { vectorsFolder } from './suite.ts'

const vectors = vectorsFolder()
/** Cases that pass: the number only rises. */
const passedMin = 108

test('streaming SQL answers what Flink answers, compiled and interpreted, in every case in scope', async (context) => {
  if (vectors === null) {
    context.diagnostic('the vectors are absent: nothing was tested')
    return
  }
  const { passed, failures } = await run(vectors)
  assert.deepEqual(failures, [])
  assert.ok(passed >= passedMin, `${passed} cases pass, and ${passedMin} did`)
})
