import { limits } from '../base/limits.ts'
import type { Ports } from '../base/ports.ts'
import type { Batch } from '../data/batch.ts'
import type { ExpressionMode } from '../flow/build.ts'
import type { Connector } from '../flow/connector.ts'
import { Graph } from '../flow/graph.ts'
import { valuesBatch } from '../flow/operators/values.ts'
import { StateStore } from '../flow/state/store.ts'
import type { NodeStatus } from '../model/hub.ts'
import type { PhysicalPlan, SinkNode } from '../model/plan.ts'
import { connectSource } from './connect.ts'
import { Sources } from './sources.ts'
import { Wakeup } from './wakeup.ts'
import { heldBy, type WindowHint, windowHints } from './why.ts'

/** What asking needs: no hub, no state on disk, nothing written. */
export interface QueryHost {
  readonly ports: Ports
  readonly connectors: readonly Connector[]
  readonly mode: ExpressionMode
}

export interface QueryOptions {
  /** Rows taken in before this (epoch milliseconds) are not read; null: from the beginning. */
  readonly fromMs: number | null
  /** Stops after so many rows of all sinks together. */
  readonly rowsMax: number
  /** Stops after this long; null: when the input ends. */
  readonly durationMs: number | null
  readonly signal: AbortSignal
  /** Rows of a sink, in order; the batch is free again when it resolves. The next rows wait for it. */
  onRows(sink: SinkNode, batch: Batch): void | Promise<void>
  /** How it stands, a few times a second while it runs; for previews. */
  onProgress?(progress: QueryProgress): void
}

export interface QueryProgress {
  readonly watermarkMs: number | null
  readonly heldBy: string | null
  readonly nodes: Readonly<Record<string, NodeStatus>>
  /** Why windows have not fired. */
  readonly windows: readonly WindowHint[]
}

/** end: all input was read. rows, time: a limit was reached. aborted: the signal. */
export type QueryEnd = 'end' | 'rows' | 'time' | 'aborted'

/** Runs a plan for whoever asked: its sinks' rows go to `onRows`, whatever tables they name. */
export async function runQuery(plan: PhysicalPlan, host: QueryHost, options: QueryOptions): Promise<QueryEnd> {
  const query = new Query(plan, host, options)
  try {
    return await query.run()
  } finally {
    await query.close()
  }
}

class Query {
  readonly #plan: PhysicalPlan
  readonly #host: QueryHost
  readonly #options: QueryOptions
  readonly #state = new StateStore()
  readonly #wakeup: Wakeup
  readonly #sources: Sources
  readonly #graph: Graph
  readonly #queue: [sink: SinkNode, batch: Batch][] = []
  readonly #rowsMax: number
  #rows = 0
  #progressAtMs = 0
  #discoverAtMs = 0

