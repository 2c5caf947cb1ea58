import type { DatasetSummary, EdgeRate, HomeEdge, HomeGraph, HomeNode, JobSummary, LedgerTotals, LiveUpdate } from '@millstream/client'
import { limits } from '../../base/limits.ts'
import type { Principal } from '../../control/allow.ts'
import { type DatasetSpec, keys, type LedgerMinute, type PipelineSpec, type StreamSpec } from '../../control/records.ts'
import type { CountedStatus } from '../dataset-status.ts'
import { answerWithin } from './answer-within.ts'
import type { HubState } from './state.ts'
import { datasetSummary, jobSummary, ledgerTotals, rowsIn } from './views.ts'

interface Sample {
  readonly atMs: number
  /** Rows that ever went over an edge. */
  readonly counts: Readonly<Record<string, number>>
}

/** The feed of the pages: each second what moved, for all pages of a tenant from one look at the state. */
export class LiveFeed {
  readonly #hub: HubState
  readonly #listeners = new Set<{ readonly tenant: string; listener: (update: LiveUpdate) => void; seen: LiveUpdate | null }>()
  readonly #samples = new Map<string, Sample[]>()
  #graphs = new Map<string, string>()
  #timer: { cancel(): void } | null = null

  constructor(hub: HubState) {
    this.#hub = hub
  }

  subscribe(principal: Principal, listener: (update: LiveUpdate) => void): () => void {
    const entry = { tenant: principal.tenant, listener, seen: null }
    this.#listeners.add(entry)
    this.#run()
    return () => this.#listeners.delete(entry)
  }

  close(): void {
    this.#timer?.cancel()
    this.#listeners.clear()
  }

