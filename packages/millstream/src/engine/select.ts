import type { Batch } from '../data/batch.ts'
import type { PhysicalPlan, SinkNode } from '../model/plan.ts'
import { type QueryEnd, type QueryHost, type QueryProgress, runQuery } from './query.ts'

export interface SelectOptions {
  readonly fromMs: number | null
  readonly rowsMax: number
  readonly durationMs: number | null
  readonly signal: AbortSignal
  onRows(batch: Batch): void | Promise<void>
}

/** A SELECT that ends: a plan in batch mode, over the streams as far as they are committed now. */
export function runSelect(plan: PhysicalPlan, host: QueryHost, options: SelectOptions): Promise<QueryEnd> {
  const { onRows, ...limits } = options
  return runQuery(plan, host, { ...limits, onRows: (_sink, batch) => onRows(batch) })
}

export interface PreviewOptions {
  readonly fromMs: number | null
  readonly rowsMax: number
  readonly durationMs: number
  readonly signal: AbortSignal
  /** Rows that would have gone to the sink, as a changelog. */
  onRows(sink: SinkNode, batch: Batch): void | Promise<void>
  /** A few times a second: rows per node, the watermark, and why windows have not fired. */
  onProgress(progress: QueryProgress): void
}

/** A SELECT or a whole pipeline in streaming mode, its sinks swapped: live rows, nothing deployed, nothing written. */
export function runPreview(plan: PhysicalPlan, host: QueryHost, options: PreviewOptions): Promise<QueryEnd> {
  return runQuery(plan, host, options)
}
