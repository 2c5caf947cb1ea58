import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandNames } from '../../packages/millstream/src/cli/commands/all.ts'
import { pages } from '../../scripts/docs.ts'
import { root } from './sources.ts'

for (const [name, page] of Object.entries(pages)) {
  test(`docs/${name} is what the code says`, async () => {
    assert.equal(readFileSync(join(root, 'docs', name), 'utf8'), await page(), 'run npm run docs')
  })
}

const texts = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)]
  .filter((path) => path.endsWith('.md') && existsSync(join(root, path)))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
/** A path is said from the root, from the page that says it, or from the platform's sources. */
const bases = (page: string): string[] => [root, join(root, page, '..'), join(root, 'packages', 'millstream', 'src')]
const missing = (of: (text: string) => Iterable<string>, exists: (page: string, name: string) => boolean): string[] =>
  texts.flatMap(({ path, text }) => [...of(text)].filter((name) => !exists(path, name)).map((name) => `${path}: ${name}`))
const found = (pattern: RegExp) => (text: string) => Array.from(text.matchAll(pattern), (match) => match[1] ?? '')

test('every file that a page names exists', () => {
  const exists = (page: string, name: string): boolean => bases(page).some((base) => existsSync(join(base, name)))
  assert.deepEqual(missing(found(/`((?:[\w@.-]+\/)+(?:[\w@.-]+\.(?:ts|tsx|mjs|md|yml))?)`/g), exists), [])
  assert.deepEqual(missing(found(/\]\((?!https?:|#)([^)#\s]+)/g), exists), [])
})

test('every command that a page names exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
  assert.deepEqual(
    missing(found(/npm run ([a-z-]+)/g), (_page, name) => name in scripts),
    [],
  )
  assert.deepEqual(
    missing(found(/\.\/millstream ([a-z-]+)/g), (_page, name) => name === 'help' || commandNames.includes(name)),
    [],
  )
})
