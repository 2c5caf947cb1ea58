import type { Problem } from './problems.ts'

/**
 * `POST /v1/sql` (a SELECT that ends) and `POST /v1/preview` (a SELECT or a whole pipeline, sinks swapped, rows as they come)
 * take this and answer NDJSON, a `SqlMessage` a line; a failure before the first line is a problem with its status.
 */
export interface SqlRequest {
  readonly sql: string
  /** Chosen by the tables in FROM unless given. */
  readonly dialect?: 'flink' | 'druid'
  /** Where streams are read from: ISO-8601 time, `earliest`, or a duration back such as `10 min` (the default). */
  readonly from?: string
  readonly parameters?: readonly unknown[]
  /** Preview: ends after so many rows or seconds. */
  readonly limit?: number
  readonly seconds?: number
}

export type SqlMessage =
  | {
      readonly type: 'schema'
      readonly dialect: 'flink' | 'druid'
      readonly columns: readonly { readonly name: string; readonly type: string }[]
    }
  /** Rows as arrays in column order; `kinds` (+I -U +U -D by row) only where there is something but inserts. */
  | { readonly type: 'rows'; readonly rows: readonly (readonly unknown[])[]; readonly kinds?: readonly string[]; readonly sink?: string }
  /** Preview: why a window has not fired, and what each node has seen. */
  | {
      readonly type: 'progress'
      readonly watermarkMs: number | null
      readonly heldBy: string | null
      readonly waiting: string | null
      readonly nodes: Readonly<Record<string, { readonly rowsIn: number; readonly rowsOut: number }>>
    }
  | { readonly type: 'problem'; readonly problem: Problem }
  | { readonly type: 'end'; readonly rows: number; readonly durationMs: number }
