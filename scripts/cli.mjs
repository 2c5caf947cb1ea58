// What ./millstream does before anything is installed: installs, then runs the command.
import { join } from 'node:path'
import { ensureInstalled, run } from './install.mjs'
import { findNode, root } from './node24.mjs'

ensureInstalled('run')
const main = join(root, 'packages', 'millstream', 'src', 'cli', 'main.ts')
process.exit(
  run(findNode() ?? process.execPath, ['--disable-warning=ExperimentalWarning', main, ...process.argv.slice(2)], { cwd: process.cwd() }),
)
