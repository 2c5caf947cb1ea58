import { MillstreamError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { Graph } from '../flow/graph.ts'
import type { StateStore } from '../flow/state/store.ts'
import type { JobAssignment, JobStatus, NodeStatus } from '../model/hub.ts'
import type { JobEnd, JobHost } from './host.ts'
import type { Sources } from './sources.ts'
import { heldBy } from './why.ts'

/** Tells the hub how the job does, about once a second while that changes. */
export class StatusReporter {
  readonly #assignment: JobAssignment
  readonly #host: JobHost
  readonly #graph: Graph
  readonly #state: StateStore
  readonly #sources: Sources
  readonly #checkpoint: () => JobStatus['checkpoint']
  #nextMs = Number.NEGATIVE_INFINITY
  #last = ''

  constructor(
    assignment: JobAssignment,
    host: JobHost,
    parts: { readonly graph: Graph; readonly state: StateStore; readonly sources: Sources },
    checkpoint: () => JobStatus['checkpoint'],
  ) {
    this.#assignment = assignment
    this.#host = host
    this.#graph = parts.graph
    this.#state = parts.state
    this.#sources = parts.sources
    this.#checkpoint = checkpoint
  }

  report(): void {
    const nowMs = this.#host.ports.clock.monotonicMs()
    if (nowMs < this.#nextMs) return
    this.#nextMs = nowMs + limits.jobStatusIntervalMs
    this.#send('running', null)
  }

  end(end: JobEnd): void {
    if (end === 'finished') this.#send('finished', null)
  }

  failed(error: unknown): void {
    this.#send('failed', errorOf(error))
  }

  #send(state: JobStatus['state'], error: JobStatus['error']): void {
    const nodes: Record<string, NodeStatus> = {}
    for (const { node, rowsIn, rowsOut, lateRows } of this.#graph.nodes()) {
      nodes[node.id] = { rowsIn, rowsOut, lateRows, busyMs: 0, stateBytes: this.#state.bytes(node.id) }
    }
    const { rows, sinceMs } = this.#lag()
    const lagMs = sinceMs === null ? 0 : Math.max(0, this.#host.ports.clock.nowMs() - sinceMs)
    const { uid: job, attempt } = this.#assignment
    const held = heldBy(this.#graph)
    const status: JobStatus = { job, attempt, state, ...held, lagRows: rows, lagMs, checkpoint: this.#checkpoint(), nodes, error }
    const text = JSON.stringify(status)
    if (text === this.#last) return
    this.#last = text
    this.#host.status(status)
  }

  #lag(): { rows: number; sinceMs: number | null } {
    let rows = 0
    let sinceMs: number | null = null
    for (const { reader } of this.#sources.splits) {
      const lag = reader.lag?.()
      if (lag === undefined) continue
      rows += lag.rows
      if (lag.sinceMs !== null && (sinceMs === null || lag.sinceMs < sinceMs)) sinceMs = lag.sinceMs
    }
    return { rows, sinceMs }
  }
}

/** The status of a job that failed before it ran. */
export function failedStatus({ uid: job, attempt }: JobAssignment, error: unknown): JobStatus {
  const nothing = { watermarkMs: null, heldBy: null, lagRows: 0, lagMs: 0, checkpoint: null, nodes: {} }
  return { job, attempt, state: 'failed', ...nothing, error: errorOf(error) }
}

function errorOf(error: unknown): NonNullable<JobStatus['error']> {
  const code = error instanceof MillstreamError ? error.code : 'MS-7001'
  return { code, message: error instanceof Error ? error.message : String(error) }
}
