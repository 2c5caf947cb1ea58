import type { Batch } from '../data/batch.ts'
import type { Schema } from '../data/schema.ts'

/** A source: splits that are read independently, each with a position that a checkpoint keeps. */
export interface Source {
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
  close(): Promise<void>
}

/** Where a sink writes: rows become visible by the checkpoint that follows them. */
export interface Sink {
  write(batch: Batch): Promise<void>
  /** Everything written so far is durable; answers what `commit` needs, as JSON that goes into the checkpoint. */
  prepare(epoch: number): Promise<unknown>
  /** Makes the epoch's rows visible. Repeatable: recovery calls it again for the last committed epoch. */
  commit(epoch: number, prepared: unknown): Promise<void>
  /** Drops what no committed epoch names. */
  abort(): Promise<void>
  close(): Promise<void>
}

export type SinkSchema = Schema
