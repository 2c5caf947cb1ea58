import type { Column } from '../../data/column.ts'
import { types } from '../../data/types.ts'
import type { TableSpec } from '../operator.ts'
import type { KeyedRows } from '../state/keyed-rows.ts'
import type { Words } from '../state/region.ts'
import type { Selected } from './accumulator.ts'
import { eachValue, isBigLayout } from './kernel.ts'

const safeMax = Number.MAX_SAFE_INTEGER

/**
 * An exact integer sum a group, in 128 bits: a double as long as it is exact, spilled into two int64 words before it
 * would not be. So the loop over safe values makes no bigint.
 */
export class ExactSum {
  readonly columns: TableSpec['columns']
  readonly #part: string
  readonly #low: string
  readonly #high: string
  readonly #count: string

  constructor(name: string) {
    this.#part = `${name}_part`
    this.#low = `${name}_low`
    this.#high = `${name}_high`
    this.#count = `${name}_count`
    this.columns = [
      { name: this.#part, type: types.double() },
      { name: this.#low, type: types.bigint() },
      { name: this.#high, type: types.bigint() },
      { name: this.#count, type: types.double() },
    ]
  }

  add(argument: Column, selected: Selected, groups: KeyedRows, sign: 1 | -1): void {
    const body = isBigLayout(argument)
      ? `help(b, c, s, ${sign === 1 ? 'x' : '-x'}); d[s] ${sign === 1 ? '+' : '-'}= 1`
      : `const t = a[s] ${sign === 1 ? '+' : '-'} x
if (t <= ${safeMax} && t >= -${safeMax}) a[s] = t
else { help(b, c, s, BigInt(a[s]) ${sign === 1 ? '+' : '-'} BigInt(x)); a[s] = 0 }
d[s] ${sign === 1 ? '+' : '-'}= 1`
    eachValue(body, argument, selected, this.#arrays(groups), addWords)
  }

  merge(from: KeyedRows, fromSlots: Int32Array, to: KeyedRows, toSlots: Int32Array, length: number): void {
    const [part, low, high, counts] = this.#arrays(to)
    const sources = from.floats(this.#count)
    for (let i = 0; i < length; i++) {
      const source = fromSlots[i] as number
      const slot = toSlots[i] as number
      const added = sources[source] as number
      if (added === 0) continue
      counts[slot] = (counts[slot] as number) + added
      const otherHigh = from.longs(this.#high)[source] as bigint
      const otherLow = from.longs(this.#low)[source] as bigint
      const both = (part[slot] as number) + (from.floats(this.#part)[source] as number)
      if (Math.abs(both) <= safeMax) part[slot] = both
      else {
        addWords(low, high, slot, BigInt(part[slot] as number) + BigInt(from.floats(this.#part)[source] as number))
        part[slot] = 0
      }
      if (otherHigh !== 0n || otherLow !== 0n) addWords(low, high, slot, (otherHigh << 64n) | BigInt.asUintN(64, otherLow))
    }
  }

  count(groups: KeyedRows, slot: number): number {
    return groups.floats(this.#count)[slot] as number
  }

  total(groups: KeyedRows, slot: number): bigint {
    const [part, low, high] = this.#arrays(groups)
    return ((high[slot] as bigint) << 64n) + BigInt.asUintN(64, low[slot] as bigint) + BigInt(part[slot] as number)
  }

  /** The total as a double when it is one exactly and nothing spilled, else NaN. */
  safeTotal(groups: KeyedRows, slot: number): number {
    const [part, low, high] = this.#arrays(groups)
    return low[slot] === 0n && high[slot] === 0n ? (part[slot] as number) : Number.NaN
  }

  #arrays(groups: KeyedRows): readonly [Float64Array, BigInt64Array, BigInt64Array, Float64Array] & readonly Words[] {
    return [groups.floats(this.#part), groups.longs(this.#low), groups.longs(this.#high), groups.floats(this.#count)]
  }
}

function addWords(low: BigInt64Array, high: BigInt64Array, slot: number, value: bigint): void {
  const sum = ((high[slot] as bigint) << 64n) + BigInt.asUintN(64, low[slot] as bigint) + value
  low[slot] = BigInt.asIntN(64, sum)
  high[slot] = BigInt.asIntN(64, sum >> 64n)
}
