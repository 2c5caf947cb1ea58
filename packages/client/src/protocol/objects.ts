import type { DatasetSummary, JobSummary, LedgerTotals } from './home.ts'

/** Lists: `GET /v1/streams?limit=&cursor=&search=`. `cursor` null: that was all. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly cursor: string | null
}

/** What every object has. `etag` goes into If-Match; PUT without it creates or replaces. */
export interface ObjectHead {
  readonly tenant: string
  readonly name: string
  readonly uid: string
  readonly etag: string
  /** The project whose folder owns it; null: made by hand. */
  readonly project: string | null
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** `PUT /v1/streams/{name}` takes `application/sql`-like JSON: `{"sql": "CREATE TABLE ..."}`. */
export interface StreamObject extends ObjectHead {
  readonly kind: 'stream'
  /** The CREATE TABLE. */
  readonly sql: string
  readonly contractVersion: number
  readonly columns: readonly StreamColumn[]
  readonly watermark: { readonly column: string; readonly expression: string } | null
  readonly primaryKey: readonly string[]
  readonly options: Readonly<Record<string, string>>
  readonly comment: string | null
  readonly partitions: readonly { readonly partition: number; readonly owner: string; readonly end: number }[]
  /** Made by Millstream itself, such as `playback$late`. */
  readonly system: boolean
  readonly ledger: LedgerTotals
}

export interface StreamColumn {
  readonly name: string
  /** As Flink prints it, with NOT NULL. */
  readonly type: string
  readonly kind: 'physical' | 'computed' | 'metadata'
  readonly comment: string | null
}

/** `PUT /v1/pipelines/{name}`: `{"sql": "INSERT INTO ... SELECT ..."}`. */
export interface PipelineObject extends ObjectHead {
  readonly kind: 'pipeline'
  readonly sql: string
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  readonly revision: number
  /** One per INSERT or statement set. */
  readonly jobs: readonly JobObject[]
}

export interface JobObject {
  readonly uid: string
  readonly name: string
  readonly pipeline: string
  readonly revision: number
  readonly attempt: number
  readonly summary: JobSummary
  /** The plan as a graph with what each node has seen. */
  readonly nodes: readonly {
    readonly id: string
    readonly kind: string
    readonly title: string
    readonly inputs: readonly string[]
    readonly rowsIn: number
    readonly rowsOut: number
    readonly lateRows: number
    readonly stateBytes: number
  }[]
  readonly checkpoint: { readonly epoch: number; readonly atMs: number; readonly durationMs: number; readonly bytes: number } | null
}

/** `PUT /v1/datasets/{name}`: the definition as JSON, as in PRODUCT.md's YAML. */
export interface DatasetObject extends ObjectHead {
  readonly kind: 'dataset'
  readonly definition: Readonly<Record<string, unknown>>
  readonly from: string
  readonly dimensions: readonly string[]
  readonly metrics: readonly { readonly name: string; readonly type: string }[]
  readonly summary: DatasetSummary
}

/** `?dryRun=true` of a PUT or DELETE answers this and changes nothing. */
export interface PlannedChange {
  readonly action: 'create' | 'update' | 'delete' | 'unchanged'
  readonly kind: string
  readonly name: string
  /** What changes, a line each. */
  readonly changes: readonly string[]
  /** What it would do to running jobs and their state, a line each. */
  readonly effects: readonly string[]
}
