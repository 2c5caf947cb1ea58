/**
 * `GET /v1/home`: what flows where, as a graph; `GET /v1/live` (server-sent events): what moves, each second.
 * Ids of nodes are `stream:NAME`, `pipeline:NAME`, `dataset:NAME`, `source:NAME` (producers seen at the edge),
 * with the tenant in front when it is not the caller's: `stream:growth.playback`.
 */
export interface HomeGraph {
  readonly nodes: readonly HomeNode[]
  readonly edges: readonly HomeEdge[]
  readonly server: { readonly version: string; readonly startedAtMs: number; readonly dataFolder: string }
}

export interface HomeNode {
  readonly id: string
  readonly kind: 'source' | 'stream' | 'pipeline' | 'dataset'
  readonly name: string
  readonly state: 'ok' | 'starting' | 'stopped' | 'failed'
  /** One line for people: why it failed, or what it is. */
  readonly note: string | null
}

export interface HomeEdge {
  readonly from: string
  readonly to: string
}

/** `event: live` of the feed; the first has everything, later ones what changed since. Rates are per second over the last few seconds. */
export interface LiveUpdate {
  readonly atMs: number
  /** By edge, `from>to`. */
  readonly edges: Readonly<Record<string, EdgeRate>>
  /** By stream name. */
  readonly ledgers: Readonly<Record<string, LedgerTotals>>
  /** By pipeline name. */
  readonly jobs: Readonly<Record<string, JobSummary>>
  /** By dataset name. */
  readonly datasets: Readonly<Record<string, DatasetSummary>>
  /** The graph changed: read `/v1/home` again. */
  readonly graphChanged: boolean
}

export interface EdgeRate {
  readonly rowsPerSecond: number
  readonly lagRows: number
}

/** received = accepted + rejected (+ duplicates are answered again, not counted twice). */
export interface LedgerTotals {
  readonly received: number
  readonly accepted: number
  readonly rejected: number
  readonly late: number
  readonly balanced: boolean
}

export interface JobSummary {
  readonly state: 'starting' | 'running' | 'finished' | 'failed' | 'stopped'
  readonly watermarkMs: number | null
  /** What holds the watermark, in words. */
  readonly heldBy: string | null
  readonly lagRows: number
  readonly lagMs: number
  readonly checkpointEpoch: number | null
  readonly checkpointAtMs: number | null
  readonly error: { readonly code: string; readonly message: string } | null
}

export interface DatasetSummary {
  /** Events taken in, rows that they became. */
  readonly events: number
  readonly rows: number
  readonly bytes: number
  readonly lagRows: number
  readonly late: number
}
