/** `POST /v1/streams/{stream}/events`: 200 when all rows were accepted, 207 when some were; 422 (a problem with these members) when none was. */
export interface IngestAnswer {
  /** Durable when this is answered. */
  readonly accepted: number
  /** Kept as dead letters. */
  readonly rejected: number
  /** Where the accepted rows stand: offsets `from` (with) to `to` (without). */
  readonly offsets: readonly { readonly partition: number; readonly from: number; readonly to: number }[]
  /** The first few rejected rows. */
  readonly errors: readonly RowError[]
  /** This request had been taken before; the figures are those of then. */
  readonly duplicate?: true
  /** So many sequences of this producer before this one never came. */
  readonly gap?: number
}

export interface RowError {
  /** In the body, from 1. */
  readonly line: number
  readonly column: number
  readonly code: string
  readonly reason: string
}
