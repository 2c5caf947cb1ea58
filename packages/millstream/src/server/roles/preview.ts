import type { SqlMessage } from '@millstream/client'
import { taggedValue } from '../../base/json.ts'
import { limits } from '../../base/limits.ts'
import { jsonLists } from '../../codec/json-write.ts'
import { type Batch, rowKindText } from '../../data/batch.ts'
import { typeText } from '../../data/types.ts'
import { runPreview, runSelect } from '../../engine/select.ts'
import type { PhysicalPlan, SinkNode } from '../../model/plan.ts'
import { joinHub, superviseThis } from '../child.ts'
import { connectorsOf } from '../connectors.ts'
import type { PreviewEnd, PreviewLines, PreviewStart } from '../preview-messages.ts'

/** Warm and waiting: runs SELECTs that end, and previews. Nothing is deployed, nothing is written. */
const log = superviseThis('preview', () => {})
const running = new Map<number, AbortController>()
const { options, ports, hub, told } = await joinHub('preview', log, (rpc) => {
  rpc.handle('preview.start', (start: PreviewStart) => run(start))
  rpc.handle('preview.stop', ({ id }: { id: number }) => running.get(id)?.abort())
})
const connectors = connectorsOf({ ports, dataFolder: '', ends: told, streams: told }, options, () => {})

async function run(start: PreviewStart): Promise<PreviewEnd> {
  const { id, mode, fromMs, rowsMax, durationMs } = start
  const plan = taggedValue(start.plan) as PhysicalPlan
  const sinks = plan.nodes.filter((node): node is SinkNode => node.kind === 'sink')
  const stop = new AbortController()
  running.set(id, stop)
  let rows = 0
  const send = async (lines: readonly string[]): Promise<void> => {
    const { go } = await hub.request<{ go: boolean }>('hub.previewLines', { id, lines } satisfies PreviewLines)
    if (!go) stop.abort()
  }
  try {
    await send([JSON.stringify({ type: 'schema', dialect: 'flink', columns: columnsOf(sinks[0]) } satisfies SqlMessage)])
    const host = { ports, connectors, mode: 'compiled' as const }
    const onRows = async (sink: SinkNode, batch: Batch): Promise<void> => {
      rows += batch.rowCount
      await send(rowLines(batch, sinks.length > 1 ? (sink.table?.name ?? null) : null))
    }
    const shared = { fromMs, rowsMax, durationMs, signal: stop.signal }
    if (mode === 'select') {
      const sink = sinks[0]
      if (sink !== undefined) await runSelect(plan, host, { ...shared, onRows: (batch) => onRows(sink, batch) })
    } else {
      await runPreview(plan, host, {
        ...shared,
        onRows,
        onProgress: ({ watermarkMs, heldBy, nodes, windows }) => {
          const seen = Object.fromEntries(Object.entries(nodes).map(([node, { rowsIn, rowsOut }]) => [node, { rowsIn, rowsOut }]))
          const waiting = windows[0]?.text ?? null
          send([JSON.stringify({ type: 'progress', watermarkMs, heldBy, waiting, nodes: seen } satisfies SqlMessage)]).catch(() =>
            stop.abort(),
          )
        },
      })
    }
    return { rows }
  } finally {
    running.delete(id)
  }
}

const columnsOf = (sink: SinkNode | undefined) => (sink?.fields ?? []).map(({ name, type }) => ({ name, type: typeText(type) }))

/** Messages of at most so many rows, with every digit of every number. */
function rowLines(batch: Batch, sink: string | null): string[] {
  const texts = jsonLists(batch)
  const lines: string[] = []
  for (let from = 0; from < texts.length; from += limits.messageRowsMax) {
    const to = Math.min(texts.length, from + limits.messageRowsMax)
    const { kinds } = batch
    const marks = kinds === null ? '' : `,"kinds":${JSON.stringify(Array.from(kinds.subarray(from, to), (kind) => rowKindText[kind]))}`
    const name = sink === null ? '' : `,"sink":${JSON.stringify(sink)}`
    lines.push(`{"type":"rows","rows":[${texts.slice(from, to).join(',')}]${marks}${name}}`)
  }
  return lines
}