  graph(tenant: string): HomeGraph {
    const { catalogue, version, startedAtMs, options, jobs } = this.#hub
    const nodes: HomeNode[] = []
    const edges: HomeEdge[] = []
    for (const record of catalogue.all<StreamSpec>('stream', tenant)) {
      if (record.spec.system && rowsIn(this.#hub, record) === 0) continue
      const { contract, system } = record.spec
      const note = contract.comment ?? (system ? 'dead letters' : null)
      nodes.push({ id: `stream:${record.name}`, kind: 'stream', name: record.name, state: 'ok', note })
      const { accepted, rejected } = this.#hub.totals.of({ ...record, contract, partitions: record.spec.partitions })
      if (accepted + rejected === 0 || system) continue
      nodes.push({ id: `source:${record.name}`, kind: 'source', name: `HTTP to ${record.name}`, state: 'ok', note: null })
      edges.push({ from: `source:${record.name}`, to: `stream:${record.name}` })
    }
    const streams = new Set(nodes.map((node) => node.id))
    for (const record of catalogue.all<PipelineSpec>('pipeline', tenant)) {
      const summaries = record.spec.jobs.flatMap((uid) => {
        const job = jobs.get(uid)
        return job === null ? [] : [jobSummary(this.#hub, job)]
      })
      nodes.push({ id: `pipeline:${record.name}`, kind: 'pipeline', name: record.name, ...stateOf(summaries) })
      for (const name of record.spec.reads)
        if (streams.has(`stream:${name}`)) edges.push({ from: `stream:${name}`, to: `pipeline:${record.name}` })
      for (const name of record.spec.writes)
        if (streams.has(`stream:${name}`)) edges.push({ from: `pipeline:${record.name}`, to: `stream:${name}` })
    }
    for (const record of catalogue.all<DatasetSpec>('dataset', tenant)) {
      const status = this.#hub.datasets.get(record.uid)
      const state = status === undefined ? 'starting' : status.state === 'failed' ? 'failed' : 'ok'
      nodes.push({ id: `dataset:${record.name}`, kind: 'dataset', name: record.name, state, note: status?.error?.message ?? null })
      const from = this.#hub.told.byUid(record.spec.descriptor.streamUid)?.name
      if (from !== undefined) edges.push({ from: `stream:${from}`, to: `dataset:${record.name}` })
    }
    return { nodes, edges, server: { version, startedAtMs, dataFolder: options.dataFolder } }
  }

  /** A page that cannot be served takes nothing else with it. */
  #run(): void {
    this.#timer?.cancel()
    this.#timer = null
    this.#tick()
      .catch((error: unknown) => this.#hub.log.error('the feed of the pages failed', error))
      .finally(() => {
        if (this.#listeners.size > 0) this.#timer ??= this.#hub.ports.scheduler.after(limits.liveIntervalMs, () => this.#run())
      })
  }

  async #tick(): Promise<void> {
    if (this.#listeners.size === 0) return
    await this.refreshDatasets()
    const tenants = new Set([...this.#listeners].map(({ tenant }) => tenant))
    for (const tenant of tenants) {
      const update = this.#look(tenant)
      const graph = JSON.stringify(this.graph(tenant))
      const graphChanged = this.#graphs.get(tenant) !== undefined && this.#graphs.get(tenant) !== graph
      this.#graphs.set(tenant, graph)
      for (const entry of this.#listeners) {
        if (entry.tenant !== tenant) continue
        entry.listener(entry.seen === null ? update : { ...changesSince(entry.seen, update), graphChanged })
        entry.seen = update
      }
    }
  }

  /** What olap says of the datasets; kept as it was while olap does not answer. Answers whether it did. */
  async refreshDatasets(): Promise<boolean> {
    const { children, datasets } = this.#hub
    try {
      const olap = children.of('olap')
      if (olap === null) return false
      const statuses = await answerWithin('olap', limits.partAnswerMs, olap.request<readonly CountedStatus[]>('olap.status', {}))
      datasets.clear()
      for (const status of statuses) datasets.set(status.uid, status)
      return true
    } catch {
      // The next look asks the olap process that comes after it.
      return false
    }
  }

  #look(tenant: string): LiveUpdate {
    const { catalogue, jobs, ports } = this.#hub
    const ledgers: Record<string, LedgerTotals> = {}
    const summaries: Record<string, JobSummary> = {}
    const datasets: Record<string, DatasetSummary> = {}
    const counts: Record<string, number> = {}
    const lags: Record<string, number> = {}
    for (const record of catalogue.all<StreamSpec>('stream', tenant)) {
      const totals = ledgerTotals(this.#hub, record)
      ledgers[record.name] = totals
      counts[`source:${record.name}>stream:${record.name}`] = totals.received
    }
    for (const record of catalogue.all<PipelineSpec>('pipeline', tenant)) {
      for (const uid of record.spec.jobs) {
        const job = jobs.get(uid)
        if (job === null) continue
        const summary = jobSummary(this.#hub, job)
        if (!Object.hasOwn(summaries, record.name) || summaries[record.name]?.state === 'running') summaries[record.name] = summary
        for (const name of record.spec.reads) {
          const edge = `stream:${name}>pipeline:${record.name}`
          counts[edge] = (counts[edge] ?? 0) + this.#taken(tenant, name, `job:${uid}`)
          lags[edge] = Math.max(lags[edge] ?? 0, summary.lagRows)
        }
        for (const { streamUid, partition } of Object.values(job.outputs)) {
          const name = this.#hub.told.byUid(streamUid)?.name
          const edge = `pipeline:${record.name}>stream:${name}`
          counts[edge] = (counts[edge] ?? 0) + this.#hub.told.end(streamUid, partition)
        }
      }
    }
    for (const record of catalogue.all<DatasetSpec>('dataset', tenant)) {
      const summary = datasetSummary(this.#hub, record.uid)
      datasets[record.name] = summary
      const edge = `stream:${this.#hub.told.byUid(record.spec.descriptor.streamUid)?.name}>dataset:${record.name}`
      counts[edge] = summary.events
      lags[edge] = summary.lagRows
    }
    const atMs = ports.clock.nowMs()
    return { atMs, edges: this.#rates(tenant, { atMs, counts }, lags), ledgers, jobs: summaries, datasets, graphChanged: false }
  }

  #rates(tenant: string, now: Sample, lags: Readonly<Record<string, number>>): Record<string, EdgeRate> {
    const samples = [...(this.#samples.get(tenant) ?? []).filter(({ atMs }) => now.atMs - atMs < 30_000), now].slice(
      -1 - limits.rateSamples,
    )
    this.#samples.set(tenant, samples)
    const first = samples[0] as Sample
    const seconds = (now.atMs - first.atMs) / 1000
    return Object.fromEntries(
      Object.entries(now.counts).map(([edge, count]) => {
        const before = first.counts[edge] ?? 0
        return [edge, { rowsPerSecond: seconds <= 0.2 ? 0 : Math.max(0, Math.round((count - before) / seconds)), lagRows: lags[edge] ?? 0 }]
      }),
    )
  }

  /** Rows that a hop has taken from a stream, as its account says. */
  #taken(tenant: string, stream: string, hop: string): number {
    const uid = this.#hub.told.byName(tenant, stream)?.uid
    if (uid === undefined) return 0
    const total = this.#hub.catalogue.records.get<LedgerMinute>(keys.total(uid, hop))?.value
    return Object.values(total?.partitions ?? {}).reduce((sum, one) => sum + one.in, 0)
  }
}

function stateOf(summaries: readonly JobSummary[]): Pick<HomeNode, 'state' | 'note'> {
  const failed = summaries.find((summary) => summary.state === 'failed')
  if (failed !== undefined) return { state: 'failed', note: failed.error?.message ?? null }
  const quiet = summaries.every((summary) => summary.state === 'stopped' || summary.state === 'finished')
  if (quiet) return { state: 'stopped', note: summaries.some((summary) => summary.state === 'finished') ? 'finished' : null }
  return { state: summaries.some((summary) => summary.state === 'starting') ? 'starting' : 'ok', note: null }
}

function changesSince(before: LiveUpdate, now: LiveUpdate): LiveUpdate {
  const changed = <T>(old: Readonly<Record<string, T>>, fresh: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(fresh).filter(([name, value]) => JSON.stringify(old[name]) !== JSON.stringify(value)))
  return {
    ...now,
    edges: changed(before.edges, now.edges),
    ledgers: changed(before.ledgers, now.ledgers),
    jobs: changed(before.jobs, now.jobs),
    datasets: changed(before.datasets, now.datasets),
  }
}
