import type { HomeGraph, LiveUpdate } from '@millstream/client'
import { Background, Controls, type Edge, Handle, MarkerType, type Node, type NodeProps, Position, ReactFlow } from '@xyflow/react'
import { useMemo } from 'react'
import { count, rate } from '../state/format.ts'
import { layers } from '../state/layers.ts'
import { go } from '../state/route.ts'

/** More nodes than this say nothing to a person: the busiest are drawn, and the page says so. */
export const drawnMax = 200
const columnWidth = 340
const rowHeight = 84
const rooms = { stream: 'streams', pipeline: 'pipelines', dataset: 'datasets' } as const

type Box = Node<
  { readonly name: string; readonly kind: keyof typeof rooms | 'source'; readonly state: string; readonly note: string | null },
  'box'
>

const nodeTypes = { box: BoxNode }

/** What flows where: sources, streams, pipelines and datasets from left to right, each edge with its rate. */
export function Lineage({ graph, edges }: { readonly graph: HomeGraph; readonly edges: LiveUpdate['edges'] }) {
  const placed = useMemo((): Box[] => {
    const columns = layers(
      graph.nodes.map((node) => node.id),
      graph.edges,
    )
    const heights = new Map<number, number>()
    return graph.nodes.map((node) => {
      const column = columns.get(node.id) ?? 0
      const row = heights.get(column) ?? 0
      heights.set(column, row + 1)
      const { name, kind, state, note } = node
      return {
        id: node.id,
        type: 'box',
        position: { x: column * columnWidth, y: row * rowHeight },
        data: { name, kind, state, note },
        draggable: true,
      }
    })
  }, [graph])
  const drawn = graph.edges.map((edge): Edge => {
    const id = `${edge.from}>${edge.to}`
    const now = edges[id]
    const lag = now !== undefined && now.lagRows > 0 ? `, ${count(now.lagRows)} behind` : ''
    return {
      id,
      source: edge.from,
      target: edge.to,
      animated: (now?.rowsPerSecond ?? 0) > 0,
      label: now === undefined ? undefined : `${rate(now.rowsPerSecond)}${lag}`,
      markerEnd: { type: MarkerType.ArrowClosed },
    }
  })
  return (
    <ReactFlow
      nodes={placed}
      edges={drawn}
      nodeTypes={nodeTypes}
      fitView
      fitViewOptions={{ maxZoom: 1.15, padding: 0.12 }}
      minZoom={0.1}
      nodesConnectable={false}
      onlyRenderVisibleElements
    >
      <Background />
      <Controls showInteractive={false} />
    </ReactFlow>
  )
}

function BoxNode({ data }: NodeProps<Box>) {
  const { kind, name, state, note } = data
  return (
    <>
      <Handle type="target" position={Position.Left} />
      <button
        type="button"
        className={`node kind-${kind} ${state === 'failed' ? 'failed' : ''}`}
        title={note ?? name}
        onClick={() => kind !== 'source' && go(rooms[kind], name)}
      >
        <small>
          {kind === 'source' ? 'producer' : kind}
          {state !== 'ok' && `, ${state}`}
        </small>
        <strong>{name}</strong>
      </button>
      <Handle type="source" position={Position.Right} />
    </>
  )
}
