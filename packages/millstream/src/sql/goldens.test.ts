import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { explain } from './explain.ts'
import { logicalText } from './logical-text.ts'
import { planScript } from './plan.ts'
import { emptyCatalogue, testConnectors } from './testing.ts'

const folder = join(import.meta.dirname, 'goldens')
const tables = readFileSync(join(folder, 'tables.txt'), 'utf8')
const mark = '\n-- ==== '

for (const file of readdirSync(folder).filter((name) => name.endsWith('.sql'))) {
  test(`golden ${file}`, () => {
    const text = readFileSync(join(folder, file), 'utf8')
    const script = text.split(mark)[0] as string
    const { plans } = planScript(`${tables}${script}`, emptyCatalogue, { connectors: testConnectors })
    const sections = plans.flatMap(({ logical, plan }) => [`logical\n${logicalText(logical)}\n`, `physical\n${explain(plan)}\n`])
    const found = [script.trimEnd(), ...sections].join(`\n${mark.slice(1)}`)
    if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(join(folder, file), found)
    else assert.equal(text, found, `${file} differs: look, then UPDATE_GOLDENS=1`)
  })
}
