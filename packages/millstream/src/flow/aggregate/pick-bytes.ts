import type { BytesColumn } from '../../data/column.ts'
import { bitmapBytes } from '../../data/column.ts'
import { type LogicalType, types } from '../../data/types.ts'
import type { KeyedRows } from '../state/keyed-rows.ts'
import type { Accumulator } from './accumulator.ts'
import { eachValue } from './kernel.ts'
import { type Rule, replaces } from './pick-rule.ts'

/** Strings and bytes, in the table's arena. A value that fits the place of the one before is written over it. */
export function pickBytes(name: string, type: LogicalType, rule: Rule): Accumulator {
  const start = `${name}_start`
  const size = `${name}_size`
  // The size is kept plus one, so that zero means: no value yet.
  const condition = replaces(
    rule,
    'b[s] !== 0',
    'help.compare(bytes, from, to, a[s], b[s] - 1) < 0',
    'help.compare(bytes, from, to, a[s], b[s] - 1) > 0',
  )
  return {
    columns: [
      { name: start, type: types.int() },
      { name: size, type: types.int() },
    ],
    add(argument, selected, groups) {
      const body = `if (${condition}) help.keep(bytes, from, to, a, b, s)`
      eachValue(body, argument, selected, [groups.ints(start), groups.ints(size)], arenaOf(groups))
    },
    retract: null,
    clear(groups, slot) {
      groups.ints(size)[slot] = 0
    },
    merge(from, fromSlots, to, toSlots, count) {
      const starts = from.ints(start)
      const sizes = from.ints(size)
      const present = { rows: new Int32Array(count), slots: new Int32Array(count), count: 0 }
      const offsets = new Int32Array(2 * count + 1)
      for (let i = 0; i < count; i++) {
        const source = fromSlots[i] as number
        if (sizes[source] === 0) continue
        // Row 2k of the column is the value; row 2k + 1 is what lies between it and the next.
        offsets[2 * present.count] = starts[source] as number
        offsets[2 * present.count + 1] = (starts[source] as number) + (sizes[source] as number) - 1
        present.rows[present.count] = 2 * present.count
        present.slots[present.count++] = toSlots[i] as number
      }
      const column: BytesColumn = { type, length: 2 * count, validity: null, layout: 'bytes', offsets, bytes: from.arena.array }
      this.add(column, present, to)
    },
    result(groups, slots, count) {
      const starts = groups.ints(start)
      const sizes = groups.ints(size)
      const arena = groups.arena.array
      const offsets = new Int32Array(count + 1)
      const validity = new Uint8Array(bitmapBytes(count))
      let end = 0
      for (let i = 0; i < count; i++) {
        const kept = sizes[slots[i] as number] as number
        if (kept > 0) {
          validity[i >> 3] = (validity[i >> 3] as number) | (1 << (i & 7))
          end += kept - 1
        }
        offsets[i + 1] = end
      }
      const bytes = new Uint8Array(end)
      for (let i = 0; i < count; i++) {
        const slot = slots[i] as number
        const from = starts[slot] as number
        if ((sizes[slot] as number) > 1) bytes.set(arena.subarray(from, from + (sizes[slot] as number) - 1), offsets[i])
      }
      return { type, length: count, validity, layout: 'bytes', offsets, bytes }
    },
  }
}

interface Arena {
  compare(bytes: Uint8Array, from: number, to: number, start: number, size: number): number
  keep(bytes: Uint8Array, from: number, to: number, starts: Int32Array, sizes: Int32Array, slot: number): void
}

function arenaOf(groups: KeyedRows): Arena {
  return {
    compare(bytes, from, to, start, size) {
      const arena = groups.arena.array
      const shared = Math.min(to - from, size)
      for (let i = 0; i < shared; i++) {
        const difference = (bytes[from + i] as number) - (arena[start + i] as number)
        if (difference !== 0) return difference
      }
      return to - from - size
    },
    keep(bytes, from, to, starts, sizes, slot) {
      const length = to - from
      let start = starts[slot] as number
      if (sizes[slot] === 0 || (sizes[slot] as number) - 1 < length) {
        start = groups.arena.used
        groups.arena.grow(start + length)
        starts[slot] = start
      }
      const arena = groups.arena.array
      for (let i = 0; i < length; i++) arena[start + i] = bytes[from + i] as number
      groups.arena.markRange(start, start + length)
      sizes[slot] = length + 1
    },
  }
}
