import type { MetricLayout } from '../druid/dataset-layout.ts'
import { isAbsent, type NumberColumn } from './batch-columns.ts'
import { grown } from './interner.ts'

/**
 * What a stored column is written from: words of 32 bits (two for a long or a double), and which rows are present. The
 * words of row i stand at `i * stride`; `high` null: all 0. Lists may be longer than the rows, and are used again after `clear`.
 */
export interface StoredWords {
  readonly low: Int32Array
  readonly high: Int32Array | null
  readonly stride: number
  /** null: all are. */
  readonly present: Uint8Array | null
}

/** One metric over the groups of a flush. */
export interface Accumulator {
  add(input: NumberColumn | null, groups: Int32Array, rows: number, groupCount: number): void
  stored(groupCount: number): StoredWords
  clear(): void
}

const two32 = 4_294_967_296
const safeMax = Number.MAX_SAFE_INTEGER

export function accumulatorOf({ fold, type }: MetricLayout): Accumulator {
  if (fold === 'count') return counter()
  return type === 'LONG' ? (fold === 'sum' ? longSum() : longExtreme(fold === 'min')) : doubles(fold)
}

function counter(): Accumulator {
  let counts = new Int32Array(1024)
  return {
    add(_, groups, rows, groupCount) {
      if (groupCount > counts.length) counts = grown(counts, Math.max(groupCount, counts.length * 2))
      for (let row = 0; row < rows; row++) counts[groups[row] as number] = (counts[groups[row] as number] as number) + 1
    },
    stored: () => ({ low: counts, high: null, stride: 1, present: null }),
    clear: () => {
      counts.fill(0)
    },
  }
}

/** Doubles; float metrics too, which the store keeps as doubles until asked. */
function doubles(fold: 'sum' | 'min' | 'max' | 'distinct' | 'count'): Accumulator {
  let values = new Float64Array(1024)
  let present = new Uint8Array(1024)
  const step = loopOf(
    fold === 'sum'
      ? 'values[g] += v'
      : fold === 'min'
        ? 'if (present[g] === 0 || v < values[g]) values[g] = v'
        : 'if (present[g] === 0 || v > values[g]) values[g] = v',
  )
  return {
    add(input, groups, rows, groupCount) {
      if (input === null) return
      if (groupCount > values.length) {
        const length = Math.max(groupCount, values.length * 2)
        values = grown(values, length)
        present = grown(present, length)
      }
      step(values, present, input.values, input.validity, groups, rows)
    },
    stored() {
      const low = new Int32Array(values.buffer)
      return { low, high: low.subarray(1), stride: 2, present }
    },
    clear: () => {
      values.fill(0)
      present.fill(0)
    },
  }
}

/** Exact int64 sums: doubles while they are exact, and the carry beyond in a second list. */
function longSum(): Accumulator {
  let low = new Float64Array(1024)
  let high: Float64Array | null = null
  let present = new Uint8Array(1024)
  let words = new Int32Array(0)
  /** No |low| is above it. */
  let bound = 0
  const step = loopOf('values[g] += Math.trunc(v)')
  const carry = (): Float64Array => {
    const carried: Float64Array = high ?? new Float64Array(low.length)
    for (let group = 0; group < low.length; group++) {
      const whole = Math.floor((low[group] as number) / two32)
      carried[group] = (carried[group] as number) + whole
      low[group] = (low[group] as number) - whole * two32
    }
    high = carried
    bound = two32
    return carried
  }
  return {
    add(input, groups, rows, groupCount) {
      if (input === null) return
      if (groupCount > low.length) {
        const length = Math.max(groupCount, low.length * 2)
        low = grown(low, length)
        if (high !== null) high = grown(high, length)
        present = grown(present, length)
      }
      if (input.exact !== null) {
        const carried = carry()
        for (let row = 0; row < rows; row++) {
          if (isAbsent(input.validity, row)) continue
          const group = groups[row] as number
          const value = input.exact[row] as bigint
          low[group] = (low[group] as number) + Number(BigInt.asUintN(32, value))
          carried[group] = (carried[group] as number) + Number(value >> 32n)
          present[group] = 1
        }
        bound += rows * two32
        return
      }
      let largest = 0
      for (let row = 0; row < rows; row++) {
        const size = Math.abs(input.values[row] as number)
        if (size > largest) largest = size
      }
      if (bound + largest * rows > safeMax) carry()
      if (bound + largest * rows > safeMax) {
        // Values this large are split one by one.
        const carried = high as unknown as Float64Array
        for (let row = 0; row < rows; row++) {
          if (isAbsent(input.validity, row)) continue
          const group = groups[row] as number
          const value = Math.trunc(input.values[row] as number)
          const whole = Math.floor(value / two32)
          low[group] = (low[group] as number) + (value - whole * two32)
          carried[group] = (carried[group] as number) + whole
          present[group] = 1
        }
        bound += rows * two32
        return
      }
      step(low, present, input.values, input.validity, groups, rows)
      bound += largest * rows
    },
    stored(groupCount) {
      if (words.length < 2 * groupCount) words = new Int32Array(2 * low.length)
      split(low, groupCount, words)
      if (high !== null)
        for (let group = 0; group < groupCount; group++) words[2 * group + 1] = (words[2 * group + 1] as number) + (high[group] as number)
      return { low: words, high: words.subarray(1), stride: 2, present }
    },
    clear: () => {
      low.fill(0)
      present.fill(0)
      high = null
      bound = 0
    },
  }
}

