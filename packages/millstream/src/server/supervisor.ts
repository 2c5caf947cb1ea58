import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { errors } from '../base/errors.ts'
import { type FolderLock, tryLock } from './lock.ts'
import type { FromSupervisor, ProcessState, Role, ToSupervisor, WantedJob } from './messages.ts'
import { environment, type ServerOptions } from './options.ts'
import { Supervised } from './supervised.ts'

export interface SupervisorEvents {
  onReady(ready: { readonly url: string; readonly demo: boolean; readonly first: boolean }): void
  onNote(text: string): void
  onFatal(problem: { readonly code: string; readonly message: string; readonly advice: string }): void
}

/**
 * Holds the data folder and keeps the roles running. It is the only process without work of its own, and imports next
 * to nothing: every child ends when the pipe to it closes, so that its death ends them all.
 */
export class Supervisor {
  readonly #options: ServerOptions
  readonly #events: SupervisorEvents
  readonly #lock: FolderLock
  readonly #roles = new Map<string, Supervised>()
  readonly #jobs = new Map<string, WantedJob>()
  /** Had no data folder before. */
  readonly #first: boolean
  #wanted: readonly WantedJob[] = []
  #url = ''
  #socket = ''
  #readyBefore = false
  #stopping: Promise<void> | null = null

  constructor(options: ServerOptions, events: SupervisorEvents) {
    this.#options = options
    this.#events = events
    this.#first = !existsSync(join(options.dataFolder, 'format'))
    mkdirSync(join(options.dataFolder, 'logs'), { recursive: true, mode: 0o700 })
    const lock = tryLock(join(options.dataFolder, 'lock'))
    if (lock === null) throw errors.fail('MS-7011', { folder: options.dataFolder })
    this.#lock = lock
    this.#add('hub', null, 'hub')
  }

  processes(): ProcessState[] {
    return [...this.#roles.values()].map((role) => role.state())
  }

  /** Ends all processes: those that feed the hub first, the hub last. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    const hub = this.#roles.get('hub')
    await Promise.all([...this.#roles.values()].filter((role) => role !== hub).map((role) => role.stop()))
    await hub?.stop()
    this.#lock.release()
  }

  #add(role: Role, job: string | null, name: string): void {
    if (this.#stopping !== null || this.#roles.has(name)) return
    const supervised = new Supervised({
      role,
      job,
      name,
      logFolder: join(this.#options.dataFolder, 'logs'),
      script: role === 'demo' ? this.#options.demoScript : null,
      environment: () => ({
        // A hub that is started again answers where the first one did.
        [environment.options]: JSON.stringify(
          this.#url === '' ? this.#options : { ...this.#options, port: Number(new URL(this.#url).port) },
        ),
        [environment.socket]: this.#socket,
        [environment.url]: this.#url,
        [environment.job]: job ?? '',
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(this.#options.dataFolder, 'cache'),
      }),
      onMessage: (message) => this.#take(message as ToSupervisor),
      onChange: () => this.#tell(),
      onExit: (reason, code) => {
        if (this.#stopping !== null) return false
        if (role === 'job' && (code === 0 || !this.#jobs.has(job as string))) {
          // It finished, was refused, or nobody wants it any more: the hub decides what comes next.
          this.#roles.delete(name)
          this.#jobs.delete(job as string)
          this.#tell()
          return false
        }
        // Others end with the hub: one line says it for all.
        if (role === 'hub' || this.#hubIsOlderThan(name))
          this.#events.onNote(`${name}: ${reason}; it is started again (${join(this.#options.dataFolder, 'logs', `${name}.log`)})`)
        return true
      },
    })
    this.#roles.set(name, supervised)
    this.#tell()
  }

  #hubIsOlderThan(name: string): boolean {
    const [hub, other] = [this.#roles.get('hub')?.state(), this.#roles.get(name)?.state()]
    return hub?.state === 'running' && other !== undefined && hub.startedAtMs <= other.startedAtMs
  }

  #take(message: ToSupervisor): void {
    switch (message.kind) {
      case 'listening':
        this.#socket = message.socket
        this.#add('olap', null, 'olap')
        this.#add('preview', null, 'preview')
        this.#setJobs(this.#wanted)
        break
      case 'ready':
        this.#url = message.url
        if (message.demo) this.#add('demo', null, 'demo')
        if (!this.#readyBefore) this.#events.onReady({ url: message.url, demo: message.demo, first: this.#first })
        this.#readyBefore = true
        break
      case 'jobs':
        this.#wanted = message.jobs
        // Before the hub listens nobody could join it.
        if (this.#socket !== '') this.#setJobs(message.jobs)
        break
      case 'kill':
        if (this.processes().some((one) => one.processId === message.processId)) process.kill(message.processId, 'SIGKILL')
        break
      case 'fatal':
        this.#events.onFatal(message.problem)
        break
    }
  }

  #setJobs(wanted: readonly WantedJob[]): void {
    const uids = new Set(wanted.map((job) => job.uid))
    for (const [uid] of this.#jobs) {
      if (uids.has(uid)) continue
      this.#jobs.delete(uid)
      const role = this.#roles.get(`job-${uid}`)
      this.#roles.delete(`job-${uid}`)
      void role?.stop()
    }
    for (const job of wanted) {
      const before = this.#jobs.get(job.uid)
      this.#jobs.set(job.uid, job)
      if (before === undefined) this.#add('job', job.uid, `job-${job.uid}`)
      else if (before.revision !== job.revision) this.#roles.get(`job-${job.uid}`)?.restart()
    }
  }

  #tell(): void {
    const message: FromSupervisor = { kind: 'processes', processes: this.processes() }
    this.#roles.get('hub')?.send(message)
  }
}
