import type { Contract } from '../data/contract.ts'
import type { DatasetDescriptor } from './datasets.ts'
import type { PhysicalPlan } from './plan.ts'
import type { StreamDescriptor } from './streams.ts'

/**
 * What the hub and the other processes say to each other over the data folder's socket, as methods of `base/rpc.ts`.
 * Plain JSON; offsets and times are numbers. Requests from a child are named `hub.*`, those from the hub `job.*`,
 * `olap.*`, `preview.*`; notifications have no answer.
 */

/** `stream uid/partition` -> committed end: the first offset that readers must not read. */
export type CommittedEnds = Readonly<Record<string, number>>
export const endKey = (streamUid: string, partition: number): string => `${streamUid}/${partition}`

/** `hub.hello`, the first request of every child. */
export interface Hello {
  readonly role: 'job' | 'olap' | 'preview'
  /** The job's uid; only for role job. */
  readonly job?: string
  readonly processId: number
}
export interface Welcome {
  readonly ends: CommittedEnds
  readonly streams: readonly StreamDescriptor[]
  /** Older versions of their contracts, by stream uid, for blocks written under them. */
  readonly contracts: OlderContracts
  /** Only for role job. */
  readonly job?: JobAssignment
  /** Only for role olap. */
  readonly datasets?: readonly DatasetDescriptor[]
}

/** Stream uid -> the versions before the current one. */
export type OlderContracts = Readonly<Record<string, readonly Contract[]>>

/** Notification `job.streams`, `olap.streams`, `preview.streams`: streams that are new or changed; `removed` by uid. */
export interface StreamsChanged {
  readonly streams: readonly StreamDescriptor[]
  readonly contracts: OlderContracts
  readonly removed: readonly string[]
}

/** What a worker runs. The hub raised `attempt` before it answered: an older worker's checkpoints are refused. */
export interface JobAssignment {
  readonly uid: string
  readonly tenant: string
  readonly name: string
  readonly revision: number
  readonly attempt: number
  readonly plan: PhysicalPlan
  /** The last committed checkpoint; null: from the start. */
  readonly restore: CheckpointRecord | null
  /** Sink node id -> the stream partition that this job writes. */
  readonly outputs: Readonly<Record<string, { readonly streamUid: string; readonly partition: number }>>
  /** The job's partition of `stream$late` for its sources, and of `job$refused`, made with the job. */
  readonly lateOutput: { readonly streamUid: string; readonly partition: number } | null
  readonly memoryBytesMax: number
}

/** `hub.checkpoint`: committed only if `attempt` stands and `epoch - 1` was the last. Answer: {committed: boolean}. A refused worker exits. */
export interface CheckpointRecord {
  readonly job: string
  readonly revision: number
  readonly attempt: number
  readonly epoch: number
  /** Source node id -> split -> position (an offset, or a connector's own JSON). */
  readonly sources: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** New committed ends of the job's partitions, by `endKey`, with the segment files that hold them. */
  readonly ends: Readonly<Record<string, { readonly end: number; readonly segments: readonly string[] }>>
  /** State files and their pages, sink files to commit: the engine's own JSON. */
  readonly manifest: unknown
  /** Ledger entries of this epoch. */
  readonly account: readonly LedgerEntry[]
}

/** One hop's account of a range of offsets: `in` = out + filtered + late + rejected + refused + held back in state. */
export interface LedgerEntry {
  readonly streamUid: string
  /** `edge`, `job:<uid>`, `dataset:<uid>`. */
  readonly hop: string
  readonly partition: number
  readonly from: number
  readonly to: number
  readonly in: number
  readonly out: number
  readonly filtered: number
  readonly late: number
  readonly rejected: number
  readonly refused: number
  /** The minute that it is shown under: epoch milliseconds. */
  readonly minuteMs: number
}

/** Notification `hub.jobStatus`, about once a second while it changes. */
export interface JobStatus {
  readonly job: string
  readonly attempt: number
  readonly state: 'starting' | 'running' | 'finished' | 'failed'
  readonly watermarkMs: number | null
  /** What holds the watermark: `playback partition 3 (idle for 4 s)`. */
  readonly heldBy: string | null
  readonly lagRows: number
  readonly lagMs: number
  readonly checkpoint: { readonly epoch: number; readonly atMs: number; readonly durationMs: number; readonly bytes: number } | null
  /** Per plan node. */
  readonly nodes: Readonly<Record<string, NodeStatus>>
  readonly error: { readonly code: string; readonly message: string } | null
}
export interface NodeStatus {
  readonly rowsIn: number
  readonly rowsOut: number
  readonly lateRows: number
  readonly busyMs: number
  readonly stateBytes: number
}

/** Notification `job.ends`, `olap.ends`, `preview.ends`: what moved, coalesced. */
export interface EndsMoved {
  readonly ends: CommittedEnds
}
