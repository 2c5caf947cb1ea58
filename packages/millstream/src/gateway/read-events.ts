import type { IncomingMessage, ServerResponse } from 'node:http'
import { errors, type MillstreamError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import { jsonRows, writeJson } from '../codec/json-write.ts'
import { Batch } from '../data/batch.ts'
import { type Column, nullCount } from '../data/column.ts'
import { physicalSchema, unknownFields } from '../data/contract.ts'
import { Schema } from '../data/schema.ts'
import type { RowField } from '../data/types.ts'
import type { Ends } from '../log/log.ts'
import { openPartitionReader, type SeekingReader } from '../log/reader.ts'
import type { StreamDescriptor } from '../model/streams.ts'
import { queryOf } from './address.ts'
import { Follower } from './follower.ts'
import type { GatewayHost, RowFilter } from './host.ts'
import { batchMask, maskedColumns } from './mask.ts'
import { parsePositions, positionsText } from './positions.ts'
import { problemBody, problemOf } from './problem.ts'
import { countOf, type From, flagOf, fromOf, parameter } from './query.ts'

interface Asked {
  readonly events: boolean
  readonly from: From
  readonly after: ReadonlyMap<string, number> | null
  readonly partitions: readonly number[]
  readonly limit: number
  readonly follow: boolean
  readonly filter: RowFilter | null
}

/** `GET /v1/streams/{stream}/events`: rows as NDJSON, or as server-sent events whose id is where to go on. */
export async function readEvents(
  host: GatewayHost,
  stream: StreamDescriptor,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asked = asks(host, stream, request)
  const follower = new Follower(host.ports.scheduler, host.ends, stream.uid, response)
  const readers = new Map<number, SeekingReader>()
  const ends = asked.follow ? host.ends : frozen(host.ends, stream, asked.partitions)
  try {
    for (const partition of asked.partitions) readers.set(partition, await open(host, stream, partition, ends, asked))
    response.statusCode = 200
    response.setHeader('content-type', asked.events ? 'text/event-stream' : 'application/x-ndjson')
    response.setHeader('cache-control', 'no-store')
    response.flushHeaders()
    await copyRows(host, stream, asked, readers, follower, response)
    response.end()
  } catch (error) {
    if (!response.headersSent) throw error
    endWith(problemOf(error, host.onFailure), asked.events, response)
  } finally {
    follower.close()
    for (const reader of readers.values()) await reader.close()
  }
}

function asks(host: GatewayHost, stream: StreamDescriptor, request: IncomingMessage): Asked {
  const query = queryOf(request.url ?? '')
  const events = (request.headers.accept ?? '').includes('text/event-stream')
  const follow = flagOf(query, 'follow', events)
  const all = stream.partitions.map(({ partition }) => partition)
  const only = countOf(query, 'partition', Number.MAX_SAFE_INTEGER, null)
  if (only !== null && !all.includes(only)) throw parameter('partition', String(only), `one of ${all.join(', ')}`)
  const after = request.headers['last-event-id'] as string | undefined
  return {
    events,
    follow,
    from: fromOf(query, 'from', host.ports.clock.nowMs()) ?? { kind: follow ? 'latest' : 'earliest' },
    after: after === undefined || after === '' ? null : parsePositions(after, 'Last-Event-ID'),
    partitions: only === null ? all : [only],
    limit: countOf(query, 'limit', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    filter: filterOf(host, stream, query.get('where')),
  }
}

function filterOf(host: GatewayHost, stream: StreamDescriptor, where: string | null): RowFilter | null {
  if (where === null || where.trim() === '') return null
  const filter = host.compileFilter(stream, where)
  const masked = maskedColumns(stream, host.streams)
  const told = filter.columns.find((column) => masked.includes(column))
  if (told !== undefined) throw errors.fail('MS-4021', { column: told, stream: stream.name })
  return filter
}

/** The ends as of now: reading that does not follow ends there, however fast rows come. */
function frozen(ends: Ends, stream: StreamDescriptor, partitions: readonly number[]): Ends {
  const now = new Map(partitions.map((partition) => [partition, ends.end(stream.uid, partition)]))
  return { end: (_uid, partition) => now.get(partition) ?? 0, onMove: () => () => {} }
}

async function open(host: GatewayHost, stream: StreamDescriptor, partition: number, ends: Ends, asked: Asked): Promise<SeekingReader> {
  const contract = (version: number) => host.streams.contract(stream.uid, version)
  const reader = openPartitionReader(host.ports.storage, '', stream, partition, ends, { contract, columns: shownColumns(stream) })
  const after = asked.after?.get(String(partition))
  if (after !== undefined) reader.seek(after)
  else if (asked.from.kind === 'time') await reader.seekTime(asked.from.ms)
  else if (asked.from.kind === 'latest') reader.seek(ends.end(stream.uid, partition))
  else reader.seek(await reader.start())
  return reader
}

/** A column of the contract that has the name of the unknown fields comes first. */
const shownColumns = (stream: StreamDescriptor): string[] => [
  ...new Set([...physicalSchema(stream.contract).fields, unknownFields].map((field) => field.name)),
]

/** Without the column of unknown fields where no row has any. */
function trimmed(batch: Batch): Batch {
  const last = batch.schema.fields.at(-1)
  const column = batch.columns.at(-1)
  if (last?.id !== unknownFields.id || column === undefined || nullCount(column) < batch.rowCount) return batch
  return new Batch(new Schema(batch.schema.fields.slice(0, -1)), batch.rowCount, batch.columns.slice(0, -1), batch.kinds)
}

async function copyRows(
  host: GatewayHost,
  stream: StreamDescriptor,
  asked: Asked,
  readers: Map<number, SeekingReader>,
  follower: Follower,
  response: ServerResponse,
): Promise<void> {
  const mask = batchMask(stream, host.streams)
  let left = asked.limit
  while (left > 0 && !follower.gone) {
    // A move that comes while we read is seen at the next round.
    const before = follower.moves
    let came = false
    for (const [partition, reader] of readers) {
      const slice =
        left > 0 && !follower.gone
          ? await reader.next(Math.min(limits.batchRowsMax, asked.filter === null ? left : limits.batchRowsMax))
          : null
      if (slice === null) continue
      came = true
      const numbers = asked.filter === null ? null : selected(asked.filter, slice.batch).subarray(0, left)
      const chosen = numbers === null ? slice.batch : slice.batch.take(numbers)
      left -= chosen.rowCount
      if (chosen.rowCount === 0) continue
      const shown = mask(trimmed(chosen))
      const text = asked.events ? eventsText(shown, numbers, slice.offset, cursorAround(readers, partition)) : writeJson(shown, 'ndjson')
      if (!response.write(text)) await follower.drained()
    }
    if (came) continue
    if (!asked.follow) return
    if (host.streams.byUid(stream.uid) === null) throw errors.fail('MS-4007', { stream: stream.name, near: [] })
    if (before === follower.moves) {
      const timedOut = await follower.moved(limits.followCommentMs)
      if (timedOut && asked.events && !follower.gone && !response.write(': still here\n\n')) await follower.drained()
    }
  }
}

/** Numbers of the rows that the filter, which sees its own columns only, keeps. */
function selected(filter: RowFilter, batch: Batch): Int32Array {
  const positions = filter.columns.map((name) => batch.schema.position(name))
  const schema = new Schema(positions.map((position) => batch.schema.fields[position] as RowField))
  const columns = positions.map((position) => batch.columns[position] as Column)
  return filter.select(new Batch(schema, batch.rowCount, columns))
}

/** The cursor of a row is its own next offset between the positions of the other partitions. */
function cursorAround(readers: ReadonlyMap<number, SeekingReader>, partition: number): readonly [before: string, after: string] {
  const others = new Map([...readers].map(([other, reader]) => [String(other), reader.position()]))
  const entries = [...others].map(([other, position]) => (other === String(partition) ? null : positionsText(new Map([[other, position]]))))
  const own = entries.indexOf(null)
  const before = entries.slice(0, own).join(',')
  const after = entries.slice(own + 1).join(',')
  return [`${before}${before === '' ? '' : ','}${partition}:`, after === '' ? '' : `,${after}`]
}

function eventsText(batch: Batch, numbers: Int32Array | null, offset: number, [before, after]: readonly [string, string]): string {
  let text = ''
  jsonRows(batch).forEach((row, at) => {
    text += `id: ${before}${offset + (numbers === null ? at : (numbers[at] as number)) + 1}${after}\ndata: ${row}\n\n`
  })
  return text
}

/** A failure in the middle: an event says it; NDJSON can only break off. */
function endWith(error: MillstreamError, events: boolean, response: ServerResponse): void {
  if (events) response.end(`event: problem\ndata: ${problemBody(error)}\n`)
  else response.destroy()
}
