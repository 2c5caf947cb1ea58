import { type LogicalType, types } from '../../data/types.ts'
import type { Accumulator } from './accumulator.ts'
import { eachValue } from './kernel.ts'

/** Rows, or rows where the argument is not null. */
export function count(name: string, type: LogicalType): Accumulator {
  const total = `${name}_count`
  return {
    columns: [{ name: total, type: types.double() }],
    add(argument, selected, groups) {
      eachValue('a[s]++', argument, selected, [groups.floats(total)])
    },
    retract(argument, selected, groups) {
      eachValue('a[s]--', argument, selected, [groups.floats(total)])
    },
    merge(from, fromSlots, to, toSlots, length) {
      const source = from.floats(total)
      const target = to.floats(total)
      for (let i = 0; i < length; i++) {
        const slot = toSlots[i] as number
        target[slot] = (target[slot] as number) + (source[fromSlots[i] as number] as number)
      }
    },
    result(groups, slots, length) {
      const totals = groups.floats(total)
      const values = new Float64Array(length)
      for (let i = 0; i < length; i++) values[i] = totals[slots[i] as number] as number
      return { type, length, validity: null, layout: 'safe', values }
    },
  }
}
