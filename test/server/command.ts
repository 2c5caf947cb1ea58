import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { withCompileCache } from '../../scripts/node24.mjs'

const main = join(import.meta.dirname, '..', '..', 'packages', 'millstream', 'src', 'cli', 'main.ts')

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the command as a user would, to its end. */
export function millstream(
  args: readonly string[],
  how: { readonly server?: string; readonly input?: string; readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const env = {
      ...withCompileCache,
      ...(how.server === undefined ? {} : { MILLSTREAM_SERVER: how.server }),
      MILLSTREAM_CONTEXTS: '/nonexistent/contexts.json',
      ...how.env,
    }
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
      env,
      cwd: how.cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code: code ?? (signal === null ? -1 : 128), out, err }))
    child.stdin.end(how.input ?? '')
  })
}
