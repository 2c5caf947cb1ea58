import { columnOf } from '../../data/builder.ts'
import { type LogicalType, types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { KeyedRows } from '../state/keyed-rows.ts'
import type { Words } from '../state/region.ts'
import type { Accumulator } from './accumulator.ts'
import { eachValue, isBigLayout } from './kernel.ts'
import { type Rule, replaces } from './pick-rule.ts'

/**
 * BIGINT, DECIMAL, timestamps and intervals: a double where the value is safe (form 1), else two int64 words (form 2;
 * nanoseconds for TIMESTAMP(9)). Form 0: no value yet.
 */
export function pickInteger(name: string, type: LogicalType, rule: Rule): Accumulator {
  const columns = { value: `${name}_value`, low: `${name}_low`, high: `${name}_high`, form: `${name}_form` }
  const arrays = (groups: KeyedRows): Words[] => [
    groups.floats(columns.value),
    groups.longs(columns.low),
    groups.longs(columns.high),
    groups.column(columns.form).array,
  ]
  const small = replaces(
    rule,
    'd[s] !== 0',
    '(d[s] === 1 ? x < a[s] : x < help.get(b, c, s))',
    '(d[s] === 1 ? x > a[s] : x > help.get(b, c, s))',
  )
  const big = replaces(rule, 'd[s] !== 0', 'x < (d[s] === 1 ? a[s] : help.get(b, c, s))', 'x > (d[s] === 1 ? a[s] : help.get(b, c, s))')
  return {
    columns: [
      { name: columns.value, type: types.double() },
      { name: columns.low, type: types.bigint() },
      { name: columns.high, type: types.bigint() },
      { name: columns.form, type: types.tinyint() },
    ],
    add(argument, selected, groups) {
      if (argument === null) return
      const body = isBigLayout(argument) ? `if (${big}) { help.set(b, c, s, x); d[s] = 2 }` : `if (${small}) { a[s] = x; d[s] = 1 }`
      eachValue(body, argument, selected, arrays(groups), words)
    },
    retract: null,
    clear(groups, slot) {
      groups.column(columns.form).array[slot] = 0
    },
    merge(from, fromSlots, to, toSlots, count) {
      const one = { rows: new Int32Array(1), slots: new Int32Array(1), count: 1 }
      const forms = from.column(columns.form).array
      const common = { type, length: from.count, validity: null } as const
      for (let i = 0; i < count; i++) {
        const source = fromSlots[i] as number
        if (forms[source] === 0) continue
        one.rows[0] = source
        one.slots[0] = toSlots[i] as number
        if (forms[source] === 1) this.add({ ...common, layout: 'safe', values: from.floats(columns.value) }, one, to)
        else {
          const pair = BigInt64Array.of(from.longs(columns.low)[source] as bigint, from.longs(columns.high)[source] as bigint)
          one.rows[0] = 0
          this.add({ ...common, length: 1, layout: 'decimal128', words: pair }, one, to)
        }
      }
    },
    result(groups, slots, count) {
      const [value, low, high, form] = arrays(groups) as [Float64Array, BigInt64Array, BigInt64Array, Int8Array]
      const stored = Array.from({ length: count }, (_, i): bigint | null => {
        const slot = slots[i] as number
        if (form[slot] === 0) return null
        return form[slot] === 1 ? BigInt(value[slot] as number) : words.get(low, high, slot)
      })
      const perUnit = unitNanos(type)
      return columnOf(
        type,
        stored.map((held): Value => (held === null ? null : held * perUnit)),
      )
    },
  }
}

/** Timestamps are kept in their column's unit, and a `Value` is in nanoseconds. */
function unitNanos(type: LogicalType): bigint {
  if (type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') return 1n
  return type.precision <= 3 ? 1_000_000n : type.precision <= 6 ? 1_000n : 1n
}

const words = {
  get: (low: BigInt64Array, high: BigInt64Array, slot: number): bigint =>
    ((high[slot] as bigint) << 64n) | BigInt.asUintN(64, low[slot] as bigint),
  set(low: BigInt64Array, high: BigInt64Array, slot: number, value: bigint): void {
    low[slot] = BigInt.asIntN(64, value)
    high[slot] = BigInt.asIntN(64, value >> 64n)
  },
}
