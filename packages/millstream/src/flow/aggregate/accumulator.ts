import { errors } from '../../base/errors.ts'
import type { Column } from '../../data/column.ts'
import type { AggregateCall } from '../../expr/expression.ts'
import type { TableSpec } from '../operator.ts'
import type { KeyedRows } from '../state/keyed-rows.ts'
import { average } from './average.ts'
import { count } from './count.ts'
import { pick } from './pick.ts'
import { sum } from './sum.ts'

/** Rows of a batch and the group of each: row `rows[i]` belongs to slot `slots[i]`, for i below `count`. */
export interface Selected {
  readonly rows: Int32Array
  readonly slots: Int32Array
  readonly count: number
}

/**
 * One aggregate over groups whose accumulators are columns of a state table. Nulls are left out; a group without
 * values answers null (COUNT 0).
 */
export interface Accumulator {
  /** Its columns in the groups' table. */
  readonly columns: TableSpec['columns']
  add(argument: Column | null, selected: Selected, groups: KeyedRows): void
  /** Takes rows away that were added before; null when it cannot. */
  readonly retract: ((argument: Column | null, selected: Selected, groups: KeyedRows) => void) | null
  /** Forgets what a group had: for those that cannot retract, and are added again from what is left. */
  clear?(groups: KeyedRows, slot: number): void
  /** Adds groups of another table: slot `fromSlots[i]` into `toSlots[i]`. */
  merge(from: KeyedRows, fromSlots: Int32Array, to: KeyedRows, toSlots: Int32Array, count: number): void
  result(groups: KeyedRows, slots: Int32Array, count: number): Column
}

/** The accumulator of a call; `name` makes its columns' names unique in the table. */
export function accumulatorOf(call: AggregateCall, name: string): Accumulator {
  const argument = call.argTypes[0] ?? null
  if (call.args.length > 1) throw errors.fail('MS-5000', { feature: `${call.function} of several columns` })
  if (call.function === 'COUNT') return count(name, call.type)
  if (argument === null) throw errors.fail('MS-5000', { feature: `${call.function} without an argument` })
  switch (call.function) {
    case 'SUM':
    case 'SUM0':
    case '$SUM0':
      return sum(name, argument, call.type, call.function !== 'SUM')
    case 'AVG':
      return average(name, argument, call.type)
    case 'MIN':
    case 'MAX':
    case 'FIRST_VALUE':
    case 'LAST_VALUE':
    case 'SINGLE_VALUE':
      return pick(name, argument, call.type, call.function === 'SINGLE_VALUE' ? 'FIRST_VALUE' : call.function)
    default:
      throw errors.fail('MS-5000', { feature: `The aggregate ${call.function}` })
  }
}
