import { columnOf } from '../../data/builder.ts'
import { type LogicalType, types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { Accumulator } from './accumulator.ts'
import { eachValue } from './kernel.ts'
import { type Rule, replaces } from './pick-rule.ts'

/** Values that are doubles in memory: BOOLEAN, integers of 32 bits, DATE, TIME, FLOAT, DOUBLE. */
export function pickNumber(name: string, type: LogicalType, rule: Rule): Accumulator {
  const value = `${name}_value`
  const set = `${name}_set`
  const condition = replaces(rule, 'b[s] === 1', 'x < a[s]', 'x > a[s]')
  return {
    columns: [
      { name: value, type: types.double() },
      { name: set, type: types.tinyint() },
    ],
    add(argument, selected, groups) {
      eachValue(`if (${condition}) { a[s] = x; b[s] = 1 }`, argument, selected, [groups.floats(value), groups.column(set).array])
    },
    retract: null,
    clear(groups, slot) {
      groups.column(set).array[slot] = 0
    },
    merge(from, fromSlots, to, toSlots, count) {
      const source = { type, length: from.count, validity: null, layout: 'float64', values: from.floats(value) } as const
      const isSet = from.column(set).array
      const present = { rows: new Int32Array(count), slots: new Int32Array(count), count: 0 }
      for (let i = 0; i < count; i++) {
        if (isSet[fromSlots[i] as number] !== 1) continue
        present.rows[present.count] = fromSlots[i] as number
        present.slots[present.count++] = toSlots[i] as number
      }
      this.add(source, present, to)
    },
    result(groups, slots, count) {
      const isSet = groups.column(set).array
      const held = groups.floats(value)
      const values = Array.from({ length: count }, (_, i): Value => {
        const slot = slots[i] as number
        if (isSet[slot] !== 1) return null
        return type.kind === 'BOOLEAN' ? held[slot] === 1 : (held[slot] as number)
      })
      return columnOf(type, values)
    },
  }
}
