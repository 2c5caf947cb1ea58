import { Batch } from '../data/batch.ts'
import type { ProducerEntry } from './block-header.ts'
import type { Append, Appended } from './log.ts'

/** An append that waits for its group. */
export interface Waiting {
  readonly append: Append
  readonly bytes: number
  readonly resolve: (appended: Appended) => void
  readonly reject: (reason: Error) => void
}

/** Appends under one contract version share a block; those with unknown fields, a column more, have their own. */
export function runsOf(group: readonly Waiting[]): Waiting[][] {
  const runs: Waiting[][] = []
  for (const waiting of group) {
    const last = runs.at(-1)
    const first = last?.[0]?.append
    const { contractVersion, batch } = waiting.append
    if (first?.contractVersion === contractVersion && first.batch.schema.width === batch.schema.width) last?.push(waiting)
    else runs.push([waiting])
  }
  return runs
}

/** What a run writes: its rows as one batch. */
export function rowsOf(run: readonly Waiting[], producers: readonly ProducerEntry[]) {
  const appends = run.map((waiting) => waiting.append)
  const first = appends[0] as Append
  const filled = appends.filter((append) => append.batch.rowCount > 0).map((append) => append.batch)
  return {
    batch: filled.length === 0 ? new Batch(first.batch.schema, 0, []) : Batch.concat(first.batch.schema, filled),
    rejected: appends.flatMap((append) => append.rejected),
    producers,
    contractVersion: first.contractVersion,
    firstAppendMs: Math.min(...appends.map((append) => append.receivedAtMs)),
    lastAppendMs: Math.max(...appends.map((append) => append.receivedAtMs)),
  }
}

/** The entries of a run for its block: an append without a mark has none. */
export function producerTable(run: readonly Waiting[]): ProducerEntry[] {
  const entries: ProducerEntry[] = []
  let firstRow = 0
  for (const { append } of run) {
    const { producer: mark, batch, rejected, receivedAtMs } = append
    const figures = { firstRow, accepted: batch.rowCount, rejected: rejected.length, receivedAtMs }
    if (mark?.kind === 'sequence') {
      entries.push({ kind: 'sequence', id: mark.producer, epoch: mark.epoch, sequence: mark.sequence, bodyHash: '', ...figures })
    } else if (mark?.kind === 'key') {
      entries.push({ kind: 'key', id: mark.keyHash, epoch: 0, sequence: 0, bodyHash: mark.bodyHash, ...figures })
    }
    firstRow += batch.rowCount
  }
  return entries
}