  constructor(plan: PhysicalPlan, host: QueryHost, options: QueryOptions) {
    this.#plan = plan
    this.#host = host
    this.#options = options
    this.#rowsMax = Math.min(options.rowsMax, limitOf(plan))
    this.#wakeup = new Wakeup(host.ports.scheduler)
    this.#sources = new Sources({}, () => this.#wakeup.wake())
    this.#graph = new Graph(plan, {
      mode: host.mode,
      state: this.#state,
      sink: (node, batch) => this.#queue.push([node, batch]),
      late: () => {},
    })
  }

  async run(): Promise<QueryEnd> {
    const { clock, scheduler } = this.#host.ports
    const { signal, durationMs } = this.#options
    const stopAtMs = durationMs === null ? Number.POSITIVE_INFINITY : clock.monotonicMs() + durationMs
    signal.addEventListener('abort', () => this.#wakeup.wake())
    await this.#start()
    for (;;) {
      if (signal.aborted) return this.#ended('aborted')
      if (this.#rows >= this.#rowsMax) return this.#ended('rows')
      if (clock.monotonicMs() >= stopAtMs) return this.#ended('time')
      if (this.#sources.allEnded()) return this.#ended('end')
      if (clock.monotonicMs() >= this.#discoverAtMs) await this.#discover()
      const progressed = await this.#round()
      if (clock.monotonicMs() >= this.#progressAtMs) this.#progress()
      if (progressed) await scheduler.turn()
      else if (!this.#sources.allEnded()) await this.#wakeup.sleep(limits.jobIdleTickMs)
    }
  }

  close(): Promise<void> {
    return this.#sources.close()
  }

  async #start(): Promise<void> {
    const nowMs = this.#host.ports.clock.nowMs()
    for (const node of this.#plan.nodes) {
      if (node.kind === 'scan') this.#sources.add(node, connectSource(node, this.#plan, this.#host, this.#options.fromMs))
    }
    await this.#discover()
    for (const node of this.#plan.nodes) {
      if (node.kind !== 'values') continue
      this.#graph.push(node.id, '', valuesBatch(node), nowMs)
      this.#graph.end(node.id, nowMs)
      await this.#drain()
    }
    await this.#endScans()
  }

  async #round(): Promise<boolean> {
    const { clock } = this.#host.ports
    let progressed = false
    for (let i = 0; i < this.#sources.splits.length && !this.#full(); i++) {
      const split = this.#sources.nextReady()
      if (split === null) break
      const answer = await this.#sources.read(split, limits.batchRowsMax)
      if (answer === 'wait') continue
      progressed = true
      if (answer === 'end') this.#graph.endSplit(split.scan.id, split.id)
      else this.#graph.push(split.scan.id, split.id, answer, clock.nowMs())
      await this.#drain()
    }
    for (const { state, scan, id } of this.#sources.splits) if (state === 'waiting') this.#graph.quiet(scan.id, id, clock.nowMs())
    await this.#drain()
    await this.#endScans()
    return progressed
  }

  async #endScans(): Promise<void> {
    for (const scan of this.#sources.takeEnded()) {
      this.#graph.end(scan.id, this.#host.ports.clock.nowMs())
      await this.#drain()
    }
  }

  async #drain(): Promise<void> {
    for (const [sink, batch] of this.#queue.splice(0)) {
      const left = this.#rowsMax - this.#rows
      if (left <= 0) return
      const given = batch.rowCount > left ? batch.slice(0, left) : batch
      this.#rows += given.rowCount
      await this.#options.onRows(sink, given)
    }
  }

  #full(): boolean {
    return this.#rows >= this.#rowsMax || this.#options.signal.aborted
  }

  async #discover(): Promise<void> {
    this.#discoverAtMs = this.#host.ports.clock.monotonicMs() + limits.splitDiscoveryMs
    for (const { scan, id } of await this.#sources.discover()) this.#graph.addSplit(scan.id, id)
  }

  #progress(): void {
    this.#progressAtMs = this.#host.ports.clock.monotonicMs() + limits.previewProgressMs
    this.#options.onProgress?.(this.#report())
  }

  #report(): QueryProgress {
    const nodes: Record<string, NodeStatus> = {}
    for (const { node, rowsIn, rowsOut, lateRows } of this.#graph.nodes()) {
      nodes[node.id] = { rowsIn, rowsOut, lateRows, busyMs: 0, stateBytes: this.#state.bytes(node.id) }
    }
    return { ...heldBy(this.#graph), nodes, windows: windowHints(this.#graph) }
  }

  #ended(end: QueryEnd): QueryEnd {
    this.#options.onProgress?.(this.#report())
    return end
  }
}

/** Of a plan whose one answer ends with a LIMIT: no row comes behind it. */
function limitOf(plan: PhysicalPlan): number {
  const sinks = plan.nodes.filter((node) => node.kind === 'sink')
  const last = plan.nodes.find((node) => node.id === sinks[0]?.input)
  const limit = sinks.length === 1 && last?.kind === 'sort-limit' ? last.limit : null
  return limit ?? Number.POSITIVE_INFINITY
}
