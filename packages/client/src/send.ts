import type { IngestAnswer } from './protocol/events.ts'
import { type Connection, MillstreamProblem, request } from './request.ts'

export interface SendOptions {
  /** `application/x-ndjson` unless said: `application/json`, `text/csv`. */
  readonly contentType?: string
  /** A retry with the same key and body counts once. */
  readonly idempotencyKey?: string
  /** Known by id, epoch and sequence instead of a key. */
  readonly producer?: { readonly id: string; readonly epoch: number; readonly sequence: number }
  readonly gzip?: boolean
  readonly signal?: AbortSignal
}

/** Bytes or text as they are, or rows to be written as NDJSON. */
export type Events = Uint8Array | string | readonly Readonly<Record<string, unknown>>[]

/** Sends one body. Rejected rows are in the answer, also when none was accepted; everything else that fails is thrown. */
export async function sendEvents(connection: Connection, stream: string, events: Events, options: SendOptions = {}): Promise<IngestAnswer> {
  const headers: Record<string, string> = { 'content-type': options.contentType ?? 'application/x-ndjson' }
  if (options.idempotencyKey !== undefined) headers['idempotency-key'] = options.idempotencyKey
  if (options.producer !== undefined) {
    headers['millstream-producer-id'] = options.producer.id
    headers['millstream-producer-epoch'] = String(options.producer.epoch)
    headers['millstream-producer-sequence'] = String(options.producer.sequence)
  }
  const text = typeof events === 'string' || events instanceof Uint8Array ? events : events.map((row) => `${rowText(row)}\n`).join('')
  if (options.gzip === true) headers['content-encoding'] = 'gzip'
  const body = (options.gzip === true ? await gzipped(text) : text) as BodyInit
  const signal = options.signal === undefined ? {} : { signal: options.signal }
  try {
    const path = `/v1/streams/${encodeURIComponent(stream)}/events`
    const response = await request(connection, path, { method: 'POST', body, headers, ...signal })
    return (await response.json()) as IngestAnswer
  } catch (error) {
    if (error instanceof MillstreamProblem && error.code === 'MS-4017') {
      const { accepted, rejected, errors, duplicate } = error.body as unknown as IngestAnswer
      return { accepted, rejected, offsets: [], errors, ...(duplicate === true ? { duplicate } : {}) }
    }
    throw error
  }
}

/** A row as JSON text; bigints keep all digits. */
export function rowText(row: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(row)
  } catch (error) {
    // Only bigints need the slow way: their digits go in place of marks that no row can hold.
    const digits: string[] = []
    const mark = `\u0000${Math.random()}:`
    const text = JSON.stringify(row, (_name, value: unknown) => {
      if (typeof value !== 'bigint') return value
      digits.push(String(value))
      return mark + (digits.length - 1)
    })
    if (digits.length === 0) throw error
    return digits.reduce((all, each, index) => all.replace(JSON.stringify(mark + index), each), text)
  }
}

async function gzipped(body: Uint8Array | string): Promise<Uint8Array> {
  const packed = new Blob([body as BlobPart]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(packed).arrayBuffer())
}
