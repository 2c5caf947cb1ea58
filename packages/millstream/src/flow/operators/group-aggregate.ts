import { Batch, rowKind } from '../../data/batch.ts'
import type { Column } from '../../data/column.ts'
import type { Schema } from '../../data/schema.ts'
import { concatColumns, takeRows } from '../../data/take.ts'
import { valueAt } from '../../data/value.ts'
import type { GroupAggregateNode, PhysicalPlan } from '../../model/plan.ts'
import { Groups } from '../aggregate/groups.ts'
import { sameValue } from '../compare.ts'
import type { Emit, Operator, OperatorHost } from '../operator.ts'
import { isRetraction } from './window-aggregate.ts'

const space = 0
const batchRows = 4096

export interface GroupOptions {
  readonly mode: PhysicalPlan['mode']
  /** Rows of the input may be taken away again. */
  readonly retracting: boolean
}

/**
 * Aggregates by key. Batch mode answers once, at the end (without keys always one row). Streaming mode answers how each
 * group changed by a batch: +I for a new one, -U and +U for a changed one, -D for one whose rows are all gone.
 */
export function groupAggregate(node: GroupAggregateNode, input: Schema, output: Schema, options: GroupOptions): Operator {
  return new GroupAggregate(node, input, output, options)
}

class GroupAggregate implements Operator {
  readonly state
  readonly #node: GroupAggregateNode
  readonly #output: Schema
  readonly #groups: Groups
  readonly #batchMode: boolean

  constructor(node: GroupAggregateNode, input: Schema, output: Schema, { mode, retracting }: GroupOptions) {
    this.#node = node
    this.#output = output
    this.#groups = new Groups(node.keys, node.aggregates, input, retracting)
    this.#batchMode = mode === 'batch'
    this.state = this.#groups.state
  }

  open(host: OperatorHost): void {
    this.#groups.open(host)
  }

  onBatch(_port: number, batch: Batch, emit: Emit): void {
    const count = batch.rowCount
    const rows = Int32Array.from({ length: count }, (_, row) => row)
    const slots = new Int32Array(count)
    this.#groups.assign(space, batch, rows, count, slots)
    if (this.#batchMode) {
      this.#addAll(batch, rows, slots)
      return
    }
    const touched = distinctSlots(slots, this.#groups.rows(space).count)
    const countsBefore = touched.map((slot) => this.#groups.rowCounts(space)[slot] as number)
    const before = this.#groups.columns(space, touched, touched.length)
    this.#addAll(batch, rows, slots)
    this.#emitChanges(touched, countsBefore, before, emit)
  }

  onEnd(emit: Emit): void {
    if (!this.#batchMode) return
    const groups = this.#groups.rows(space)
    if (this.#node.keys.length === 0 && groups.count === 0) groups.slot(new Uint8Array(0), 0, 0, 0)
    for (let from = 0; from < groups.count; from += batchRows) {
      const length = Math.min(batchRows, groups.count - from)
      const slots = Int32Array.from({ length }, (_, i) => from + i)
      const alive = this.#node.keys.length === 0 ? slots : slots.filter((slot) => (this.#groups.rowCounts(space)[slot] as number) > 0)
      if (alive.length > 0) emit(new Batch(this.#output, alive.length, this.#groups.columns(space, alive, alive.length)))
    }
  }

  #addAll(batch: Batch, rows: Int32Array, slots: Int32Array): void {
    const { kinds, rowCount } = batch
    if (kinds === null) {
      this.#groups.add(space, batch, { rows, slots, count: rowCount }, 1)
      return
    }
    // Runs of additions and of retractions, in order: FIRST_VALUE and its like depend on it.
    let from = 0
    for (let row = 1; row <= rowCount; row++) {
      const retraction = isRetraction(kinds[from] as number)
      if (row < rowCount && isRetraction(kinds[row] as number) === retraction) continue
      const selected = { rows: rows.subarray(from, row), slots: slots.subarray(from, row), count: row - from }
      this.#groups.add(space, batch, selected, retraction ? -1 : 1)
      from = row
    }
  }

  #emitChanges(touched: Int32Array, countsBefore: Int32Array, before: readonly Column[], emit: Emit): void {
    const after = this.#groups.columns(space, touched, touched.length)
    const counts = this.#groups.rowCounts(space)
    const same = sameRows(before, after, touched.length)
    const order: number[] = []
    const kinds: number[] = []
    for (let i = 0; i < touched.length; i++) {
      const was = (countsBefore[i] as number) > 0
      const is = (counts[touched[i] as number] as number) > 0
      // Rows of `before` are numbered first, then those of `after`.
      if (was && is) {
        if (same(i)) continue
        order.push(i, touched.length + i)
        kinds.push(rowKind.updateBefore, rowKind.updateAfter)
      } else if (is) {
        order.push(touched.length + i)
        kinds.push(rowKind.insert)
      } else if (was) {
        order.push(i)
        kinds.push(rowKind.delete)
      }
    }
    if (order.length === 0) return
    const rows = Int32Array.from(order)
    const columns = before.map((column, i) => takeRows(concatColumns([column, after[i] as Column]), rows))
    const appendOnly = kinds.every((kind) => kind === rowKind.insert)
    emit(new Batch(this.#output, rows.length, columns, appendOnly ? null : Uint8Array.from(kinds)))
  }
}

/** Each slot once, in the order of its first row. */
function distinctSlots(slots: Int32Array, slotCount: number): Int32Array {
  const seen = new Uint8Array(slotCount)
  return slots.filter((slot) => {
    if (seen[slot] === 1) return false
    seen[slot] = 1
    return true
  })
}

/** Whether row i of both is the same: then nothing changed that anybody could see. */
function sameRows(before: readonly Column[], after: readonly Column[], count: number): (row: number) => boolean {
  const changed = new Uint8Array(count)
  before.forEach((column, i) => {
    const other = after[i] as Column
    for (let row = 0; row < count; row++) if (!sameValue(valueAt(column, row), valueAt(other, row))) changed[row] = 1
  })
  return (row) => changed[row] === 0
}
