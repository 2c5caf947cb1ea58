import { columnOf } from '../../data/builder.ts'
import { isApproximate, type LogicalType, types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { Accumulator } from './accumulator.ts'
import { ExactSum } from './exact-sum.ts'
import { wrapped } from './integers.ts'
import { eachValue } from './kernel.ts'

/** As in Flink: SUM of an integer has its type and wraps around; a DECIMAL beyond 38 digits is null; of no values null (`zero`: 0). */
export function sum(name: string, argument: LogicalType, type: LogicalType, zero: boolean): Accumulator {
  return isApproximate(argument) ? approximateSum(name, type, zero) : exactSum(name, type, zero)
}

function exactSum(name: string, type: LogicalType, zero: boolean): Accumulator {
  const state = new ExactSum(name)
  return {
    columns: state.columns,
    add: (argument, selected, groups) => argument && state.add(argument, selected, groups, 1),
    retract: (argument, selected, groups) => argument && state.add(argument, selected, groups, -1),
    merge: (from, fromSlots, to, toSlots, count) => state.merge(from, fromSlots, to, toSlots, count),
    result(groups, slots, count) {
      const values = Array.from({ length: count }, (_, i): Value => {
        const slot = slots[i] as number
        if (state.count(groups, slot) === 0 && !zero) return null
        return wrapped(state.total(groups, slot), type)
      })
      return columnOf(type, values)
    },
  }
}

function approximateSum(name: string, type: LogicalType, zero: boolean): Accumulator {
  const total = `${name}_sum`
  const present = `${name}_count`
  const round = type.kind === 'FLOAT' ? 'Math.fround' : ''
  return {
    columns: [
      { name: total, type: types.double() },
      { name: present, type: types.double() },
    ],
    add(argument, selected, groups) {
      eachValue(`a[s] = ${round}(a[s] + x); b[s]++`, argument, selected, [groups.floats(total), groups.floats(present)])
    },
    retract(argument, selected, groups) {
      eachValue(`a[s] = ${round}(a[s] - x); b[s]--`, argument, selected, [groups.floats(total), groups.floats(present)])
    },
    merge(from, fromSlots, to, toSlots, count) {
      const totals = to.floats(total)
      const counts = to.floats(present)
      for (let i = 0; i < count; i++) {
        const slot = toSlots[i] as number
        const source = fromSlots[i] as number
        const both = (totals[slot] as number) + (from.floats(total)[source] as number)
        totals[slot] = round === '' ? both : Math.fround(both)
        counts[slot] = (counts[slot] as number) + (from.floats(present)[source] as number)
      }
    },
    result(groups, slots, count) {
      const totals = groups.floats(total)
      const counts = groups.floats(present)
      const values = Array.from({ length: count }, (_, i): Value => {
        const slot = slots[i] as number
        return counts[slot] === 0 && !zero ? null : (totals[slot] as number)
      })
      return columnOf(type, values)
    },
  }
}
