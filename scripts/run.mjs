// Runs a TypeScript file of this repository on the pinned Node: `node scripts/run.mjs FILE ARGS...`
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { findNode, root, withCompileCache } from './node24.mjs'

const node = findNode()
if (node === null) {
  console.error('Node 24 is not installed here yet. Run `npm install` first.')
  process.exit(1)
}
const [file, ...args] = process.argv.slice(2)
const { status, signal } = spawnSync(node, ['--disable-warning=ExperimentalWarning', join(root, file), ...args], {
  stdio: 'inherit',
  env: withCompileCache,
})
process.exit(status ?? (signal === null ? 1 : 130))
