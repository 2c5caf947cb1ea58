import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withCompileCache } from '../../scripts/node24.mjs'

const main = join(import.meta.dirname, '..', '..', 'packages', 'millstream', 'src', 'cli', 'main.ts')

export interface RunningServer {
  readonly url: string
  readonly process: ChildProcess
  /** The pids of the supervisor and all its children, by their role. */
  processes(): readonly { readonly pid: number; readonly role: string }[]
  /** Asks it to stop and waits until it has. */
  stop(): Promise<void>
  /** What it printed so far. */
  output(): string
}

export interface StartOptions {
  readonly dataFolder: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly readyWithinMs?: number
  /** Without the demo unless said. */
  readonly demo?: boolean
}

/** Starts the real server as a user would, on a free port, and waits until it says where it listens. */
export async function startServer({
  dataFolder,
  args = [],
  env = {},
  readyWithinMs = 60_000,
  demo = false,
}: StartOptions): Promise<RunningServer> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', main, 'start', '--data', dataFolder, '--port', '0', demo ? '--demo' : '--no-demo', ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...withCompileCache, ...env },
    },
  )
  let printed = ''
  const url = await new Promise<string>((resolve, reject) => {
    const giveUp = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`the server was not ready within ${readyWithinMs} ms; it printed:\n${printed}`))
    }, readyWithinMs)
    const take = (chunk: Buffer) => {
      printed += chunk.toString()
      const found = /https?:\/\/127\.0\.0\.1:\d+/.exec(printed)
      if (found === null) return
      clearTimeout(giveUp)
      resolve(found[0])
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.once('exit', (code, signal) => {
      clearTimeout(giveUp)
      reject(new Error(`the server ended (${code ?? signal}) before it was ready; it printed:\n${printed}`))
    })
  })
  return {
    url,
    process: child,
    processes: () => processTree(child.pid ?? 0),
    output: () => printed,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** A process and all below it, from /proc. The role is what its command line says after `--role`, or `supervisor`. */
export function processTree(pid: number): { pid: number; role: string }[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (state !== 'Z') parents.set(Number(name), Number(parent))
    } catch {
      // It ended while we looked.
    }
  }
  const found = parents.has(pid) ? [pid] : []
  for (let at = 0; at < found.length; at++) {
    for (const [child, parent] of parents) if (parent === found[at]) found.push(child)
  }
  return found.map((one) => ({ pid: one, role: one === pid ? 'supervisor' : roleOf(one) }))
}

function roleOf(pid: number): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    const entry = words.findIndex((word) => /roles\/\w+\.ts$/.test(word))
    return /roles\/(\w+)\.ts$/.exec(words[entry] ?? '')?.[1] ?? 'other'
  } catch {
    return 'gone'
  }
}

/** Proportional memory of a process in MB: pages shared with others count in part. */
export function memoryMb(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024
}
