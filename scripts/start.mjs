// `npm start [-- OPTIONS]`: installs what it needs, builds the web app once, starts the server on the pinned Node.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildWeb } from './build-web.mjs'
import { ensureInstalled } from './install.mjs'
import { findNode, root, withCompileCache } from './node24.mjs'

ensureInstalled('run')
buildWeb()
const node = findNode()
if (node === null) {
  console.error('There is no Node 24 for this platform among the packages. Install Node 24 or newer and try again.')
  process.exit(1)
}
const main = join(root, 'packages', 'millstream', 'src', 'cli', 'main.ts')
const child = spawn(node, ['--disable-warning=ExperimentalWarning', main, 'start', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: withCompileCache,
})
// A terminal sends Ctrl-C to both; the server stops by itself and we wait for it.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)))
