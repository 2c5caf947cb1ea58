import type { ServerResponse } from 'node:http'
import type { LedgerAnswer } from '@millstream/client'
import { auditLedger, edgeLedger } from '../log/ledger.ts'
import type { LedgerEntry } from '../model/hub.ts'
import type { StreamDescriptor } from '../model/streams.ts'
import type { GatewayHost } from './host.ts'
import { fromOf } from './query.ts'

type Sums = { in: number; out: number; filtered: number; late: number; rejected: number; refused: number }

/** The edge's own account of a stream, as its writers keep it. */
function edgeEntries(host: GatewayHost, stream: StreamDescriptor): LedgerEntry[] {
  return stream.partitions.flatMap(({ partition, owner }) =>
    owner === 'gateway' ? edgeLedger(stream.uid, partition, host.writer(stream.uid, partition)?.account() ?? []) : [],
  )
}

/** `GET /v1/streams/{stream}/ledger?from=&to=`: totals are of all time; hops and minutes of the time asked for. */
export async function answerLedger(
  host: GatewayHost,
  stream: StreamDescriptor,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const nowMs = host.ports.clock.nowMs()
  const from = fromOf(query, 'from', nowMs)
  const to = fromOf(query, 'to', nowMs)
  const fromMs = from?.kind === 'time' ? Math.floor(from.ms / 60_000) * 60_000 : 0
  const toMs = to?.kind === 'time' ? to.ms : Number.POSITIVE_INFINITY
  const entries = [...edgeEntries(host, stream), ...(await host.otherHops(stream))]
  const text = JSON.stringify(ledgerOf(host, stream, entries, fromMs, toMs))
  response.setHeader('content-type', 'application/json')
  response.end(`${text}\n`)
}

function ledgerOf(
  host: GatewayHost,
  stream: StreamDescriptor,
  entries: readonly LedgerEntry[],
  fromMs: number,
  toMs: number,
): LedgerAnswer {
  const edge = sumOf(entries.filter(({ hop }) => hop === 'edge'))
  const late = sumOf(entries.filter(({ hop }) => hop !== 'edge')).late
  const breaks = auditLedger(entries)
  const within = entries.filter(({ minuteMs }) => minuteMs >= fromMs && minuteMs < toMs)
  const balanced = breaks.length === 0 && edge.in === edge.out + edge.rejected
  return {
    stream: stream.name,
    totals: { received: edge.in, accepted: edge.out, rejected: edge.rejected, late, balanced },
    hops: [...groupBy(within, ({ hop }) => hop)].map(([hop, list]) => {
      const sums = sumOf(list)
      return { hop: host.hopName(hop), ...sums, held: sums.in - sums.out - sums.filtered - sums.late - sums.rejected - sums.refused }
    }),
    minutes: [...groupBy(within, ({ minuteMs }) => minuteMs)]
      .sort(([a], [b]) => a - b)
      .map(([minuteMs, list]) => {
        const { in: received, out: accepted, rejected } = sumOf(list.filter(({ hop }) => hop === 'edge'))
        return { minuteMs, received, accepted, rejected, late: sumOf(list.filter(({ hop }) => hop !== 'edge')).late }
      }),
    differences: breaks.map(
      ({ kind, hop, partition, from, to }) => `${kind} in ${host.hopName(hop)}, partition ${partition}: offsets ${from} to ${to}`,
    ),
  }
}

function sumOf(entries: readonly LedgerEntry[]): Sums {
  const sums: Sums = { in: 0, out: 0, filtered: 0, late: 0, rejected: 0, refused: 0 }
  for (const entry of entries) for (const name of Object.keys(sums) as (keyof Sums)[]) sums[name] += entry[name]
  return sums
}

function groupBy<K>(entries: readonly LedgerEntry[], keyOf: (entry: LedgerEntry) => K): Map<K, LedgerEntry[]> {
  const groups = new Map<K, LedgerEntry[]>()
  for (const entry of entries) {
    const key = keyOf(entry)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [entry])
    else group.push(entry)
  }
  return groups
}
