import { faultPlace } from '../base/fault.ts'
import { limits } from '../base/limits.ts'
import type { Graph } from '../flow/graph.ts'
import type { StatePointer } from '../flow/state/manifest.ts'
import type { FrozenState, StateStore } from '../flow/state/store.ts'
import type { CheckpointRecord, JobAssignment, JobStatus } from '../model/hub.ts'
import type { Account } from './account.ts'
import type { JobHost, JobManifest } from './host.ts'
import type { Sinks } from './sinks.ts'
import type { Sources } from './sources.ts'
import type { StateFiles } from './state-files.ts'

export interface JobParts {
  readonly graph: Graph
  readonly state: StateStore
  readonly files: StateFiles
  readonly sinks: Sinks
  readonly sources: Sources
  readonly account: Account
}

/**
 * Makes checkpoints, one at a time: barrier, freeze and sinks' data at once, the state's file and the hub's commit while
 * processing goes on. They are as far apart as keeps them within a tenth of the job's time.
 */
export class Checkpointer {
  readonly #assignment: JobAssignment
  readonly #host: JobHost
  readonly #parts: JobParts
  #epoch: number
  #pointer: StatePointer | null
  #changed = false
  #standing = true
  #dueAtMs = 0
  #underWay: Promise<void> | null = null
  #failure: unknown = null
  #latest: JobStatus['checkpoint'] = null

  constructor(assignment: JobAssignment, host: JobHost, parts: JobParts) {
    this.#assignment = assignment
    this.#host = host
    this.#parts = parts
    this.#epoch = assignment.restore?.epoch ?? 0
    this.#pointer = (assignment.restore?.manifest as JobManifest | undefined)?.state ?? null
  }

  /** False once the hub refused: another attempt runs. */
  get standing(): boolean {
    return this.#standing
  }

  get latest(): JobStatus['checkpoint'] {
    return this.#latest
  }

  /** There is something that the next checkpoint makes visible. */
  changed(): void {
    this.#changed = true
  }

  /** Starts a checkpoint when it is time. Answers whether this attempt still stands. */
  async whenDue(): Promise<boolean> {
    this.#throwFailure()
    const { clock } = this.#host.ports
    // What ends answers at its end: until then there is nothing to make visible.
    if (this.#assignment.plan.mode === 'batch') return true
    const wanted = this.#changed || this.#parts.sinks.due
    if (wanted && this.#standing && this.#underWay === null && clock.monotonicMs() >= this.#dueAtMs) await this.#begin('running')
    return this.#standing
  }

  /** Waits for the checkpoint under way. */
  async settle(): Promise<boolean> {
    await this.#underWay
    this.#throwFailure()
    return this.#standing
  }

  /** The last checkpoint. finished: all input has ended; stopping: the job goes on from here some day. */
  async last(ending: 'finished' | 'stopping'): Promise<boolean> {
    if (!(await this.settle())) return false
    if (ending === 'stopping' && this.#assignment.plan.mode === 'batch') return true
    await this.#begin(ending)
    return this.settle()
  }

  async #begin(when: 'running' | 'stopping' | 'finished'): Promise<void> {
    const { graph, state, files, sinks, sources, account } = this.#parts
    const { clock } = this.#host.ports
    const startMs = clock.monotonicMs()
    const epoch = this.#epoch + 1
    const { uid, revision, attempt } = this.#assignment
    graph.barrier(epoch)
    await sinks.drain()
    const frozen = state.freeze(files.fileName(attempt, epoch))
    const saved = graph.save()
    const positions = sources.positions()
    const entries = account.take(clock.nowMs())
    this.#changed = false
    const { prepared, ends } = await sinks.prepare(epoch, when !== 'running')
    const pauseMs = clock.monotonicMs() - startMs
    this.#dueAtMs = startMs + Math.max(limits.checkpointIntervalMs, pauseMs * limits.checkpointShareInverse)
    const commit = async (): Promise<void> => {
      if (frozen !== null) this.#pointer = await files.write(frozen)
      const manifest: JobManifest = { version: 1, state: this.#pointer, graph: saved, sinks: prepared, finished: when === 'finished' }
      const record: CheckpointRecord = { job: uid, revision, attempt, epoch, sources: positions, ends, manifest, account: entries }
      faultPlace('checkpoint')
      if (!(await this.#host.checkpoint(record))) {
        this.#standing = false
        return
      }
      this.#epoch = epoch
      await sinks.commit(epoch, prepared)
      await files.collect(this.#pointer?.files ?? [], attempt)
      this.#latest = { epoch, atMs: clock.nowMs(), durationMs: clock.monotonicMs() - startMs, bytes: bytesOf(frozen) }
    }
    this.#underWay = commit()
      .catch((error: unknown) => {
        this.#failure = error
      })
      .finally(() => {
        this.#underWay = null
      })
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure
  }
}

const bytesOf = (frozen: FrozenState | null): number => frozen?.parts.reduce((sum, part) => sum + part.length, 0) ?? 0
