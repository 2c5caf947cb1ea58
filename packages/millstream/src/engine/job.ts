import { limits } from '../base/limits.ts'
import type { Batch } from '../data/batch.ts'
import { Graph } from '../flow/graph.ts'
import { valuesBatch } from '../flow/operators/values.ts'
import { StateStore } from '../flow/state/store.ts'
import type { JobAssignment } from '../model/hub.ts'
import type { PlanNode } from '../model/plan.ts'
import { Account } from './account.ts'
import { Checkpointer } from './checkpointer.ts'
import { connectSinks, connectSource, lateSinkName } from './connect.ts'
import { deadLetters } from './dead-letters.ts'
import type { JobEnd, JobHost, JobManifest } from './host.ts'
import type { Sinks } from './sinks.ts'
import { Sources, type Split } from './sources.ts'
import { StateFiles } from './state-files.ts'
import { failedStatus, StatusReporter } from './status.ts'
import { Wakeup } from './wakeup.ts'

/**
 * Runs a job until its input ends, `stop` fires, or the hub refuses a checkpoint. Rows are pulled from the splits in
 * turn and pushed through the graph; what they did becomes visible with the next checkpoint, exactly once.
 */
export async function runJob(assignment: JobAssignment, host: JobHost, stop: AbortSignal): Promise<JobEnd> {
  const job = openJob(assignment, host)
  try {
    return await job.run(stop)
  } catch (error) {
    job.failed(error)
    throw error
  } finally {
    await job.close()
  }
}

/** A job that cannot even be put together says so to the hub too. */
function openJob(assignment: JobAssignment, host: JobHost): Job {
  try {
    return new Job(assignment, host)
  } catch (error) {
    host.status(failedStatus(assignment, error))
    throw error
  }
}

class Job {
  readonly #assignment: JobAssignment
  readonly #host: JobHost
  readonly #state = new StateStore()
  readonly #sinks: Sinks
  readonly #sources: Sources
  readonly #wakeup: Wakeup
  readonly #account: Account
  readonly #files: StateFiles
  readonly #late: [node: PlanNode, batch: Batch][] = []
  readonly #graph: Graph
  readonly #checkpointer: Checkpointer
  readonly #status: StatusReporter
  #discoverAtMs = 0

