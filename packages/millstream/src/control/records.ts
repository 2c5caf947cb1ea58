import type { Contract } from '../data/contract.ts'
import type { DatasetDescriptor } from '../model/datasets.ts'
import type { CheckpointRecord, LedgerEntry } from '../model/hub.ts'
import type { PartitionDescriptor } from '../model/streams.ts'

/**
 * What the catalogue keeps, by key. Every value is JSON; a change of its shape gets a new `layout` number and a step in `migrations`.
 *
 *   object/<tenant>/<kind>/<name>          ObjectRecord
 *   job/<uid>                              JobRecord
 *   checkpoint/<job uid>                   CheckpointState
 *   end/<stream uid>/<partition>           JobPartitionEnd
 *   ledger/<stream uid>/<hop>/<minute>     LedgerMinute        (not kept in memory)
 *   total/<stream uid>/<hop>               LedgerMinute, of all time
 *   audit/<time>-<count>-<uid>             AuditRecord         (not kept in memory)
 *   token/<hash>                           TokenRecord
 *   setting/<name>                         any
 */
export type ObjectKind = 'stream' | 'pipeline' | 'dataset'
export const objectKinds: readonly ObjectKind[] = ['stream', 'pipeline', 'dataset']

export interface ObjectRecord<Spec = unknown> {
  readonly uid: string
  readonly tenant: string
  readonly kind: ObjectKind
  readonly name: string
  /** The project whose folder owns it; null: made by hand. */
  readonly project: string | null
  /** Counts the changes of the definition. */
  readonly revision: number
  /** As the user wrote it: SQL text, or the dataset's YAML as JSON. */
  readonly definition: unknown
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly updatedBy: string
  /** What its project's folder said when it was applied last: the base of a three-way comparison. */
  readonly applied: { readonly revision: number; readonly definition: unknown } | null
  /** What was made of the definition. */
  readonly spec: Spec
}

export interface StreamSpec {
  readonly contract: Contract
  /** Versions before the current one. */
  readonly older: readonly Contract[]
  readonly partitions: readonly PartitionDescriptor[]
  /** Made by Millstream itself, such as `playback$late`. */
  readonly system: boolean
}

export interface PipelineSpec {
  /** The names of streams, datasets and external tables, in the order of the text. */
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  /** Stream uids that its jobs read or write: what must not vanish under it. */
  readonly streamUids: readonly string[]
  readonly jobs: readonly string[]
}

export interface DatasetSpec {
  readonly descriptor: DatasetDescriptor
}

export interface JobRecord {
  readonly uid: string
  readonly tenant: string
  readonly name: string
  readonly pipelineUid: string
  readonly pipeline: string
  /** Which INSERT or statement set of the pipeline. */
  readonly index: number
  readonly revision: number
  /** The plan, as `planText` writes it. */
  readonly plan: string
  /** Sink node id -> partition. */
  readonly outputs: Readonly<Record<string, JobOutput>>
  readonly lateOutput: JobOutput | null
  readonly desired: 'running' | 'stopped'
}

export interface JobOutput {
  readonly streamUid: string
  readonly partition: number
}

/** Attempt and epoch stand in one record, so that raising the attempt makes every commit of an older one fail. */
export interface CheckpointState {
  readonly attempt: number
  readonly epoch: number
  /** Without its account, which the ledger has. Null: never yet. */
  readonly record: CheckpointRecord | null
  /** A bounded job that came to its end. */
  readonly finished: boolean
}

export interface JobPartitionEnd {
  readonly end: number
  readonly segments: readonly string[]
}

/** Sums of one hop, by partition. */
export interface LedgerMinute {
  readonly partitions: Readonly<Record<string, LedgerSums>>
}
export type LedgerSums = Omit<LedgerEntry, 'streamUid' | 'hop' | 'partition' | 'minuteMs'>

export interface AuditRecord {
  readonly atMs: number
  readonly principal: string
  readonly verb: string
  readonly tenant: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly revision: number
}

export interface TokenRecord {
  readonly name: string
  readonly tenant: string
  readonly createdAtMs: number
}

export const keys = {
  object: (tenant: string, kind: ObjectKind, name: string): string => `object/${tenant}/${kind}/${name}`,
  objects: 'object/',
  job: (uid: string): string => `job/${uid}`,
  jobs: 'job/',
  checkpoint: (uid: string): string => `checkpoint/${uid}`,
  checkpoints: 'checkpoint/',
  end: (streamUid: string, partition: number): string => `end/${streamUid}/${partition}`,
  ends: 'end/',
  ledgers: 'ledger/',
  ledgerMinute: (streamUid: string, hop: string, minuteMs: number): string => `ledger/${streamUid}/${hop}/${minuteMs}`,
  ledgerOf: (streamUid: string): string => `ledger/${streamUid}/`,
  total: (streamUid: string, hop: string): string => `total/${streamUid}/${hop}`,
  totalsOf: (streamUid: string): string => `total/${streamUid}/`,
  totals: 'total/',
  audit: (atMs: number, uid: string): string => `audit/${new Date(atMs).toISOString()}-${uid}`,
  audits: 'audit/',
  token: (hash: string): string => `token/${hash}`,
  tokens: 'token/',
  setting: (name: string): string => `setting/${name}`,
  settings: 'setting/',
}

/** What is read into memory at start. */
export const residentPrefixes: readonly string[] = [
  keys.objects,
  keys.jobs,
  keys.checkpoints,
  keys.ends,
  keys.totals,
  keys.tokens,
  keys.settings,
]

/** For If-Match: a re-created object has another uid, so an old tag never fits it. */
export const etagOf = (record: Pick<ObjectRecord, 'uid' | 'revision'>): string => `"${record.uid}.${record.revision}"`
