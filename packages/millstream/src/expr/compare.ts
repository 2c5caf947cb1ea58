import { isString, type LogicalType } from '../data/types.ts'
import type { Value } from '../data/value.ts'

/** Strings in the order of their UTF-8 bytes: code points, not UTF-16 units. */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at)
    const right = b.charCodeAt(at)
    if (left === right) continue
    // Surrogates stand for code points above every other unit.
    if (left >= 0xd800 && right >= 0xd800)
      return (left <= 0xdfff ? left + 0x2000 : left - 0x800) - (right <= 0xdfff ? right + 0x2000 : right - 0x800)
    return left - right
  }
  return a.length - b.length
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const difference = (a[at] as number) - (b[at] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

export type Compare = (a: Value, b: Value) => number

/** The order of a type's non-null values; nested types compare field by field, nulls first. */
export function comparatorOf(type: LogicalType): Compare {
  if (isString(type)) return (a, b) => compareStrings(a as string, b as string)
  switch (type.kind) {
    case 'BINARY':
    case 'VARBINARY':
      return (a, b) => compareBytes(a as Uint8Array, b as Uint8Array)
    case 'ARRAY': {
      const element = nullsFirst(comparatorOf(type.element))
      return (a, b) => compareLists(a as Value[], b as Value[], () => element)
    }
    case 'ROW': {
      const fields = type.fields.map((field) => nullsFirst(comparatorOf(field.type)))
      return (a, b) => compareLists(a as Value[], b as Value[], (at) => fields[at] as Compare)
    }
    case 'MAP':
    case 'MULTISET': {
      const key = comparatorOf(type.kind === 'MAP' ? type.key : type.element)
      const value = type.kind === 'MAP' ? nullsFirst(comparatorOf(type.value)) : compareScalars
      return (a, b) => compareMaps(a as [Value, Value][], b as [Value, Value][], nullsFirst(key), value)
    }
    default:
      return compareScalars
  }
}

/** NaN equals itself and is not less than anything, as Flink has it for `=`. */
function compareScalars(a: Value, b: Value): number {
  if ((a as number) < (b as number)) return -1
  if ((a as number) > (b as number)) return 1
  return a === b ? 0 : Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

/** Whether two values of a type are equal; nulls equal each other. */
export function equalityOf(type: LogicalType): (a: Value, b: Value) => boolean {
  const compare = comparatorOf(type)
  return (a, b) => (a === null || b === null ? a === b : compare(a, b) === 0)
}

function nullsFirst(compare: Compare): Compare {
  return (a, b) => (a === null ? (b === null ? 0 : -1) : b === null ? 1 : compare(a, b))
}

function compareLists(a: readonly Value[], b: readonly Value[], at: (position: number) => Compare): number {
  const length = Math.min(a.length, b.length)
  for (let position = 0; position < length; position++) {
    const order = at(position)(a[position] as Value, b[position] as Value)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function compareMaps(a: readonly [Value, Value][], b: readonly [Value, Value][], key: Compare, value: Compare): number {
  if (a.length !== b.length) return a.length - b.length
  const sorted = (pairs: readonly [Value, Value][]): [Value, Value][] => [...pairs].sort((x, y) => key(x[0], y[0]))
  const right = sorted(b)
  for (const [at, [k, v]] of sorted(a).entries()) {
    const [otherKey, otherValue] = right[at] as [Value, Value]
    const order = key(k, otherKey) || value(v, otherValue)
    if (order !== 0) return order
  }
  return 0
}
