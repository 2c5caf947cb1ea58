import { must } from '../base/assert.ts'
import type { Batch } from '../data/batch.ts'
import type { PhysicalPlan, PlanNode, SinkNode } from '../model/plan.ts'
import { type ExpressionMode, operatorOf } from './build.ts'
import { InputWatermarks, watermarkMax, watermarkMin } from './input-watermarks.ts'
import type { Emit, Operator, OperatorHost } from './operator.ts'
import { type Assigner, reconsider } from './operators/watermark.ts'
import { inputsOf, pathsToSinks, topological } from './shape.ts'
import type { SavedSplits } from './split-watermarks.ts'
import type { StateStore } from './state/store.ts'

export interface GraphHost {
  readonly mode: ExpressionMode
  readonly state: StateStore
  /** Rows for a sink. The batch is good until the push that made it is over. */
  sink(node: SinkNode, batch: Batch): void
  /** Rows too late for `node`; good as long. */
  late(node: PlanNode, batch: Batch): void
}

/** What one push did with its rows, for one sink: what it did not count went on, or is held in state. */
export interface PushAccount {
  readonly sink: string
  /** Ways from the source to this sink: more than one where a UNION reads a table twice. */
  readonly paths: number
  filtered: number
  late: number
}

interface Vertex {
  readonly node: PlanNode
  readonly operator: Operator
  readonly outputs: { readonly vertex: Vertex; readonly port: number }[]
  readonly watermarks: InputWatermarks
  readonly emit: Emit
  /** Each input row is still one row here: what is dropped can be told row by row. */
  readonly perRow: boolean
  readonly paths: ReadonlyMap<string, number>
  endedInputs: number
  /** An assigner whose splits are all idle. */
  idle: boolean
  rowsIn: number
  rowsOut: number
  lateRows: number
}

export interface SavedGraph {
  readonly assigners: Readonly<Record<string, SavedSplits>>
  /** Each node's combined watermark; absent: none yet. */
  readonly watermarks: Readonly<Record<string, number>>
}

/** A plan at work: batches are pushed in at scans, and everything that follows happens before `push` returns. */
export class Graph {
  readonly #vertices = new Map<string, Vertex>()
  readonly #order: Vertex[] = []
  readonly #host: GraphHost
  /** Scan id -> the assigners that see its splits. */
  readonly #assigners = new Map<string, Vertex[]>()
  #nowMs = 0
  #split = ''
  #account: Map<string, PushAccount> | null = null

