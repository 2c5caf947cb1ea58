import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { errors } from '../../packages/millstream/src/base/errors.ts'
import { limits } from '../../packages/millstream/src/base/limits.ts'
import { root, sources } from './sources.ts'

const platform = 'packages/millstream/src'
const files = sources('packages', 'test', 'bench')
const product = files.filter((file) => file.path.startsWith('packages/') && !file.isTest)

test('every room has a README that says what it is for', () => {
  const rooms = readdirSync(join(root, platform), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const bare = rooms.filter((room) => !existsSync(join(root, platform, room.name, 'README.md'))).map((room) => room.name)
  assert.deepEqual(bare, [])
})

test('every error code is thrown somewhere, tested somewhere and documented', () => {
  const docs = readFileSync(join(root, 'docs', 'errors.md'), 'utf8')
  const problems: string[] = []
  for (const code of Object.keys(errors.kinds)) {
    const named = (file: { text: string }) => file.text.includes(`'${code}'`) || file.text.includes(`"${code}"`)
    if (!product.some((file) => !file.path.includes('/base/errors/') && named(file))) problems.push(`${code} is never thrown`)
    if (!files.some((file) => file.isTest && file.text.includes(code))) problems.push(`${code} is in no test`)
    if (!docs.includes(code)) problems.push(`${code} is not in docs/errors.md: run npm run docs`)
  }
  assert.deepEqual(problems, [])
})

test('every limit is used', () => {
  const unused = Object.keys(limits).filter((name) => !product.some((file) => file.text.includes(`limits.${name}`)))
  assert.deepEqual(unused, [])
})

/** The world is reached through the ports of base/. Clocks and randomness elsewhere would escape the simulation. */
const world = /\b(Date\.now\(|new Date\(\)|performance\.now\(|Math\.random\(|setTimeout\(|setInterval\(|setImmediate\()/
const simulated = [
  'data',
  'config',
  'codec',
  'expr',
  'syntax',
  'model',
  'flow',
  'log',
  'sql',
  'druid',
  'connect',
  'engine',
  'olap',
  'gateway',
  'control',
]

test('clocks, timers and randomness come through the ports', () => {
  const offenders = product
    .filter((file) => simulated.some((room) => file.path.startsWith(`${platform}/${room}/`)))
    .flatMap((file) =>
      file.text
        .split('\n')
        .flatMap((line, index) => (world.test(line.replace(/\/\/.*|^\s*\*.*/, '')) ? [`${file.path}:${index + 1} ${line.trim()}`] : [])),
    )
  assert.deepEqual(offenders, [])
})

test('no check is loosened and nothing is left for later in the sources', () => {
  const marks = /\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|expect-error|nocheck)|biome-ignore|test\.(skip|only)\(/
  const found = files
    .filter((file) => file.path !== 'test/house/habits.test.ts')
    .flatMap((file) =>
      file.text.split('\n').flatMap((line, index) => (marks.test(line) ? [`${file.path}:${index + 1} ${line.trim()}`] : [])),
    )
  assert.deepEqual(found, [])
})

test('the repository speaks of Millstream alone: no paths of a machine', () => {
  const found = files.filter((file) => /(^|[^A-Za-z0-9_.])\/(work|farm|root)\//m.test(file.text)).map((file) => file.path)
  assert.deepEqual(
    found.filter((path) => path !== 'test/house/habits.test.ts'),
    [],
  )
})
