// `npm test [-- PATTERN]`: types, lint, floors, then every *.test.ts on node's own runner, the browser last.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { buildWeb } from './build-web.mjs'
import { ensureInstalled, run } from './install.mjs'
import { findNode, root } from './node24.mjs'

ensureInstalled('test')
const node = findNode()
const bin = (name, path) => join(root, 'node_modules', name, path)
const step = (title, command, args, options) => {
  const began = performance.now()
  console.log(`\n== ${title}`)
  const status = run(command, args, options)
  console.log(`== ${title}: ${status === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  if (status !== 0) process.exit(status)
}
const patterns = process.argv.slice(2)
const test = (title, files, concurrency) =>
  step(title, node, [
    '--disable-warning=ExperimentalWarning',
    '--test',
    `--test-concurrency=${concurrency}`,
    '--test-timeout=300000',
    '--test-reporter=dot',
    '--test-reporter-destination=stdout',
    '--test-reporter=./scripts/test-summary.mjs',
    '--test-reporter-destination=stdout',
    ...files,
  ])

if (patterns.length > 0) {
  test(`tests of ${patterns.join(' ')}`, patterns, 2)
  process.exit(0)
}
// The browser tests are a package of their own, so that npm start installs nothing of it.
const browser = join(root, 'test', 'browser')
if (!existsSync(join(browser, 'node_modules')))
  step('install the browser tests', 'npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: browser })
step('types', node, [bin('typescript7', 'bin/tsc'), '--noEmit', '-p', 'tsconfig.json'])
step('lint', bin('.bin', 'biome'), ['check', '--error-on-warnings', '.'])
step('floors', node, [
  bin('dependency-cruiser', 'bin/dependency-cruiser.mjs'),
  '--config',
  '.dependency-cruiser.mjs',
  '--output-type',
  'err',
  'packages',
])
buildWeb()
test('unit, property, golden, crash, attacks', ['packages/*/src/**/*.test.ts'], 2)
test('house, end to end', ['test/house/**/*.test.ts', 'test/whole/**/*.test.ts'], 1)
test('browser', ['test/browser/**/*.test.ts'], 1)
