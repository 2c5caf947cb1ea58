import { columnOf } from '../../data/builder.ts'
import { isApproximate, type LogicalType, types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { Accumulator } from './accumulator.ts'
import { ExactSum } from './exact-sum.ts'
import { divideHalfUp, wrapped } from './integers.ts'
import { eachValue } from './kernel.ts'

/** As in Flink: AVG of an integer is that integer type, cut towards zero; of a DECIMAL a DECIMAL, rounded half up. */
export function average(name: string, argument: LogicalType, type: LogicalType): Accumulator {
  return isApproximate(argument) ? approximateAverage(name, type) : exactAverage(name, argument, type)
}

function exactAverage(name: string, argument: LogicalType, type: LogicalType): Accumulator {
  const state = new ExactSum(name)
  const scaleUp = argument.kind === 'DECIMAL' && type.kind === 'DECIMAL' ? 10n ** BigInt(Math.max(0, type.scale - argument.scale)) : 1n
  return {
    columns: state.columns,
    add: (column, selected, groups) => column && state.add(column, selected, groups, 1),
    retract: (column, selected, groups) => column && state.add(column, selected, groups, -1),
    merge: (from, fromSlots, to, toSlots, count) => state.merge(from, fromSlots, to, toSlots, count),
    result(groups, slots, count) {
      const values = Array.from({ length: count }, (_, i): Value => {
        const slot = slots[i] as number
        const present = state.count(groups, slot)
        if (present === 0) return null
        const total = state.total(groups, slot)
        if (type.kind === 'DECIMAL') return wrapped(divideHalfUp(total * scaleUp, BigInt(present)), type)
        if (type.kind === 'DOUBLE' || type.kind === 'FLOAT') return Number(total) / present
        return wrapped(BigInt.asIntN(64, total) / BigInt(present), type)
      })
      return columnOf(type, values)
    },
  }
}

function approximateAverage(name: string, type: LogicalType): Accumulator {
  const total = `${name}_sum`
  const present = `${name}_count`
  return {
    columns: [
      { name: total, type: types.double() },
      { name: present, type: types.double() },
    ],
    add(column, selected, groups) {
      eachValue('a[s] += x; b[s]++', column, selected, [groups.floats(total), groups.floats(present)])
    },
    retract(column, selected, groups) {
      eachValue('a[s] -= x; b[s]--', column, selected, [groups.floats(total), groups.floats(present)])
    },
    merge(from, fromSlots, to, toSlots, count) {
      for (const column of [total, present]) {
        const target = to.floats(column)
        const source = from.floats(column)
        for (let i = 0; i < count; i++) {
          const slot = toSlots[i] as number
          target[slot] = (target[slot] as number) + (source[fromSlots[i] as number] as number)
        }
      }
    },
    result(groups, slots, count) {
      const values = Array.from({ length: count }, (_, i): Value => {
        const slot = slots[i] as number
        const counted = groups.floats(present)[slot] as number
        return counted === 0 ? null : (groups.floats(total)[slot] as number) / counted
      })
      return columnOf(type, values)
    },
  }
}
