import { unreachable } from '../../base/assert.ts'
import { Batch } from '../../data/batch.ts'
import type { Column } from '../../data/column.ts'
import type { Schema } from '../../data/schema.ts'
import type { WindowAggregateNode } from '../../model/plan.ts'
import { Groups } from '../aggregate/groups.ts'
import { watermarkMin } from '../input-watermarks.ts'
import type { Emit, Operator, OperatorHost } from '../operator.ts'
import { millisColumn, millisOf, present } from '../times.ts'
import { slicingOf } from '../windows.ts'

/** Scratch namespace in which the slices of one window are summed; real slices end at whole milliseconds. */
const merged = 0.5
const batchRows = 4096

/**
 * Aggregates by key and window. A window fires once, when the watermark reaches its end - 1 ms; a row of which every
 * window has fired is late. What state is kept: the slices of windows that have not fired.
 */
export function windowAggregate(node: WindowAggregateNode, input: Schema, output: Schema, retracting: boolean): WindowAggregate {
  return new WindowAggregate(node, input, output, retracting)
}

export class WindowAggregate implements Operator {
  readonly state
  readonly #node: WindowAggregateNode
  readonly #output: Schema
  readonly #groups: Groups
  readonly #slicing
  #host: OperatorHost | null = null
  #watermark = watermarkMin

  constructor(node: WindowAggregateNode, input: Schema, output: Schema, retracting: boolean) {
    this.#node = node
    this.#output = output
    this.#groups = new Groups(node.keys, node.aggregates, input, retracting)
    this.#slicing = slicingOf(node.window)
    this.state = this.#groups.state
  }

  open(host: OperatorHost): void {
    this.#host = host
    this.#groups.open(host)
  }

  /** After a restore: the windows that had fired. */
  restoreWatermark(timeMs: number): void {
    this.#watermark = timeMs
  }

  /** The end of the earliest window that has rows and has not fired; null when none has. */
  nextWindowEnd(): number | null {
    let next: number | null = null
    for (const slice of this.#groups.spaces()) {
      const end = this.#slicing.windowEnds(slice).find((windowEnd) => windowEnd - 1 > this.#watermark)
      if (end !== undefined && (next === null || end < next)) next = end
    }
    return next
  }

  onBatch(_port: number, batch: Batch, _emit: Emit): void {
    const column = batch.columns[this.#node.window.timeColumn] as Column
    const times = millisOf(column)
    const isPresent = present(column)
    const late: number[] = []
    const rows = new Int32Array(batch.rowCount)
    let slice = Number.NaN
    let sliceStart = Number.NaN
    let count = 0
    let nulls = 0
    // Rows of one slice mostly come together: a run of them is added at once.
    for (let row = 0; row < batch.rowCount; row++) {
      if (!isPresent(row)) {
        nulls++
        continue
      }
      const time = times[row] as number
      if (!(time >= sliceStart && time < slice)) {
        this.#add(slice, batch, rows, count)
        count = 0
        slice = this.#slicing.sliceEnd(time)
        sliceStart = slice - this.#slicing.sliceMs
      }
      if (slice - 1 <= this.#watermark && this.#slicing.lastWindowEnd(slice) - 1 <= this.#watermark) late.push(row)
      else rows[count++] = row
    }
    this.#add(slice, batch, rows, count)
    if (nulls > 0) this.#host?.count('nullTime', nulls)
    if (late.length > 0) this.#host?.late(batch.take(Int32Array.from(late)))
  }

  onWatermark(timeMs: number, emit: Emit): void {
    const before = this.#watermark
    const ends = new Set<number>()
    for (const slice of this.#groups.spaces()) {
      for (const end of this.#slicing.windowEnds(slice)) if (end - 1 > before && end - 1 <= timeMs) ends.add(end)
    }
    this.#watermark = timeMs
    for (const end of [...ends].sort((a, b) => a - b)) this.#fire(end, emit)
    for (const slice of this.#groups.spaces()) if (this.#slicing.lastWindowEnd(slice) - 1 <= timeMs) this.#groups.drop(slice)
  }

  #add(slice: number, batch: Batch, rows: Int32Array, count: number): void {
    if (count === 0) return
    const slots = new Int32Array(count)
    this.#groups.assign(slice, batch, rows, count, slots)
    const { kinds } = batch
    if (kinds === null) {
      this.#groups.add(slice, batch, { rows, slots, count }, 1)
      return
    }
    const one = { rows: new Int32Array(1), slots: new Int32Array(1), count: 1 }
    for (let i = 0; i < count; i++) {
      one.rows[0] = rows[i] as number
      one.slots[0] = slots[i] as number
      this.#groups.add(slice, batch, one, isRetraction(kinds[rows[i] as number] as number) ? -1 : 1)
    }
  }

  #fire(end: number, emit: Emit): void {
    const slices: number[] = []
    for (let slice = this.#slicing.firstSliceEnd(end); slice <= end; slice += this.#slicing.sliceMs) {
      if (this.#groups.has(slice)) slices.push(slice)
    }
    const [only] = slices
    if (only === undefined) return
    if (slices.length === 1) this.#emitGroups(only, end, emit)
    else {
      for (const slice of slices) this.#groups.merge(slice, merged)
      this.#emitGroups(merged, end, emit)
      this.#groups.drop(merged)
    }
  }

  #emitGroups(space: number, end: number, emit: Emit): void {
    const counts = this.#groups.rowCounts(space)
    const total = this.#groups.rows(space).count
    const slots = new Int32Array(Math.min(total, batchRows))
    let filled = 0
    for (let slot = 0; slot < total; slot++) {
      if ((counts[slot] as number) > 0) slots[filled++] = slot
      if (filled < batchRows && slot < total - 1) continue
      if (filled > 0) emit(this.#outputBatch(space, end, slots, filled))
      filled = 0
    }
  }

  #outputBatch(space: number, end: number, slots: Int32Array, count: number): Batch {
    const columns = this.#groups.columns(space, slots, count)
    for (const name of this.#node.windowColumns) {
      const field = this.#output.fields[columns.length]
      if (field === undefined) throw new Error('the node has more columns than fields')
      columns.push(millisColumn(field.type, this.#boundary(name, end), count))
    }
    return new Batch(this.#output, count, columns)
  }

  #boundary(name: 'start' | 'end' | 'time', end: number): number {
    switch (name) {
      case 'start':
        return this.#slicing.windowStart(end)
      case 'end':
        return end
      case 'time':
        return end - 1
      default:
        return unreachable(name)
    }
  }
}

export const isRetraction = (kind: number): boolean => kind === 1 || kind === 3
