import type { IncomingMessage } from 'node:http'
import type { Api } from '../../api/api.ts'
import { limits } from '../../base/limits.ts'
import { entriesOf } from '../../control/account.ts'
import { allow, localPrincipal, type Principal } from '../../control/allow.ts'
import { type DatasetSpec, keys, type LedgerMinute } from '../../control/records.ts'
import type { Tokens } from '../../control/tokens.ts'
import { physicalSchema, unknownFields } from '../../data/contract.ts'
import { Schema } from '../../data/schema.ts'
import type { Expression } from '../../expr/expression.ts'
import { predicate } from '../../expr/projection.ts'
import type { GatewayHost } from '../../gateway/host.ts'
import type { LedgerEntry } from '../../model/hub.ts'
import type { StreamDescriptor } from '../../model/streams.ts'
import { planExpression } from '../../sql/plan.ts'
import type { IngestCounts } from './ingest-counts.ts'
import type { HubState } from './state.ts'

export interface GatewayParts {
  readonly tokens: Tokens
  readonly counts: IngestCounts
  readonly api: () => Api
  readonly principals: WeakMap<IncomingMessage, Principal>
  askOlap<T>(method: string, params: unknown, withinMs: number): Promise<T>
}

const loopback = /^(127\.|::1$|::ffff:127\.)/

/** What the gateway asks of the process it runs in. */
export function gatewayHost(hub: HubState, parts: GatewayParts): GatewayHost {
  const listensOnLoopback = loopback.test(hub.options.listen) || hub.options.listen === 'localhost'
  return {
    ports: hub.ports,
    streams: hub.told,
    ends: hub.told,
    writer(streamUid, partition) {
      hub.partitions.check(streamUid, partition)
      return hub.partitions.get(streamUid, partition)
    },
    marks: hub.store,
    otherHops: (stream) => otherHops(hub, parts, stream),
    hopName: (hop) => hopName(hub, hop),
    compileFilter(stream, text) {
      const { fields } = physicalSchema(stream.contract)
      const schema = new Schema(fields.some(({ name }) => name === unknownFields.name) ? fields : [...fields, unknownFields])
      const condition = planExpression(text, schema)
      const columns = [...inputsOf(condition)].sort((a, b) => a - b)
      const positions = new Map(columns.map((column, position) => [column, position]))
      return { columns: columns.map((column) => schema.fields[column]?.name ?? ''), select: predicate(moved(condition, positions)).select }
    },
    publicHosts: hub.options.publicUrls.map((url) => new URL(url).host),
    authenticate({ headers, socket }) {
      if (headers.authorization !== undefined) return parts.tokens.find(headers.authorization)
      // On loopback everybody is `local`; a server that others can reach asks them who they are.
      return listensOnLoopback || loopback.test(socket.remoteAddress ?? '') ? localPrincipal : null
    },
    allow: (principal, verb, object) => allow(principal, verb, object),
    overQuota: () => null,
    onIngest: (ingested) => parts.counts.add(ingested),
    onFailure: (error) => hub.log.error('a request failed', error),
    fallback(request, response, principal) {
      parts.principals.set(request, principal)
      parts.api().handle(request, response)
    },
    upgrade: null,
  }
}

/** Accounts of the jobs and datasets that read a stream. */
async function otherHops(hub: HubState, parts: GatewayParts, stream: StreamDescriptor): Promise<LedgerEntry[]> {
  const prefix = keys.ledgerOf(stream.uid)
  const entries = (await hub.catalogue.records.scan<LedgerMinute>(prefix)).flatMap(([key, minute]) => {
    const slash = key.lastIndexOf('/')
    return entriesOf(stream.uid, key.slice(prefix.length, slash), Number(key.slice(slash + 1)), minute)
  })
  for (const { uid, spec } of hub.catalogue.all<DatasetSpec>('dataset')) {
    if (spec.descriptor.streamUid !== stream.uid) continue
    entries.push(...(await parts.askOlap<LedgerEntry[]>('olap.ledger', { uid }, limits.partAnswerMs).catch(() => [])))
  }
  return entries
}

function hopName(hub: HubState, hop: string): string {
  const [kind = '', uid = ''] = hop.split(':')
  if (kind === 'job') return `pipeline:${hub.jobs.get(uid)?.name ?? `${uid} (ended)`}`
  if (kind === 'dataset') return `dataset:${hub.catalogue.byUid('dataset', uid)?.record.name ?? `${uid} (deleted)`}`
  return hop
}

function inputsOf(expression: Expression, into = new Set<number>()): Set<number> {
  if (expression.kind === 'input') into.add(expression.index)
  if (expression.kind === 'call') for (const arg of expression.args) inputsOf(arg, into)
  return into
}

function moved(expression: Expression, positions: ReadonlyMap<number, number>): Expression {
  if (expression.kind === 'input') return { ...expression, index: positions.get(expression.index) ?? 0 }
  return expression.kind === 'call' ? { ...expression, args: expression.args.map((arg) => moved(arg, positions)) } : expression
}
