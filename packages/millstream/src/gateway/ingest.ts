import type { IncomingMessage, ServerResponse } from 'node:http'
import { errors } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { ProducerMark, RejectedRow } from '../log/log.ts'
import { appendRows, type Placed, type Rows } from './append.ts'
import { type BodyMemory, readBody } from './body.ts'
import { type EventBody, eventBody } from './content-type.ts'
import type { GatewayHost } from './host.ts'
import { futureReason, futureRows } from './max-future.ts'
import { answerProblem } from './problem.ts'
import { markOf, type Sender, senderOf } from './producer-mark.ts'
import { rowSource } from './row-source.ts'
import { securityHeaders } from './security-headers.ts'
import type { SequenceGaps } from './sequence-gaps.ts'
import type { StreamEdge } from './stream-edge.ts'

/** What the ingest route keeps from request to request. */
export interface IngestState {
  readonly memory: BodyMemory
  readonly gaps: SequenceGaps
}

/** `POST /v1/streams/{stream}/events`: body -> contract -> log -> answer. What the answer counts is durable. */
export async function ingest(
  host: GatewayHost,
  state: IngestState,
  edge: StreamEdge,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const startedMs = host.ports.clock.monotonicMs()
  const { stream } = edge
  if (edge.partitions.length === 0) {
    throw errors.fail('MS-4019', { stream: stream.name, reason: 'only jobs of Millstream write it' })
  }
  const body = eventBody(request.headers['content-type'])
  if (body === null) throw errors.fail('MS-4016', {})
  const over = host.overQuota(stream, Number(request.headers['content-length'] ?? 0))
  if (over !== null) {
    response.setHeader('retry-after', String(Math.ceil(over.retryAfterMs / 1000)))
    throw errors.fail('MS-4006', { stream: stream.name, quota: over.quota })
  }
  const sender = senderOf(request.headers)
  const read = await readBody(request, state.memory)
  if (read === null) return
  const bytes = read.bytes.length
  let rows: Rows
  let mark: ProducerMark | null
  try {
    rows = scan(host, edge, read.bytes, body)
    mark = sender === null ? null : markOf(sender, read.bytes)
  } finally {
    read.release()
  }
  if (rows.batch.rowCount === 0 && rows.rejected.length === 0) throw errors.fail('MS-4016', {})
  const placed = await appendRows(host, edge, sender, mark, rows)
  const total = totals(placed)
  answer(response, placed, rows, total, gapOf(state, stream.uid, sender, total))
  if (total.duplicate) return
  const { accepted, rejected } = total
  host.onIngest({ stream, accepted, rejected, bytes, durationMs: host.ports.clock.monotonicMs() - startedMs })
}

function scan(host: GatewayHost, edge: StreamEdge, bytes: Uint8Array, body: EventBody): Rows {
  const { batch, rejected } = edge.scan(bytes, body)
  const bound = edge.future
  const ahead = bound === null ? null : futureRows(batch, bound, host.ports.clock.nowMs())
  if (bound === null || ahead === null) return { batch, rejected, refused: null }
  const source = rowSource(bytes, body, batch, rejected)
  const letters = Array.from(ahead, (row): RejectedRow => ({ ...source(row), ...futureReason(batch, bound, row) }))
  return { batch, rejected, refused: { rows: ahead, letters } }
}

interface Totals {
  accepted: number
  rejected: number
  duplicate: boolean
}

function totals(placed: readonly Placed[]): Totals {
  const sum: Totals = { accepted: 0, rejected: 0, duplicate: true }
  for (const { appended } of placed) {
    sum.accepted += appended.accepted
    sum.rejected += appended.rejected
    sum.duplicate &&= appended.duplicate
  }
  return sum
}

function gapOf(state: IngestState, uid: string, sender: Sender | null, { duplicate }: Totals): number {
  if (sender?.kind !== 'sequence' || duplicate) return 0
  return state.gaps.take(uid, sender)
}

const ownHeaders: readonly string[] = ['content-type', 'application/json']
/** Made once, for the hot path; a foreign page that may write has its security headers already. */
const answerHeaders: readonly string[] = [...securityHeaders.flat(), ...ownHeaders]

/** 200: all accepted. 207: some. 422: none. `gap`: sequences before this one that never came. */
function answer(response: ServerResponse, placed: readonly Placed[], rows: Rows, total: Totals, gap: number): void {
  const { accepted, rejected, duplicate } = total
  const described = rejected === 0 ? [] : described10(rows)
  if (accepted === 0 && rejected > 0) {
    const error = errors.fail('MS-4017', { rejected, first: described[0]?.reason ?? 'see the dead letters of the stream' })
    answerProblem(response, error, { accepted, rejected, duplicate, errors: described })
    return
  }
  let offsets = ''
  for (const { partition, appended } of placed) {
    if (appended.accepted === 0) continue
    offsets += `${offsets === '' ? '' : ','}{"partition":${partition},"from":${appended.offset},"to":${appended.offset + appended.accepted}}`
  }
  let text = `{"accepted":${accepted},"rejected":${rejected},"offsets":[${offsets}],"errors":${JSON.stringify(described)}`
  if (duplicate) text += ',"duplicate":true'
  if (gap > 0) text += `,"gap":${gap}`
  text += '}\n'
  const headers = response.hasHeader('x-content-type-options') ? ownHeaders : answerHeaders
  response.writeHead(rejected === 0 ? 200 : 207, [...headers, 'content-length', String(Buffer.byteLength(text))])
  response.end(text)
}

interface Described {
  readonly line: number
  readonly column: number
  readonly code: string
  readonly reason: string
}

function described10(rows: Rows): Described[] {
  const first = [...rows.rejected.slice(0, limits.answerErrorsMax), ...(rows.refused?.letters.slice(0, limits.answerErrorsMax) ?? [])]
  return first
    .sort((a, b) => a.line - b.line)
    .slice(0, limits.answerErrorsMax)
    .map(({ line, column, code, reason }) => ({ line, column, code, reason }))
}
