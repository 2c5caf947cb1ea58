import type { Contract } from '../data/contract.ts'
import { type LogicalType, types } from '../data/types.ts'

/**
 * The rows of the system streams that hold dead letters: `playback$late` has rows of `playback` that came too late for a
 * window or a dataset, or that it could not take. Rejects of the edge are sections of the stream's own blocks and need
 * no stream.
 */
export const lateStreamName = (stream: string): string => `${stream}$late`

const columns: readonly (readonly [name: string, type: LogicalType])[] = [
  /** `late`, `pipeline`, `sink` or `consumer`. */
  ['stage', types.string(false)],
  /** The hop that gave it up: `job:<uid>` or `dataset:<uid>`. */
  ['hop', types.string(false)],
  ['code', types.string(false)],
  ['reason', types.string(false)],
  /** The row as JSON text, as the hop saw it. */
  ['row', types.string(false)],
  /** Where the row stood in its source; null when it was made from several. */
  ['source_partition', types.int()],
  ['source_offset', types.bigint()],
  ['contract_version', types.int()],
  ['event_time', types.timestampLtz(3)],
]

/** One contract for all of them: version 1. */
export const deadLetterContract: Contract = {
  version: 1,
  columns: columns.map(([name, type], position) => ({ kind: 'physical', id: position + 1, name, type })),
  watermark: null,
  primaryKey: [],
  distributedBy: [],
  buckets: 1,
  options: { connector: 'millstream' },
  comment: 'Rows that could not go on',
}