  constructor(plan: PhysicalPlan, host: GraphHost) {
    this.#host = host
    const paths = pathsToSinks(plan)
    for (const node of topological(plan)) {
      const inputs = inputsOf(node).map((id) => must(this.#vertices.get(id), `node ${id}`))
      const vertex = this.#build(node, plan, inputs, must(paths.get(node.id), 'paths'))
      this.#vertices.set(node.id, vertex)
      this.#order.push(vertex)
      inputs.forEach((input, port) => {
        input.outputs.push({ vertex, port })
      })
      if (node.kind === 'watermark') {
        const scan = this.scanOf(node.input).id
        this.#assigners.set(scan, [...(this.#assigners.get(scan) ?? []), vertex])
      }
    }
    for (const vertex of this.#order) vertex.operator.open?.(this.#operatorHost(vertex))
  }

  /** One batch of a split of a scan (or of a VALUES). Answers what became of its rows, a line for each sink. */
  push(scan: string, split: string, batch: Batch, nowMs: number): readonly PushAccount[] {
    const vertex = this.#find(scan)
    this.#nowMs = nowMs
    this.#split = split
    this.#account = new Map()
    for (const [sink, paths] of vertex.paths) this.#account.set(sink, { sink, paths, filtered: 0, late: 0 })
    vertex.rowsIn += batch.rowCount
    for (const assigner of this.#assigners.get(scan) ?? []) this.#wake(assigner)
    if (batch.rowCount > 0) vertex.emit(batch)
    const account = [...this.#account.values()]
    this.#account = null
    return account
  }

  addSplit(scan: string, split: string): void {
    for (const vertex of this.#assigners.get(scan) ?? []) (vertex.operator as Assigner).splits.add(split)
  }

  /** Reading the split gave nothing at `nowMs`: after the idle timeout it does not hold the watermark. */
  quiet(scan: string, split: string, nowMs: number): void {
    this.#nowMs = nowMs
    for (const vertex of this.#assigners.get(scan) ?? []) {
      if ((vertex.operator as Assigner).splits.quiet(split, nowMs)) this.#reconsider(vertex)
    }
  }

  endSplit(scan: string, split: string): void {
    for (const vertex of this.#assigners.get(scan) ?? []) {
      ;(vertex.operator as Assigner).splits.end(split)
      this.#reconsider(vertex)
    }
  }

  /** All splits of a scan ended and no more will come: the MAX watermark, then the end, pass through. */
  end(scan: string, nowMs: number): void {
    this.#nowMs = nowMs
    const vertex = this.#find(scan)
    this.#sendWatermark(vertex, watermarkMax)
    this.#sendEnd(vertex)
  }

  /** Operators flush what they buffer; afterwards the state may be frozen. */
  barrier(epoch: number): void {
    for (const vertex of this.#order) vertex.operator.onBarrier?.(epoch, vertex.emit)
  }

  save(): SavedGraph {
    const assigners: Record<string, SavedSplits> = {}
    const watermarks: Record<string, number> = {}
    for (const vertex of this.#order) {
      if (vertex.node.kind === 'watermark') assigners[vertex.node.id] = (vertex.operator as Assigner).splits.save()
      const combined = vertex.watermarks.combined
      if (Number.isFinite(combined)) watermarks[vertex.node.id] = combined
    }
    return { assigners, watermarks }
  }

  restore(saved: SavedGraph): void {
    for (const vertex of this.#order) {
      const splits = saved.assigners[vertex.node.id]
      if (splits !== undefined && vertex.node.kind === 'watermark') (vertex.operator as Assigner).splits.restore(splits)
      const watermarkMs = saved.watermarks[vertex.node.id] ?? watermarkMin
      vertex.watermarks.restore(watermarkMs)
      vertex.operator.restoreWatermark?.(watermarkMs)
    }
  }

  /** The watermark of a node, epoch milliseconds (infinite before the first and after the last). */
  watermark(node: string): number {
    return this.#find(node).watermarks.combined
  }

  nodes(): readonly { node: PlanNode; operator: Operator; watermarkMs: number; rowsIn: number; rowsOut: number; lateRows: number }[] {
    return this.#order.map(({ node, operator, watermarks, rowsIn, rowsOut, lateRows }) => ({
      node,
      operator,
      watermarkMs: watermarks.combined,
      rowsIn,
      rowsOut,
      lateRows,
    }))
  }

  #find(id: string): Vertex {
    return must(this.#vertices.get(id), `node ${id}`)
  }

  #build(node: PlanNode, plan: PhysicalPlan, inputs: readonly Vertex[], paths: ReadonlyMap<string, number>): Vertex {
    const read = inputs.map((input) => input.node)
    const evaluation = { mode: this.#host.mode, zone: plan.options['table.local-time-zone'] ?? 'UTC' }
    const perRow = inputs.every((input) => input.perRow && !multiplies(input.node))
    const vertex: Vertex = {
      node,
      operator: operatorOf(node, plan, read, evaluation, (batch) => this.#host.sink(node as SinkNode, batch)),
      outputs: [],
      watermarks: new InputWatermarks(Math.max(1, inputs.length)),
      emit: (batch) => this.#emit(vertex, batch),
      perRow,
      paths,
      endedInputs: 0,
      idle: false,
      rowsIn: 0,
      rowsOut: 0,
      lateRows: 0,
    }
    return vertex
  }

  #emit(from: Vertex, batch: Batch): void {
    from.rowsOut += batch.rowCount
    for (const { vertex, port } of from.outputs) {
      vertex.rowsIn += batch.rowCount
      vertex.operator.onBatch(port, batch, vertex.emit)
    }
  }

  #reconsider(vertex: Vertex): void {
    const assigner = vertex.operator as Assigner
    const moved = reconsider(assigner)
    if (moved !== null) this.#sendWatermark(vertex, moved)
    if (!assigner.splits.allIdle()) return
    vertex.idle = true
    this.#sendIdle(vertex, true)
  }

  /** Rows come again from a source that was idle: it holds the watermark of what it joins, which does not go back. */
  #wake(vertex: Vertex): void {
    if (!vertex.idle) return
    vertex.idle = false
    this.#sendIdle(vertex, false)
  }

  #sendWatermark(from: Vertex, timeMs: number): void {
    if (from.watermarks.combined < timeMs) from.watermarks.restore(timeMs)
    for (const { vertex, port } of from.outputs) {
      // An assigner makes its own watermarks; of what comes from before it only the last one counts.
      if (vertex.node.kind === 'watermark' && timeMs !== watermarkMax) continue
      if (vertex.watermarks.advance(port, timeMs)) this.#advanced(vertex)
    }
  }

  #advanced(vertex: Vertex): void {
    const combined = vertex.watermarks.combined
    vertex.operator.onWatermark?.(combined, vertex.emit)
    this.#sendWatermark(vertex, combined)
  }

