import type { Batch } from '../data/batch.ts'
import type { Schema } from '../data/schema.ts'
import type { ConnectorDescriptor, TableDescriptor } from '../model/tables.ts'

/** A source: splits that are read independently, each with a position that a checkpoint keeps. */
export interface Source {
  /** True: no further splits will come, and when all have ended so has the source. */
  readonly bounded: boolean
  /** Splits known now; later calls may answer more (new partitions, new files). Ids are stable. */
  splits(): Promise<readonly string[]>
  open(split: string, position: unknown | null): Promise<SplitReader>
  close(): Promise<void>
}

export interface SplitReader {
  /** At most `rowsMax` rows; 'wait': nothing now (`ready` tells when to ask again); 'end': nothing ever again. */
  read(rowsMax: number): Promise<Batch | 'wait' | 'end'>
  /** Resolves when a read may give something. */
  ready(): Promise<void>
  /** Where the next read starts, as JSON: restored by `Source.open`. */
  position(): unknown
  /** Rows that are there and not yet read, where that is known. */
  lag?(): SplitLag
  close(): Promise<void>
}

export interface SplitLag {
  readonly rows: number
  /** Epoch milliseconds when the next row to read was taken in; null when unknown or nothing waits. */
  readonly sinceMs: number | null
}

/** Where a sink writes: rows become visible by the checkpoint that follows them. */
export interface Sink {
  /** When it resolves, the batch's buffers are free to be used again. */
  write(batch: Batch): Promise<void>
  /**
   * Everything written so far is durable; answers what `commit` needs, as JSON that goes into the checkpoint. `last`: nothing
   * more comes for now, so what a sink would hold back to make larger files is closed.
   */
  prepare(epoch: number, last: boolean): Promise<unknown>
  /** True: rows are held back and it is time to let them go, so a checkpoint is due though nothing new came. */
  due?(): boolean
  /** Makes the epoch's rows visible. Repeatable: recovery calls it again for the last committed epoch. */
  commit(epoch: number, prepared: unknown): Promise<void>
  /** Drops what no committed epoch names. */
  abort(): Promise<void>
  close(): Promise<void>
}

/** A part of the job's log output that `Sink.prepare` made durable: it goes into the checkpoint as a new committed end. */
export interface PreparedPartition {
  readonly partition: string
  readonly end: number
  readonly segments: readonly string[]
}

export const isPreparedPartition = (prepared: unknown): prepared is PreparedPartition =>
  typeof prepared === 'object' && prepared !== null && 'partition' in prepared && 'segments' in prepared

/** One connector, as `server/` lists them for `engine/`: what SQL may know of it, and how to open its two halves. */
export interface Connector {
  readonly descriptor: ConnectorDescriptor
  source?(request: SourceRequest): Source
  sink?(request: SinkRequest): Sink
}

export interface SourceRequest {
  readonly table: TableDescriptor
  /** The physical and metadata columns wanted, in the order of `schema`. */
  readonly columns: readonly string[]
  readonly schema: Schema
  /** True: read what is there as of now, then end. */
  readonly bounded: boolean
  /** Rows older than this need not be read (epoch milliseconds of ingest); null: from the beginning. */
  readonly fromMs: number | null
}

export interface SinkRequest {
  readonly table: TableDescriptor
  readonly schema: Schema
  /** Tells the files of jobs and attempts apart. */
  readonly job: string
  readonly node: string
  readonly attempt: number
  /** Stream sinks: the partition that this job owns. */
  readonly output: { readonly streamUid: string; readonly partition: number } | null
  /** What the last committed checkpoint kept of this sink; null: from the start. */
  readonly restore: unknown | null
}
