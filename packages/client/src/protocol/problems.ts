/** RFC 9457 problem details with Millstream's code: the body of every error. */
export interface Problem {
  /** `https://millstream.dev/errors/MS-1234`: a name, not a page. */
  readonly type: string
  readonly title: string
  readonly status: number
  /** What happened, to whom, where. */
  readonly detail: string
  readonly code: string
  /** What to do. */
  readonly advice: string
  readonly retry: boolean
  /** Where in the text that was sent. Lines and columns count from 1. */
  readonly place?: {
    readonly line?: number
    readonly column?: number
    readonly endLine?: number
    readonly endColumn?: number
    readonly source?: string
  }
}