  constructor(assignment: JobAssignment, host: JobHost) {
    this.#assignment = assignment
    this.#host = host
    this.#wakeup = new Wakeup(host.ports.scheduler)
    this.#sinks = connectSinks(assignment, host)
    this.#sources = new Sources(assignment.restore?.sources ?? {}, () => this.#wakeup.wake())
    this.#account = new Account(assignment.uid)
    this.#files = new StateFiles(host.ports.storage, host.dataFolder, assignment.uid)
    this.#graph = new Graph(assignment.plan, {
      mode: host.mode,
      state: this.#state,
      sink: (node, batch) => this.#sinks.queue(node.id, batch),
      late: (node, batch) => this.#late.push([node, batch]),
    })
    const parts = {
      graph: this.#graph,
      state: this.#state,
      files: this.#files,
      sinks: this.#sinks,
      sources: this.#sources,
      account: this.#account,
    }
    this.#checkpointer = new Checkpointer(assignment, host, parts)
    this.#status = new StatusReporter(assignment, host, parts, () => this.#checkpointer.latest)
  }

  async run(stop: AbortSignal): Promise<JobEnd> {
    stop.addEventListener('abort', () => this.#wakeup.wake())
    const manifest = (this.#assignment.restore?.manifest ?? null) as JobManifest | null
    await this.#restore(manifest)
    if (manifest?.finished === true) return this.#ended('finished')
    await this.#start(manifest === null)
    while (!stop.aborted) {
      if (await this.#round()) continue
      if (this.#sources.allEnded()) return this.#ended((await this.#checkpointer.last('finished')) ? 'finished' : 'refused')
      if (!this.#checkpointer.standing) return this.#ended('refused')
      await this.#wakeup.sleep(limits.jobIdleTickMs)
    }
    return this.#ended(await this.#stop())
  }

  /** When the last checkpoint fails (the hub may be gone already), what came since the one before is read again. */
  async #stop(): Promise<JobEnd> {
    try {
      return (await this.#checkpointer.last('stopping')) ? 'stopped' : 'refused'
    } catch {
      return 'stopped'
    }
  }

  failed(error: unknown): void {
    this.#status.failed(error)
  }

  async close(): Promise<void> {
    await this.#checkpointer.settle().catch(() => {})
    await this.#sources.close()
    await this.#sinks.close()
  }

  async #restore(manifest: JobManifest | null): Promise<void> {
    if (manifest === null) {
      await this.#sinks.abort()
      return
    }
    if (manifest.state !== null) await this.#files.restore(manifest.state, this.#state)
    this.#graph.restore(manifest.graph)
    await this.#sinks.commit(this.#assignment.restore?.epoch ?? 0, manifest.sinks)
    await this.#sinks.abort()
  }

  async #start(fresh: boolean): Promise<void> {
    for (const node of this.#assignment.plan.nodes) {
      if (node.kind === 'scan') this.#sources.add(node, connectSource(node, this.#assignment.plan, this.#host))
    }
    await this.#discover()
    for (const node of this.#assignment.plan.nodes) {
      if (node.kind !== 'values') continue
      const nowMs = this.#host.ports.clock.nowMs()
      if (fresh) this.#graph.push(node.id, '', valuesBatch(node), nowMs)
      this.#graph.end(node.id, nowMs)
      await this.#drain()
    }
  }

  /** One batch of every split that may have one. Answers whether there was any. */
  async #round(): Promise<boolean> {
    const { clock, scheduler } = this.#host.ports
    let progressed = false
    if (clock.monotonicMs() >= this.#discoverAtMs) await this.#discover()
    for (let i = 0; i < this.#sources.splits.length; i++) {
      const split = this.#sources.nextReady()
      if (split === null) break
      const answer = await this.#sources.read(split, limits.batchRowsMax)
      if (answer === 'end') {
        this.#graph.endSplit(split.scan.id, split.id)
        await this.#drain()
        progressed = true
      } else if (answer !== 'wait') {
        await this.#push(split, answer)
        progressed = true
      }
      if (!(await this.#checkpointer.whenDue())) return false
    }
    await this.#endScans()
    this.#noteQuiet()
    await this.#drain()
    await this.#checkpointer.whenDue()
    this.#status.report()
    if (progressed) await scheduler.turn()
    return progressed && this.#checkpointer.standing
  }

  async #push(split: Split, batch: Batch): Promise<void> {
    const to = split.reader.position()
    const from = typeof to === 'number' ? to - batch.rowCount : null
    const pushed = this.#graph.push(split.scan.id, split.id, batch, this.#host.ports.clock.nowMs())
    this.#account.add(split.scan, split.id, from, to, batch.rowCount, pushed)
    this.#checkpointer.changed()
    await this.#drain(split, from)
  }

  async #drain(split: Split | null = null, from: number | null = null): Promise<void> {
    if (this.#late.length > 0) {
      if (this.#assignment.lateOutput !== null) {
        for (const [node, batch] of this.#late) {
          this.#sinks.queue(lateSinkName, deadLetters(batch, node, this.#assignment.uid, split, from))
        }
      }
      this.#late.length = 0
    }
    if (!this.#sinks.waiting) return
    this.#checkpointer.changed()
    await this.#sinks.drain()
  }

  async #endScans(): Promise<void> {
    for (const scan of this.#sources.takeEnded()) {
      this.#graph.end(scan.id, this.#host.ports.clock.nowMs())
      await this.#drain()
    }
  }

  /** Splits that give nothing: after their idle timeout they do not hold the watermark. */
  #noteQuiet(): void {
    const nowMs = this.#host.ports.clock.nowMs()
    for (const { state, scan, id } of this.#sources.splits) if (state === 'waiting') this.#graph.quiet(scan.id, id, nowMs)
  }

  async #discover(): Promise<void> {
    this.#discoverAtMs = this.#host.ports.clock.monotonicMs() + limits.splitDiscoveryMs
    for (const { scan, id } of await this.#sources.discover()) this.#graph.addSplit(scan.id, id)
  }

  #ended(end: JobEnd): JobEnd {
    this.#status.end(end)
    return end
  }
}
