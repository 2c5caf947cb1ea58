// `npm run pack [-- FOLDER]`: what is published. Compiled JavaScript and types (Node strips no types below node_modules),
// the built web app, and package files that point at them; answers the paths of the tarballs.

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { buildWeb } from './build-web.mjs'
import { ensureInstalled, run } from './install.mjs'
import { findNode, root } from './node24.mjs'

const staging = join(root, 'dist')

export function pack(target) {
  ensureInstalled('test')
  buildWeb()
  rmSync(staging, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  return ['client', 'millstream'].map((name) => packOne(name, target))
}

function packOne(name, target) {
  const from = join(root, 'packages', name)
  const to = join(staging, name)
  mkdirSync(to, { recursive: true })
  const config = join(to, 'tsconfig.json')
  const options = {
    noEmit: false,
    declaration: true,
    rewriteRelativeImportExtensions: true,
    allowImportingTsExtensions: false,
    outDir: '.',
    rootDir: join(from, 'src'),
  }
  const include = [join(from, 'src')]
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: options,
      include,
      exclude: [join(from, 'src', '**', '*.test.ts')],
    }),
  )
  if (run(findNode(), [join(root, 'node_modules', 'typescript7', 'bin', 'tsc'), '-p', config]) !== 0)
    throw new Error(`${name} does not compile`)
  rmSync(config)
  copyOthers(join(from, 'src'), to)
  const dist = join(root, 'packages', 'web', 'dist')
  if (name === 'millstream' && existsSync(dist)) cpSync(dist, join(to, 'web'), { recursive: true })
  if (name === 'millstream') cpSync(join(root, 'examples'), join(to, 'examples'), { recursive: true })
  writeFileSync(
    join(to, 'package.json'),
    `${JSON.stringify(published(JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'))), null, 2)}\n`,
  )
  for (const file of ['LICENSE', 'README.md']) cpSync(existsSync(join(from, file)) ? join(from, file) : join(root, file), join(to, file))
  const packed = spawnSync('npm', ['pack', '--json', '--pack-destination', target], { cwd: to, encoding: 'utf8' })
  if (packed.status !== 0) throw new Error(packed.stderr)
  const answer = JSON.parse(packed.stdout)
  return join(target, (Array.isArray(answer) ? answer[0] : Object.values(answer)[0]).filename)
}

/** Whatever is not code stays beside the code that reads it. */
function copyOthers(from, to) {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /\.tsx?$|^README\.md$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    const copy = join(to, path.slice(from.length + 1))
    mkdirSync(dirname(copy), { recursive: true })
    cpSync(path, copy)
  }
}

/** The package file with `./src/x.ts` turned into `./x.js`. */
function published({ private: _, devDependencies: __, scripts: ___, ...rest }) {
  const text = JSON.stringify(rest, (key, value) =>
    key === 'exports'
      ? Object.fromEntries(
          Object.entries(value).map(([name, path]) => [
            name,
            {
              types: path.replace('./src/', './').replace(/\.ts$/, '.d.ts'),
              default: path.replace('./src/', './').replace(/\.ts$/, '.js'),
            },
          ]),
        )
      : typeof value === 'string' && value.startsWith('./src/')
        ? value.replace('./src/', './').replace(/\.ts$/, '.js')
        : value,
  )
  return JSON.parse(text)
}

if (process.argv[1] === import.meta.filename) {
  for (const path of pack(resolve(process.argv[2] ?? join(staging, 'packages')))) console.log(path)
}
