/** A dataset as olap sees it. Metrics, transforms and filters are Druid's JSON as it stands, checked at definition. */
export interface DatasetDescriptor {
  readonly uid: string
  readonly tenant: string
  readonly name: string
  /** The stream it is made of. */
  readonly streamUid: string
  readonly contractVersion: number
  /** The event-time column of the stream. */
  readonly timestampColumn: string
  readonly segmentGranularity: string
  readonly queryGranularity: string
  readonly rollup: boolean
  readonly dimensions: readonly DatasetDimension[]
  readonly metrics: readonly Readonly<Record<string, unknown>>[]
  /** Later rows are dead letters of stage late. Null: no bound. */
  readonly latenessMs: number | null
  readonly retentionMs: number | null
}

export interface DatasetDimension {
  readonly name: string
  readonly column: string
  readonly type: 'string' | 'long' | 'float' | 'double'
}