  #sendIdle(from: Vertex, idle: boolean): void {
    for (const { vertex, port } of from.outputs) {
      if (vertex.watermarks.setIdle(port, idle)) this.#advanced(vertex)
      if (vertex.watermarks.idle === idle) this.#sendIdle(vertex, idle)
    }
  }

  #sendEnd(from: Vertex): void {
    for (const { vertex } of from.outputs) {
      vertex.endedInputs++
      if (vertex.endedInputs < inputsOf(vertex.node).length) continue
      vertex.operator.onEnd?.(vertex.emit)
      this.#sendEnd(vertex)
    }
  }

  /** The scan that a chain of single inputs starts at. */
  scanOf(id: string): PlanNode {
    const node = this.#find(id).node
    const [input] = inputsOf(node)
    return input === undefined ? node : this.scanOf(input)
  }

  #operatorHost(vertex: Vertex): OperatorHost {
    const graph = this
    return {
      get nowMs() {
        return graph.#nowMs
      },
      get split() {
        return graph.#split
      },
      table: (name) =>
        graph.#host.state.table(
          vertex.node.id,
          must(
            vertex.operator.state?.find((spec) => spec.name === name),
            name,
          ),
        ),
      late(batch) {
        vertex.lateRows += batch.rowCount
        graph.#note(vertex, 'late', batch.rowCount)
        graph.#host.late(vertex.node, batch)
      },
      count(counter, by) {
        if (counter === 'filtered' || counter === 'nullTime') graph.#note(vertex, 'filtered', by)
      },
      watermark: (timeMs) => graph.#sendWatermark(vertex, timeMs),
    }
  }

  #note(vertex: Vertex, what: 'filtered' | 'late', rows: number): void {
    if (!vertex.perRow || this.#account === null) return
    for (const [sink, paths] of vertex.paths) {
      const line = this.#account.get(sink)
      if (line !== undefined) line[what] += rows * paths
    }
  }
}

/** Nodes whose output rows are not their input rows one by one. */
function multiplies(node: PlanNode): boolean {
  return (
    node.kind === 'window' ||
    node.kind === 'window-aggregate' ||
    node.kind === 'group-aggregate' ||
    node.kind === 'sort-limit' ||
    node.kind === 'normalize'
  )
}
