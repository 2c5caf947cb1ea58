import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { run } from './druid-cases.ts'
import { vectorsFolder } from './suite.ts'

test("Druid's published answers: none is wrong, and what is not there yet is on the list", async (context) => {
  const vectors = vectorsFolder()
  if (vectors === null) return context.diagnostic('NO VECTORS: conformance with Druid was not tested')
  const list = readFileSync(join(import.meta.dirname, '..', '..', 'packages/millstream/src/druid/NOT-YET.md'), 'utf8')
  const { failures, skips, passed } = await run(vectors)
  assert.deepEqual(failures, [])
  assert.deepEqual(
    (skips ?? []).filter(({ id }) => !list.includes(`\`${id}\``)),
    [],
  )
  const listed = [...list.slice(list.indexOf('## Published')).matchAll(/`([^`]+)`/g)].map((match) => match[1])
  assert.deepEqual(
    listed.filter((id) => !(skips ?? []).some((skip) => skip.id === id)),
    [],
    'these pass now: take them off the list',
  )
  assert.ok(passed >= 190)
})
