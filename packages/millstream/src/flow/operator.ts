import type { Batch } from '../data/batch.ts'
import type { LogicalType } from '../data/types.ts'
import type { StateTable } from './state/table.ts'

export type Emit = (batch: Batch) => void

/** Synchronous, columnar, pushed a batch at a time. An operator never reads a clock, draws a random number or does IO. */
export interface Operator {
  /** Tables that the operator keeps; the host makes them before `open`. */
  readonly state?: readonly TableSpec[]
  open?(host: OperatorHost): void
  onBatch(port: number, batch: Batch, emit: Emit): void
  /** The combined minimum over the inputs; the host forwards it afterwards. */
  onWatermark?(timeMs: number, emit: Emit): void
  /** After a restore: the watermark that had been reached. */
  restoreWatermark?(timeMs: number): void
  onTimer?(timeMs: number, emit: Emit): void
  /** Flush buffers; then the tables freeze. */
  onBarrier?(epoch: number, emit: Emit): void
  onEnd?(emit: Emit): void
}

/** value: a slot a key; list; map: (key, sub-key); sorted: (key, order key). */
export interface TableSpec {
  readonly name: string
  readonly kind: 'value' | 'list' | 'map' | 'sorted'
  readonly key: readonly LogicalType[]
  readonly columns: readonly { readonly name: string; readonly type: LogicalType }[]
  readonly version: number
  /** Null: kept for ever. */
  readonly ttlMs: number | null
}

/** What the host gives an operator at `open`. */
export interface OperatorHost {
  /** One `now` a batch for processing time, epoch milliseconds. */
  readonly nowMs: number
  /** The split that the batch being pushed came from: `scan id/split`. */
  readonly split: string
  /** The table of that name, as the last checkpoint left it. */
  table(name: string): StateTable
  /** Rows that came too late: counted, and kept as dead letters of stage late. */
  late(batch: Batch): void
  count(counter: 'filtered' | 'nullTime', by: number): void
  /** For watermark assigners: sends a watermark downstream at once, between two emitted batches. */
  watermark(timeMs: number): void
}