/** Smallest or largest int64. */
function longExtreme(smallest: boolean): Accumulator {
  let values = new Float64Array(1024)
  let exact: BigInt64Array | null = null
  let present = new Uint8Array(1024)
  let words = new Int32Array(0)
  const step = loopOf(
    smallest ? 'if (present[g] === 0 || v < values[g]) values[g] = v' : 'if (present[g] === 0 || v > values[g]) values[g] = v',
  )
  return {
    add(input, groups, rows, groupCount) {
      if (input === null) return
      if (groupCount > values.length) {
        const length = Math.max(groupCount, values.length * 2)
        values = grown(values, length)
        present = grown(present, length)
        if (exact !== null) {
          const larger = new BigInt64Array(length)
          larger.set(exact)
          exact = larger
        }
      }
      if (input.exact === null && exact === null) return step(values, present, input.values, input.validity, groups, rows)
      const held: BigInt64Array = exact ?? BigInt64Array.from(values, (value) => BigInt(Math.trunc(value)))
      exact = held
      for (let row = 0; row < rows; row++) {
        if (isAbsent(input.validity, row)) continue
        const group = groups[row] as number
        const value = input.exact === null ? BigInt(Math.trunc(input.values[row] as number)) : (input.exact[row] as bigint)
        if (present[group] === 0 || (smallest ? value < (held[group] as bigint) : value > (held[group] as bigint))) held[group] = value
        present[group] = 1
      }
    },
    stored(groupCount) {
      if (words.length < 2 * groupCount) words = new Int32Array(2 * values.length)
      if (exact !== null) words.set(new Int32Array(exact.buffer, 0, 2 * groupCount))
      else split(values, groupCount, words)
      return { low: words, high: words.subarray(1), stride: 2, present }
    },
    clear: () => {
      values.fill(0)
      present.fill(0)
      exact = null
    },
  }
}

/** Whole numbers as the words of int64, low then high. */
function split(values: Float64Array, count: number, words: Int32Array): void {
  for (let at = 0; at < count; at++) {
    const value = Math.trunc(values[at] as number)
    const whole = Math.floor(value / two32)
    words[2 * at] = value - whole * two32
    words[2 * at + 1] = whole
  }
}

type Step = (
  values: Float64Array,
  present: Uint8Array,
  input: ArrayLike<number>,
  validity: Uint8Array | null,
  groups: Int32Array,
  rows: number,
) => void

/** A loop of its own for each metric, so that each has its own type feedback. */
function loopOf(body: string): Step {
  return new Function(
    'values',
    'present',
    'input',
    'validity',
    'groups',
    'rows',
    `if (validity === null) {
      for (let row = 0; row < rows; row++) { const g = groups[row], v = input[row]; ${body}; present[g] = 1; }
    } else {
      for (let row = 0; row < rows; row++) {
        if ((validity[row >> 3] & (1 << (row & 7))) === 0) continue;
        const g = groups[row], v = input[row]; ${body}; present[g] = 1;
      }
    }`,
  ) as Step
}
