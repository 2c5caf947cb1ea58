import type { Batch } from '../data/batch.ts'

/** Who sent a request: idempotency is by (id, epoch, sequence), or by the hash of an Idempotency-Key. */
export type ProducerMark =
  | { readonly kind: 'sequence'; readonly producer: string; readonly epoch: number; readonly sequence: number }
  | { readonly kind: 'key'; readonly keyHash: string; readonly bodyHash: string }

/** A row that its contract refused: atomic with the accepted rows of its request, in the same block. */
export interface RejectedRow {
  /** The row as it came. */
  readonly bytes: Uint8Array
  readonly reason: string
  /** The error's code, e.g. MS-1004. */
  readonly code: string
  /** In the request's body, from 1. */
  readonly line: number
  readonly column: number
}

/**
 * The rows of one request for one partition. `batch` has the contract's physical columns, with their field ids; its buffers
 * stand unchanged until the append is answered.
 */
export interface Append {
  readonly batch: Batch
  readonly contractVersion: number
  readonly rejected: readonly RejectedRow[]
  readonly producer: ProducerMark | null
  readonly receivedAtMs: number
}

export interface Appended {
  /** Offset of the first accepted row; meaningless when none was accepted. */
  readonly offset: number
  readonly accepted: number
  readonly rejected: number
  /** This request had been appended before; the figures are those of then. */
  readonly duplicate: boolean
}

/** The one writer of a partition. */
export interface PartitionWriter {
  /** Resolves when the rows are durable (group commit, fdatasync). */
  append(append: Append): Promise<Appended>
  /** The committed end as of now. */
  end(): number
  close(): Promise<void>
}

/** A piece of a partition as columns. Offsets of its rows are `offset .. offset + batch.rowCount`. */
export interface LogSlice {
  readonly batch: Batch
  readonly offset: number
  readonly partition: number
  readonly contractVersion: number
  /** When its last row was appended: for lag. */
  readonly appendedAtMs: number
  /** When each row was appended: the same however the rows are sliced. Made when asked for. */
  ingestTimesMs(): Float64Array
}

/** Reads a partition up to the committed end that the hub told. Missing fields come as defaults; extra ones are not read. */
export interface PartitionReader {
  /** The next rows from the position, at most `rowsMax`; null: at the committed end. */
  next(rowsMax: number): Promise<LogSlice | null>
  /** Goes on at this offset; 0: at the first that is left. Reading fails when retention has removed the row that is next. */
  seek(offset: number): void
  /** The offset of the next row. */
  position(): number
  close(): Promise<void>
}

/** The committed ends as this process knows them. */
export interface Ends {
  /** 0 for what is not known. */
  end(streamUid: string, partition: number): number
  /** Calls back after any of them moved; answers how to stop. */
  onMove(listener: (streamUid: string, partition: number, end: number) => void): () => void
}
