import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pages } from '../../scripts/docs.ts'
import { root } from './sources.ts'

for (const [name, page] of Object.entries(pages)) {
  test(`docs/${name} is what the code says`, () => {
    assert.equal(readFileSync(join(root, 'docs', name), 'utf8'), page(), 'run npm run docs')
  })
}
