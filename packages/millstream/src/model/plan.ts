import type { RowField } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import type { AggregateCall, Expression } from '../expr/expression.ts'
import type { TableDescriptor } from './tables.ts'

/**
 * The physical plan: what a revision keeps and a job runs. Versioned plain data; `sql` makes it, `flow` builds operators
 * from it, and neither knows the other. Nodes name their inputs by id; a node that several read is shared.
 */
export interface PhysicalPlan {
  readonly version: 1
  readonly nodes: readonly PlanNode[]
  /** `streaming` runs for ever; `batch` reads what is there and answers final rows. */
  readonly mode: 'streaming' | 'batch'
  /** `SET` options that were in force. */
  readonly options: Readonly<Record<string, string>>
}

interface Node {
  /** Unique in the plan; stable for the same text. */
  readonly id: string
  /** The columns of its output. */
  readonly fields: readonly RowField[]
  /** Row kinds that may come out. */
  readonly changes: 'insert' | 'retract' | 'upsert'
  /** The output column that is the event time, if any: watermarks speak of it. */
  readonly rowtime: number | null
}

export interface ScanNode extends Node {
  readonly kind: 'scan'
  readonly table: TableDescriptor
  /** The physical and metadata columns that are read, in the order of `fields`. */
  readonly columns: readonly string[]
}
/** Keeps rows where `condition` is TRUE, then computes the projections (null: all columns as they are). */
export interface CalcNode extends Node {
  readonly kind: 'calc'
  readonly input: string
  readonly condition: Expression | null
  readonly projections: readonly Expression[] | null
}
/** The watermark of a row is `expression` over it; see DESIGN.md for when it is sent. */
export interface WatermarkNode extends Node {
  readonly kind: 'watermark'
  readonly input: string
  readonly expression: Expression
  /** 0: never idle. */
  readonly idleTimeoutMs: number
}
export interface UnionNode extends Node {
  readonly kind: 'union'
  readonly inputs: readonly string[]
}
/** Windows over a time column in milliseconds. HOP's `sizeMs` is a whole multiple of `slideMs`. */
export type WindowSpec =
  | { readonly kind: 'tumble'; readonly timeColumn: number; readonly sizeMs: number; readonly offsetMs: number }
  | { readonly kind: 'hop'; readonly timeColumn: number; readonly sizeMs: number; readonly slideMs: number; readonly offsetMs: number }
  | { readonly kind: 'cumulate'; readonly timeColumn: number; readonly sizeMs: number; readonly stepMs: number; readonly offsetMs: number }
/** A window table function by itself: the input's columns, then window_start, window_end (TIMESTAMP(3)), window_time. */
export interface WindowNode extends Node {
  readonly kind: 'window'
  readonly input: string
  readonly window: WindowSpec
}
/**
 * Output: keys, aggregates, then `windowColumns` in the order named. A window fires at watermark >= end - 1 ms;
 * rows for windows that have fired are late: counted, and kept as dead letters of stage late.
 */
export interface WindowAggregateNode extends Node {
  readonly kind: 'window-aggregate'
  readonly input: string
  readonly window: WindowSpec
  readonly keys: readonly number[]
  readonly aggregates: readonly AggregateCall[]
  readonly windowColumns: readonly ('start' | 'end' | 'time')[]
}
/** Output: keys, then aggregates. In batch mode it answers once, at the end; in streaming mode it updates. No keys: one row (batch) as in SQL. */
export interface GroupAggregateNode extends Node {
  readonly kind: 'group-aggregate'
  readonly input: string
  readonly keys: readonly number[]
  readonly aggregates: readonly AggregateCall[]
}
/** `limit` null: all. Streaming mode: no order, over inserts; the first rows that come, and then nothing more. */
export interface SortLimitNode extends Node {
  readonly kind: 'sort-limit'
  readonly input: string
  readonly order: readonly { readonly column: number; readonly descending: boolean; readonly nullsFirst: boolean }[]
  readonly offset: number
  readonly limit: number | null
}
/** An upsert stream as a changelog: the last row of each key. `keys` are columns of input and output, which are the same, ascending. */
export interface NormalizeNode extends Node {
  readonly kind: 'normalize'
  readonly input: string
  readonly keys: readonly number[]
}
export interface ValuesNode extends Node {
  readonly kind: 'values'
  readonly rows: readonly (readonly Value[])[]
}
export interface SinkNode extends Node {
  readonly kind: 'sink'
  readonly input: string
  /** Null: the rows go to whoever asked (a SELECT, a preview). */
  readonly table: TableDescriptor | null
}

export type PlanNode =
  | ScanNode
  | CalcNode
  | WatermarkNode
  | UnionNode
  | WindowNode
  | WindowAggregateNode
  | GroupAggregateNode
  | SortLimitNode
  | NormalizeNode
  | ValuesNode
  | SinkNode
