import { hash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { errors } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { ProducerMark } from '../log/log.ts'
import { type RejectedAt, readRejected } from '../log/read-rejected.ts'
import { appendRows } from './append.ts'
import { type BodyMemory, readBody } from './body.ts'
import type { GatewayHost } from './host.ts'
import { futureRows } from './max-future.ts'
import { parameter } from './query.ts'
import type { Redriven } from './redriven.ts'
import type { StreamEdge } from './stream-edge.ts'

interface Which {
  /** Null: all that were not redriven yet. */
  readonly ids: ReadonlyMap<number, ReadonlySet<number>> | null
}

/**
 * `POST /v1/streams/{stream}/redrive`: dead letters of the edge are read again under the present contract, and those
 * that it takes now are appended, once each. The rest stay what they are.
 */
export async function redrive(
  host: GatewayHost,
  redriven: Redriven,
  memory: BodyMemory,
  edge: StreamEdge,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, memory)
  if (body === null) return
  let which: Which
  try {
    which = whichOf(new TextDecoder().decode(body.bytes))
  } finally {
    body.release()
  }
  let accepted = 0
  let rejected = 0
  for (const { partition } of edge.stream.partitions) {
    const wanted = which.ids?.get(partition)
    const writer = host.writer(edge.stream.uid, partition)
    if (writer === null || (which.ids !== null && wanted === undefined)) continue
    const ends = { end: writer.end(), rejectedEnd: writer.rejectedEnd() }
    let from = wanted === undefined ? 0 : Math.min(...wanted)
    for (;;) {
      const page = await readRejected(host.ports.storage, '', edge.stream, partition, {
        ...ends,
        from,
        rowsMax: limits.deadLettersPageMax,
        bytesMax: limits.requestBytesMax,
      })
      const last = page.at(-1)
      if (last === undefined) break
      from = last.number + 1
      const isRedriven = await redriven.of(edge.stream.uid, partition)
      const letters = page.filter(({ number }) => (wanted === undefined || wanted.has(number)) && !isRedriven(number))
      const taken = (await Promise.all(letters.map((letter) => again(host, edge, letter)))).filter((number) => number !== null)
      await redriven.add(edge.stream.uid, partition, taken)
      accepted += taken.length
      rejected += letters.length - taken.length
      if (from >= ends.rejectedEnd) break
    }
  }
  response.setHeader('content-type', 'application/json')
  response.end(`${JSON.stringify({ accepted, rejected })}\n`)
}

/** Its number when it is in the log now; null when the contract still refuses it. */
async function again(host: GatewayHost, edge: StreamEdge, letter: RejectedAt): Promise<number | null> {
  const { bytes } = letter.row
  const { batch, rejected } = edge.scan(bytes, bytes.includes(10) ? 'json' : 'ndjson')
  if (batch.rowCount !== 1 || rejected.length > 0) return null
  if (edge.future !== null && futureRows(batch, edge.future, host.ports.clock.nowMs()) !== null) return null
  // The mark is made from the letter's place for life: a redrive that is repeated after a crash meets it in the log.
  const keyHash = hash('sha256', `redrive/${edge.stream.uid}/${letter.partition}/${letter.number}`, 'hex')
  const mark: ProducerMark = { kind: 'key', keyHash, bodyHash: hash('sha256', bytes, 'hex') }
  await appendRows(host, edge, { kind: 'key', keyHash }, mark, { batch, rejected: [], refused: null })
  return letter.number
}

function whichOf(text: string): Which {
  if (text.trim() === '') return { ids: null }
  let asked: unknown
  try {
    asked = JSON.parse(text)
  } catch (error) {
    throw errors.fail(
      'MS-4022',
      { reason: String(error), wanted: '{"ids": [...]}, or {} for all dead letters of stage edge' },
      undefined,
      error,
    )
  }
  if (typeof asked !== 'object' || asked === null) throw errors.fail('MS-4022', { reason: 'it is no object', wanted: '{"ids": [...]}' })
  const { ids, where } = asked as { ids?: unknown; where?: unknown }
  if (where !== undefined) throw errors.fail('MS-4000', { feature: 'redrive with a filter' })
  if (ids === undefined) return { ids: null }
  if (!Array.isArray(ids)) throw errors.fail('MS-4022', { reason: 'ids is no list', wanted: '{"ids": [...]}' })
  const wanted = new Map<number, Set<number>>()
  for (const id of ids) {
    const match = /^edge:(\d{1,9}):(\d{1,15})$/.exec(String(id))
    if (match === null) {
      if (/^[a-z]+:\d+:\d+$/.test(String(id)))
        throw errors.fail('MS-4000', { feature: 'redrive of dead letters of another stage than edge' })
      throw parameter('ids', String(id), 'the id of a dead letter')
    }
    const partition = Number(match[1])
    if (!wanted.has(partition)) wanted.set(partition, new Set())
    wanted.get(partition)?.add(Number(match[2]))
  }
  return { ids: wanted }
}
