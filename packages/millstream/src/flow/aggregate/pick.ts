import type { LogicalType } from '../../data/types.ts'
import { keyFormOf } from '../state/key-layout.ts'
import type { Accumulator } from './accumulator.ts'
import { pickBytes } from './pick-bytes.ts'
import { pickInteger } from './pick-integer.ts'
import { pickNumber } from './pick-number.ts'
import type { Rule } from './pick-rule.ts'

/** MIN, MAX, FIRST_VALUE and LAST_VALUE: one of the values that came, by rule. Strings compare by their bytes. */
export function pick(name: string, argument: LogicalType, type: LogicalType, rule: Rule): Accumulator {
  switch (keyFormOf(argument)) {
    case 'bytes':
      return pickBytes(name, type, rule)
    case 'int64':
    case 'decimal128':
    case 'nanos':
      return pickInteger(name, type, rule)
    default:
      return pickNumber(name, type, rule)
  }
}
