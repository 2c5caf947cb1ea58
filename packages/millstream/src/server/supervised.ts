import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from '../base/limits.ts'
import type { ProcessState, Role } from './messages.ts'

/** A role's budget: V8's heap is held to it, so that an idle server is small and a leak ends one process only. */
interface Budget {
  readonly heapMb: number
  readonly youngMb: number
  /** No full collection below this; 0: as V8 likes. */
  readonly collectFromMb: number
}
const budgets: Readonly<Record<Role, Budget>> = {
  // The hub's bodies and columns live outside the heap, and V8 counts them: with its own settings it collects everything
  // every 50 requests. A small young generation frees them early, and a floor spares the full collections (npm run bench -- ingest).
  hub: { heapMb: 768, youngMb: 2, collectFromMb: 64 },
  // As the hub: what it reads and rolls up are columns too (npm run bench -- rollup).
  olap: { heapMb: 512, youngMb: 4, collectFromMb: 64 },
  job: { heapMb: 512, youngMb: 16, collectFromMb: 0 },
  preview: { heapMb: 256, youngMb: 8, collectFromMb: 0 },
  demo: { heapMb: 96, youngMb: 2, collectFromMb: 0 },
}

/** How Node runs a role; the benchmarks run what they measure with it too. */
export function nodeFlags(role: Role): string[] {
  const { heapMb, youngMb, collectFromMb } = budgets[role]
  return [`--max-old-space-size=${heapMb}`, `--max-semi-space-size=${youngMb}`, `--initial-old-space-size=${collectFromMb}`]
}

export interface SupervisedOptions {
  readonly role: Role
  readonly job: string | null
  readonly name: string
  readonly logFolder: string
  /** What runs; null: the role's own file. */
  readonly script: string | null
  /** Asked at each start. */
  environment(): Readonly<Record<string, string>>
  onMessage(message: unknown): void
  onChange(): void
  /** False: it is not started again. */
  onExit(reason: string, code: number | null): boolean
}

const suffix = import.meta.filename.endsWith('.ts') ? 'ts' : 'js'

/** A child process that is started again when it ends, later each time, until `stop`. */
export class Supervised {
  readonly options: SupervisedOptions
  #child: ChildProcess | null = null
  #timer: NodeJS.Timeout | null = null
  #restarts = 0
  #failures = 0
  #reason: string | null = null
  #startedAtMs = 0
  #stopping = false

  constructor(options: SupervisedOptions) {
    this.options = options
    this.#start()
  }

  state(): ProcessState {
    const { role, job } = this.options
    return {
      role,
      job,
      processId: this.#child?.pid ?? null,
      state: this.#child === null ? 'waiting' : 'running',
      restarts: this.#restarts,
      reason: this.#reason,
      startedAtMs: this.#startedAtMs,
    }
  }

  send(message: unknown): void {
    if (this.#child?.connected === true) this.#child.send(message as object, () => {})
  }

  /** Ends it now and starts it again at once, as after a change of what it runs. */
  restart(): void {
    this.#failures = 0
    this.#child?.kill('SIGTERM')
  }

  /** Asks it to end; after a while makes it. */
  stop(): Promise<void> {
    this.#stopping = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    const child = this.#child
    if (child === null) return Promise.resolve()
    return new Promise((resolve) => {
      const force = setTimeout(() => child.kill('SIGKILL'), limits.stopWithinMs)
      child.once('exit', () => {
        clearTimeout(force)
        resolve()
      })
      child.kill('SIGTERM')
    })
  }

  #start(): void {
    this.#timer = null
    const { role, name, logFolder } = this.options
    const log = openLog(join(logFolder, `${name}.log`))
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        ...nodeFlags(role),
        this.options.script ?? join(import.meta.dirname, 'roles', `${role}.${suffix}`),
      ],
      { stdio: ['ignore', log, log, 'ipc'], env: { ...process.env, ...this.options.environment() } },
    )
    closeSync(log)
    this.#child = child
    this.#startedAtMs = Date.now()
    child.on('message', (message) => this.options.onMessage(message))
    child.on('error', () => {})
    child.on('exit', (code, signal) => this.#ended(code, signal))
    this.options.onChange()
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = null
    if (this.#stopping) return
    const reason = signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`
    this.#reason = reason
    if (!this.options.onExit(reason, code)) {
      this.#stopping = true
      return
    }
    const livedMs = Date.now() - this.#startedAtMs
    this.#failures = livedMs > limits.restartForgivenMs || code === 0 ? 0 : this.#failures + 1
    this.#restarts++
    const delayMs = this.#failures <= 1 ? 0 : Math.min(limits.restartDelayMsMax, limits.restartDelayMs * 2 ** (this.#failures - 2))
    this.#timer = setTimeout(() => this.#start(), delayMs)
    this.options.onChange()
  }
}

/** Appends; a log that has grown is put aside first (one old one is kept). */
function openLog(path: string): number {
  try {
    if (statSync(path).size > limits.logFileBytesMax) renameSync(path, `${path}.1`)
  } catch {
    // There is none yet.
  }
  return openSync(path, 'a', 0o600)
}
