import type { Contract } from '../data/contract.ts'

/** A stream as gateway, readers and jobs see it. */
export interface StreamDescriptor {
  /** Never reused by a re-created name; also the stream's folder name in the log. */
  readonly uid: string
  readonly tenant: string
  readonly name: string
  /** The current version. */
  readonly contract: Contract
  readonly partitions: readonly PartitionDescriptor[]
}

/** One writer per partition: the gateway, or one job. */
export interface PartitionDescriptor {
  readonly partition: number
  readonly owner: 'gateway' | { readonly job: string }
}

/** How the gateway and readers find streams; kept current by control, read synchronously on the hot path. */
export interface StreamCatalogue {
  byName(tenant: string, name: string): StreamDescriptor | null
  byUid(uid: string): StreamDescriptor | null
  /** An older version of a contract, for blocks written under it. */
  contract(uid: string, version: number): Contract | null
  all(): readonly StreamDescriptor[]
}
