import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { CommitStore, Ports } from '../base/ports.ts'
import type { Batch } from '../data/batch.ts'
import type { Ends } from '../log/log.ts'
import type { GatewayPartition } from '../log/writer.ts'
import type { LedgerEntry } from '../model/hub.ts'
import type { StreamCatalogue, StreamDescriptor } from '../model/streams.ts'

/** Who asks; the tenant is the one that names without a dot belong to. */
export interface Principal {
  readonly name: string
  readonly tenant: string
}

export type Verb = 'read' | 'write' | 'define' | 'delete' | 'operate'

export interface ObjectName {
  readonly tenant: string
  readonly kind: string
  readonly name: string
}

/** A filter over a stream's physical columns, as SQL gave it. */
export interface RowFilter {
  /** The columns that it reads. */
  readonly columns: readonly string[]
  /** Row numbers for which it is TRUE, ascending. The batch has `columns`, in their order, and no others. */
  select(batch: Batch): Int32Array
}

/** One request's account, for metrics. */
export interface Ingested {
  readonly stream: StreamDescriptor
  readonly accepted: number
  readonly rejected: number
  readonly bytes: number
  readonly durationMs: number
}

/** What the gateway needs of the process it runs in. Read synchronously on the hot path unless a promise is said. */
export interface GatewayHost {
  /** The storage's root is the data folder. */
  readonly ports: Ports
  readonly streams: StreamCatalogue
  readonly ends: Ends
  /** Null while the partition is being opened, or where a job writes. */
  writer(streamUid: string, partition: number): GatewayPartition | null
  /** Where redriven dead letters are marked. */
  readonly marks: CommitStore
  /** Ledger entries of a stream's other hops. */
  otherHops(stream: StreamDescriptor): Promise<readonly LedgerEntry[]>
  /** The name a hop is shown by: `job:<uid>` -> `pipeline:rebuffers`. */
  hopName(hop: string): string
  /** Throws an error with its place when the text is wrong. */
  compileFilter(stream: StreamDescriptor, text: string): RowFilter
  /** Names beside the loopback ones that this server is reached by: hosts with their port, as in `--public-url`. */
  readonly publicHosts: readonly string[]
  /** Null: the token that came (or none) is not enough. Called for every request. */
  authenticate(request: IncomingMessage): Principal | null
  allow(principal: Principal, verb: Verb, object: ObjectName): boolean
  /** Null: go on. Else how long to wait, and what the quota is, in words. */
  overQuota(stream: StreamDescriptor, bytes: number): { readonly retryAfterMs: number; readonly quota: string } | null
  onIngest(ingested: Ingested): void
  /** An error that is ours, not the caller's. */
  onFailure(error: unknown): void
  /** Everything that is not the gateway's; guarded and authenticated. */
  fallback(request: IncomingMessage, response: ServerResponse, principal: Principal): void
  /** WebSocket upgrades, guarded and authenticated; null: there are none. */
  readonly upgrade: ((request: IncomingMessage, socket: Duplex, head: Buffer, principal: Principal) => void) | null
}
