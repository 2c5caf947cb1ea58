import type { PushAccount } from '../flow/graph.ts'
import type { LedgerEntry } from '../model/hub.ts'
import type { ScanNode } from '../model/plan.ts'

interface Line {
  readonly streamUid: string
  readonly partition: number
  readonly from: number
  to: number
  in: number
  readonly sinks: Map<string, { paths: number; filtered: number; late: number }>
}

const minuteMs = 60_000

/**
 * The job's account of what it read from streams since the last checkpoint, by partition and offset range. With one sink
 * the hop is `job:<uid>`; with several each has its own, `job:<uid>/<sink>`, since a row may pass one and not another.
 * Rows that a UNION reads twice count twice in `in`, as they do downstream. What is held in windows counts as out.
 */
export class Account {
  readonly #job: string
  readonly #lines = new Map<string, Line>()

  constructor(job: string) {
    this.#job = job
  }

  /** A batch of rows at offsets `from` to `to` of a stream's partition went through the graph. */
  add(scan: ScanNode, split: string, from: unknown, to: unknown, rows: number, pushed: readonly PushAccount[]): void {
    if (scan.table.kind !== 'stream' || scan.table.uid === null || typeof from !== 'number' || typeof to !== 'number') return
    const key = `${scan.id}/${split}`
    let line = this.#lines.get(key)
    if (line === undefined) {
      line = { streamUid: scan.table.uid, partition: Number(split), from, to, in: 0, sinks: new Map() }
      this.#lines.set(key, line)
    }
    line.to = to
    line.in += rows
    for (const { sink, paths, filtered, late } of pushed) {
      const counted = line.sinks.get(sink) ?? { paths, filtered: 0, late: 0 }
      counted.filtered += filtered
      counted.late += late
      line.sinks.set(sink, counted)
    }
  }

  /** The entries since the last call. */
  take(nowMs: number): LedgerEntry[] {
    const entries = [...this.#lines.values()].flatMap((line) =>
      [...line.sinks].map(([sink, { paths, filtered, late }]): LedgerEntry => {
        const rows = line.in * paths
        return {
          streamUid: line.streamUid,
          hop: line.sinks.size === 1 ? `job:${this.#job}` : `job:${this.#job}/${sink}`,
          partition: line.partition,
          from: line.from,
          to: line.to,
          in: rows,
          out: rows - filtered - late,
          filtered,
          late,
          rejected: 0,
          refused: 0,
          minuteMs: Math.floor(nowMs / minuteMs) * minuteMs,
        }
      }),
    )
    this.#lines.clear()
    return entries
  }
}
