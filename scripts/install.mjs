// Installs what a command needs, once: `ensureInstalled('run' | 'test')`. Downloads come from the package registry only.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, withCompileCache } from './node24.mjs'

const stampFile = join(root, 'node_modules', '.millstream-installed')

/** `run` leaves development tools out; `test` has everything. What is installed for tests serves to run as well. */
export function ensureInstalled(purpose) {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  const stamp = existsSync(stampFile) ? readFileSync(stampFile, 'utf8').trim() : ''
  if (stamp === `${lock} test` || stamp === `${lock} ${purpose}`) return
  console.error(
    purpose === 'run' ? 'Installing what Millstream needs (once, about 300 MB) ...' : 'Installing what the tests need (once) ...',
  )
  const leaveOut = purpose === 'run' ? ['--omit=dev'] : []
  // Not `npm ci`: it refuses a lock file that lacks optional packages of platforms that a registry does not have.
  const npm = spawnSync('npm', ['install', '--no-save', ...leaveOut, '--no-audit', '--no-fund', '--loglevel=error', '--progress=true'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (npm.status !== 0) {
    console.error('The installation failed: see what npm says above. Is the package registry reachable?')
    process.exit(1)
  }
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  writeFileSync(stampFile, `${lock} ${purpose}\n`)
}

/** Runs a command to its end with our own output; answers its exit code. */
export function run(command, args, options = {}) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: withCompileCache, ...options })
  return status ?? 1
}
