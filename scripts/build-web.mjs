// Builds the web app when its sources changed since the last build (a hash of them stands beside the result).
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './install.mjs'
import { findNode, root } from './node24.mjs'

const web = join(root, 'packages', 'web')
const dist = join(web, 'dist')

export function buildWeb() {
  if (!existsSync(join(web, 'index.html'))) return
  const hash = createHash('sha256')
  for (const folder of [join(web, 'src'), join(root, 'packages', 'client', 'src')]) {
    for (const name of readdirSync(folder, { recursive: true }).sort()) {
      const path = join(folder, String(name))
      if (/\.(ts|tsx|css|html|svg)$/.test(path) && !/\.test\.tsx?$/.test(path)) hash.update(String(name)).update(readFileSync(path))
    }
  }
  for (const name of ['index.html', 'vite.config.ts', 'vite.config.mjs', 'package.json']) {
    if (existsSync(join(web, name))) hash.update(readFileSync(join(web, name)))
  }
  const stamp = hash.digest('hex')
  const stampFile = join(dist, '.built-from')
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  console.error('Building the web app (once after each change) ...')
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  if (run(findNode(), [vite, 'build', '--logLevel', 'error'], { cwd: web }) !== 0) {
    console.error('The web app did not build: see above. The server starts without it.')
    return
  }
  writeFileSync(stampFile, stamp)
}

if (process.argv[1] === import.meta.filename) buildWeb()
