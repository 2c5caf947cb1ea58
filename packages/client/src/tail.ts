import { type Connection, MillstreamProblem, request, serverSentEvents } from './request.ts'

export interface TailOptions {
  /** SQL over the stream's columns. */
  readonly where?: string
  /** ISO-8601, `earliest`, `latest`, or a duration back such as `10 min`. */
  readonly from?: string
  readonly partition?: number
  /** Ends at the committed end instead of going on. */
  readonly follow?: boolean
  readonly limit?: number
  /** The `cursor` of the last row that was seen. */
  readonly after?: string
  readonly signal?: AbortSignal
}

export interface TailedRow {
  /** Where to go on: `TailOptions.after`. */
  readonly cursor: string | null
  readonly row: Readonly<Record<string, unknown>>
}

const reconnectMs = 500

/** Rows of a stream as they are committed. A connection that breaks is made again, and goes on after the last row. */
export async function* tailEvents(connection: Connection, stream: string, options: TailOptions = {}): AsyncGenerator<TailedRow> {
  const { where, from, partition, follow = true, signal } = options
  let left = options.limit ?? Number.POSITIVE_INFINITY
  let after = options.after ?? null
  while (left > 0) {
    const headers: Record<string, string> = { accept: 'text/event-stream' }
    if (after !== null) headers['last-event-id'] = after
    const query = queryText({ where, from, partition, limit: Number.isFinite(left) ? left : undefined, follow })
    try {
      const path = `/v1/streams/${encodeURIComponent(stream)}/events${query}`
      const response = await request(connection, path, { headers, ...(signal === undefined ? {} : { signal }) })
      for await (const event of serverSentEvents(response)) {
        if (event.event === 'problem') throw new MillstreamProblem(JSON.parse(event.data))
        if (event.event !== 'message') continue
        after = event.id
        left--
        yield { cursor: event.id, row: JSON.parse(event.data) as TailedRow['row'] }
      }
      if (!follow) return
    } catch (error) {
      // Before the first row there is nothing to go on after: whoever asked is told.
      if (!follow || after === null || signal?.aborted === true || error instanceof MillstreamProblem) throw error
    }
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, reconnectMs))
  }
}

export function queryText(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value !== '') query.set(name, String(value))
  return query.size === 0 ? '' : `?${query}`
}
