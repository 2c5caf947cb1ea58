import type { Value } from '../data/value.ts'

const encoder = new TextEncoder()

/** Order of two values of one type that are not null. Strings compare by their UTF-8 bytes; NaN is above all numbers. */
export function compareValues(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string') {
    return left === right ? 0 : compareBytes(encoder.encode(left), encoder.encode(right))
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right)
  if (typeof left === 'number' && typeof right === 'number') {
    if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : 1
    if (Number.isNaN(right)) return -1
    return left - right < 0 ? -1 : left > right ? 1 : 0
  }
  if (Array.isArray(left) && Array.isArray(right)) return compareLists(left, right)
  return (left as bigint) < (right as bigint) ? -1 : (left as bigint) > (right as bigint) ? 1 : 0
}

/** Equality for which null is like null. */
export function sameValue(left: Value, right: Value): boolean {
  if (left === null || right === null) return left === right
  return compareValues(left, right) === 0
}

function compareLists(left: readonly Value[], right: readonly Value[]): number {
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const a = left[i] ?? null
    const b = right[i] ?? null
    if (a === null && b === null) continue
    if (a === null) return -1
    if (b === null) return 1
    const order = compareValues(a, b)
    if (order !== 0) return order
  }
  return left.length - right.length
}

export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length)
  for (let i = 0; i < shared; i++) {
    const difference = (left[i] as number) - (right[i] as number)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}
