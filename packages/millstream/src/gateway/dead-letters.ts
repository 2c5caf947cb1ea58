import type { ServerResponse } from 'node:http'
import type { DeadLetter, Page } from '@millstream/client'
import { limits } from '../base/limits.ts'
import type { Value } from '../data/value.ts'
import { readRejected } from '../log/read-rejected.ts'
import { openPartitionReader } from '../log/reader.ts'
import { lateStreamName } from '../model/dead-letters.ts'
import type { StreamDescriptor } from '../model/streams.ts'
import type { GatewayHost } from './host.ts'
import { letterMask } from './mask.ts'
import { parsePositions, positionsText } from './positions.ts'
import { countOf, parameter } from './query.ts'
import type { Redriven } from './redriven.ts'

const stages: readonly string[] = ['edge', 'late', 'pipeline', 'sink', 'consumer'] satisfies DeadLetter['stage'][]
const decoder = new TextDecoder()

interface Found {
  /** The partition in the cursor; letters of the late stream have an `l` in front. */
  readonly split: string
  readonly number: number
  readonly letter: DeadLetter
}

/** `GET /v1/streams/{stream}/dead-letters?stage=&limit=&cursor=`: the newest first. */
export async function answerDeadLetters(
  host: GatewayHost,
  redriven: Redriven,
  stream: StreamDescriptor,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const limit = countOf(query, 'limit', limits.deadLettersPageMax, limits.deadLettersPageDefault)
  const stage = query.get('stage') ?? ''
  if (stage !== '' && !stages.includes(stage)) throw parameter('stage', stage, `one of ${stages.join(', ')}`)
  const cursor = query.get('cursor') ?? ''
  const before = cursor === '' ? new Map<string, number>() : parsePositions(cursor, 'cursor')
  const found = [
    ...(stage === '' || stage === 'edge' ? await edgeLetters(host, redriven, stream, before, limit) : []),
    ...(stage === 'edge'
      ? []
      : (await keptLetters(host, stream, before, limit)).filter(({ letter }) => stage === '' || letter.stage === stage)),
  ]
  found.sort((a, b) => b.letter.atMs - a.letter.atMs || b.number - a.number)
  const page = found.slice(0, limit)
  const next = new Map(before)
  for (const { split, number } of page) next.set(split, Math.min(next.get(split) ?? Number.POSITIVE_INFINITY, number))
  for (const { split, number } of found.slice(limit)) if (!next.has(split)) next.set(split, number + 1)
  const all = page.length < limit || [...next.values()].every((number) => number === 0)
  const answer: Page<DeadLetter> = { items: page.map(({ letter }) => letter), cursor: all ? null : positionsText(next) }
  response.setHeader('content-type', 'application/json')
  response.end(`${JSON.stringify(answer)}\n`)
}

async function edgeLetters(
  host: GatewayHost,
  redriven: Redriven,
  stream: StreamDescriptor,
  before: ReadonlyMap<string, number>,
  limit: number,
): Promise<Found[]> {
  const mask = letterMask(stream)
  const found: Found[] = []
  for (const { partition } of stream.partitions) {
    const writer = host.writer(stream.uid, partition)
    if (writer === null) continue
    const upper = Math.min(before.get(String(partition)) ?? Number.POSITIVE_INFINITY, writer.rejectedEnd())
    if (upper === 0) continue
    const range = {
      end: writer.end(),
      rejectedEnd: writer.rejectedEnd(),
      from: Math.max(0, upper - limit),
      rowsMax: Math.min(limit, upper),
    }
    const isRedriven = await redriven.of(stream.uid, partition)
    for (const { number, appendedAtMs, contractVersion, row } of await readRejected(host.ports.storage, '', stream, partition, range)) {
      if (number >= upper) continue
      const { body, reason } = mask(decoder.decode(row.bytes), row.reason)
      const { code, line, column } = row
      const letter: DeadLetter = {
        ...{ id: `edge:${partition}:${number}`, stage: 'edge', atMs: appendedAtMs, code, reason, body, line, column, contractVersion },
        redriven: isRedriven(number),
      }
      found.push({ split: String(partition), number, letter })
    }
  }
  return found
}

/** Rows that later hops gave up: the stream's system stream. */
async function keptLetters(
  host: GatewayHost,
  stream: StreamDescriptor,
  before: ReadonlyMap<string, number>,
  limit: number,
): Promise<Found[]> {
  const kept = host.streams.byName(stream.tenant, lateStreamName(stream.name))
  if (kept === null) return []
  const mask = letterMask(stream)
  const found: Found[] = []
  for (const { partition } of kept.partitions) {
    const split = `l${partition}`
    const upper = Math.min(before.get(split) ?? Number.POSITIVE_INFINITY, host.ends.end(kept.uid, partition))
    if (upper === 0) continue
    const contract = (version: number) => host.streams.contract(kept.uid, version)
    const reader = openPartitionReader(host.ports.storage, '', kept, partition, host.ends, { contract })
    try {
      const from = Math.max(await reader.start(), upper - limit)
      reader.seek(from)
      for (let at = from; at < upper; ) {
        const slice = await reader.next(upper - at)
        if (slice === null) break
        const times = slice.ingestTimesMs()
        const column = (name: string) => slice.batch.schema.position(name)
        const names = {
          stage: column('stage'),
          code: column('code'),
          reason: column('reason'),
          row: column('row'),
          version: column('contract_version'),
        }
        slice.batch.rows().forEach((row: Value[], index) => {
          const shown = mask(row[names.row] as string, row[names.reason] as string)
          const number = slice.offset + index
          const letter: DeadLetter = {
            ...{ id: `late:${partition}:${number}`, stage: row[names.stage] as DeadLetter['stage'], atMs: times[index] as number },
            ...{ code: row[names.code] as string, ...shown, line: null, column: null, contractVersion: Number(row[names.version] ?? 0) },
            redriven: false,
          }
          found.push({ split, number, letter })
        })
        at = slice.offset + slice.batch.rowCount
      }
    } finally {
      await reader.close()
    }
  }
  return found
}
