import { rowKindText } from '../../data/batch.ts'
import type { Value } from '../../data/value.ts'
import type { PhysicalPlan, PlanNode } from '../../model/plan.ts'
import { Graph } from '../graph.ts'
import type { StateManifest } from '../state/manifest.ts'
import { StateStore } from '../state/store.ts'

export interface Ran {
  readonly rows: Value[][]
  readonly kinds: string[]
  readonly late: { readonly node: string; readonly row: Value[] }[]
}

/** A graph whose sinks and late rows are collected as values, and which can crash and come back from its last save. */
export class TestGraph {
  graph: Graph
  readonly out: Ran = { rows: [], kinds: [], late: [] }
  readonly #plan: PhysicalPlan
  #state = new StateStore()
  readonly #files = new Map<string, Uint8Array>()
  #freezes = 0

  constructor(plan: PhysicalPlan) {
    this.#plan = plan
    this.graph = this.#make()
  }

  /** Everything that a restart needs, as a checkpoint would write it. */
  save(): Saved {
    this.graph.barrier(++this.#freezes)
    const frozen = this.#state.freeze(`${this.#freezes}.state`)
    if (frozen !== null) {
      const bytes = Buffer.concat(frozen.parts)
      this.#files.set(frozen.file, bytes)
      const text = bytes.subarray(frozen.manifestOffset, frozen.manifestOffset + frozen.manifestBytes)
      this.#manifest = JSON.parse(text.toString()) as StateManifest
      for (const name of this.#files.keys()) if (!frozen.files.includes(name)) this.#files.delete(name)
    }
    const { rows, late } = this.out
    return { graph: JSON.stringify(this.graph.save()), manifest: this.#manifest, rows: rows.length, late: late.length }
  }

  /** Comes back as `saved` left it; what was emitted since is taken back. */
  async crash(saved: Saved): Promise<void> {
    this.#state = new StateStore()
    this.graph = this.#make()
    if (saved.manifest !== null) {
      await this.#state.restore(saved.manifest, async ({ file, offset, bytes }) => {
        const found = this.#files.get(file)
        if (found === undefined) throw new Error(`file ${file} was collected too early`)
        return found.subarray(offset, offset + bytes)
      })
    }
    this.graph.restore(JSON.parse(saved.graph))
    this.out.rows.length = saved.rows
    this.out.kinds.length = saved.rows
    this.out.late.length = saved.late
  }

  get fileCount(): number {
    return this.#files.size
  }

  #manifest: StateManifest | null = null

  #make(): Graph {
    return new Graph(this.#plan, {
      mode: 'compiled',
      state: this.#state,
      sink: (_node, batch) => {
        this.out.rows.push(...batch.rows())
        for (let row = 0; row < batch.rowCount; row++) this.out.kinds.push(rowKindText[batch.kinds?.[row] ?? 0] as string)
      },
      late: (node: PlanNode, batch) => this.out.late.push(...batch.rows().map((row) => ({ node: node.id, row }))),
    })
  }
}

export interface Saved {
  readonly graph: string
  readonly manifest: StateManifest | null
  readonly rows: number
  readonly late: number
}
