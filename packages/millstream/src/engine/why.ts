import type { Graph } from '../flow/graph.ts'
import { watermarkMin } from '../flow/input-watermarks.ts'
import type { Assigner } from '../flow/operators/watermark.ts'
import { WindowAggregate } from '../flow/operators/window-aggregate.ts'
import type { PlanNode } from '../model/plan.ts'

/** What holds a node's watermark, and which window waits for it. Times are epoch milliseconds; null: none yet. */
export interface WindowHint {
  readonly node: string
  readonly watermarkMs: number | null
  /** The end of the first window that has rows and has not fired. */
  readonly windowEndMs: number | null
  readonly heldBy: string | null
  /** `watermark 10:04:50, held by playback partition 3; window ends 10:05:00`. */
  readonly text: string
}

/** The watermark that the sources have sent, and the split that holds it: the others wait for the one that is lowest. */
export function heldBy(graph: Graph): { readonly watermarkMs: number | null; readonly heldBy: string | null } {
  let lowest: { watermarkMs: number; text: string } | null = null
  let sent = Number.POSITIVE_INFINITY
  for (const { node, operator } of graph.nodes()) {
    if (node.kind !== 'watermark') continue
    const { splits } = operator as Assigner
    sent = Math.min(sent, splits.sent)
    for (const { split, watermarkMs, idle } of splits.list()) {
      if (idle || (lowest !== null && lowest.watermarkMs <= watermarkMs)) continue
      lowest = { watermarkMs, text: splitText(graph, node, split, watermarkMs) }
    }
  }
  return { watermarkMs: Number.isFinite(sent) ? sent : null, heldBy: lowest?.text ?? null }
}

/** For every windowed node: why its next window has not fired. */
export function windowHints(graph: Graph): WindowHint[] {
  const holder = heldBy(graph)
  return graph.nodes().flatMap(({ node, operator, watermarkMs }) => {
    if (!(operator instanceof WindowAggregate)) return []
    const windowEndMs = operator.nextWindowEnd()
    const mark = Number.isFinite(watermarkMs) ? watermarkMs : null
    const held = windowEndMs === null ? null : holder.heldBy
    const parts = [mark === null ? 'no watermark yet' : `watermark ${clockText(mark)}`]
    if (windowEndMs !== null) parts.push(held === null ? ', every partition is idle: later rows move it' : `, held by ${held}`)
    parts.push(windowEndMs === null ? '; no window is open' : `; window ends ${clockText(windowEndMs)}`)
    return [{ node: node.id, watermarkMs: mark, windowEndMs, heldBy: held, text: parts.join('') }]
  })
}

function splitText(graph: Graph, node: PlanNode, split: string, watermarkMs: number): string {
  const scan = graph.scanOf(node.id)
  const table = scan.kind === 'scan' ? scan.table : null
  const name = table === null ? node.id : table.name
  const place = table?.kind === 'stream' ? `${name} partition ${split}` : `${name} ${split}`
  return watermarkMs === watermarkMin ? `${place} (no rows yet)` : place
}

const clockText = (timeMs: number): string => new Date(timeMs).toISOString().slice(11, 19)
