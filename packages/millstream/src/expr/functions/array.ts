import { errors } from '../../base/errors.ts'
import { isString, type LogicalType, types, withNullable } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import { commonType } from '../common-type.ts'
import { comparatorOf, equalityOf } from '../compare.ts'
import type { CallShape, ScalarFunction } from '../function.ts'
import { type Definition, scalar, take } from '../signature.ts'

type List = readonly Value[]

export const elementOf = (type: LogicalType | undefined): LogicalType => (type?.kind === 'ARRAY' ? type.element : types.null())

/** An array and something of its element type: both are widened to what holds the two. */
function withElement(args: readonly LogicalType[]): readonly LogicalType[] | null {
  const [array, value] = args as [LogicalType, LogicalType]
  const element = commonType([elementOf(array), value])
  if (element === null) return null
  // A null that is looked for makes no element nullable.
  const widened = types.array(withNullable(element, elementOf(array).nullable), array.nullable)
  return [widened, withNullable(element, value.nullable || value.kind === 'NULL')]
}

/** The array that results when the value is put into it. */
const withAdded = ([array, value]: readonly LogicalType[]): LogicalType | null => {
  const element = commonType([elementOf(array), value as LogicalType])
  return element === null ? null : types.array(element)
}

/** All collections in the type that they meet in. */
export function sameCollections(args: readonly LogicalType[]): readonly LogicalType[] | null {
  const common = commonType(args)
  return common === null ? null : args.map((type) => withNullable(common, type.nullable))
}

const equality = (shape: CallShape): ((a: Value, b: Value) => boolean) => equalityOf(elementOf(shape.args[0]))

/** A list without repeats, in the order in which the values first came. */
function distinct(list: List, equal: (a: Value, b: Value) => boolean): Value[] {
  const found: Value[] = []
  for (const value of list) if (!found.some((one) => equal(one, value))) found.push(value)
  return found
}

function slice(list: List, start: number, end?: number): Value[] {
  const position = (at: number): number => (at < 0 ? list.length + at + 1 : at)
  const from = start === 0 ? 1 : position(start)
  const to = end === undefined ? list.length : end === 0 ? 1 : position(end)
  return list.slice(Math.max(0, from - 1), Math.max(0, to))
}

const ofArray = (name: string, definition: Omit<Definition, 'names'>): ScalarFunction => scalar({ names: [name], ...definition })
const two = {
  parameters: [take.array, take.array],
  together: sameCollections,
  result: ([a]: readonly LogicalType[]): LogicalType => a as LogicalType,
}

/** Elements that have an order. */
const ordered = (type: LogicalType): boolean => !['ARRAY', 'MAP', 'MULTISET', 'ROW'].includes(type.kind)

const extreme = (name: string, sign: 1 | -1): ScalarFunction =>
  ofArray(name, {
    parameters: [take.array],
    together: (args) => (ordered(elementOf(args[0])) && elementOf(args[0]).kind !== 'BOOLEAN' ? args : null),
    result: ([a]) => elementOf(a),
    nullable: 'always',
    bind: ({ args }) => {
      const compare = comparatorOf(elementOf(args[0]))
      return (list: List) =>
        list.reduce<Value>((best, value) => (value === null || (best !== null && compare(value, best) * sign <= 0) ? best : value), null)
    },
  })

export const arrayFunctions: readonly ScalarFunction[] = [
  ofArray('ARRAY_CONTAINS', {
    parameters: [take.array, take.any],
    together: withElement,
    result: types.boolean(),
    nullable: 'first',
    nulls: 'own',
    // Only a null array is unknown: a null may be looked for.
    bind: (shape) => {
      const equal = equality(shape)
      return (list: List | null, value: Value) => (list === null ? null : list.some((one) => equal(one, value)))
    },
  }),
  ofArray('ARRAY_POSITION', {
    parameters: [take.array, take.any],
    together: withElement,
    result: types.int(),
    bind: (shape) => {
      const equal = equality(shape)
      return (list: List, value: Value) => list.findIndex((one) => equal(one, value)) + 1
    },
  }),
  ofArray('ARRAY_DISTINCT', {
    parameters: [take.array],
    result: ([a]) => a as LogicalType,
    bind: (shape) => {
      const equal = equality(shape)
      return (list: List) => distinct(list, equal)
    },
  }),
  ofArray('ARRAY_REMOVE', {
    parameters: [take.array, take.any],
    together: withElement,
    result: ([a]) => a as LogicalType,
    nulls: 'own',
    bind: (shape) => {
      const equal = equality(shape)
      return (list: List | null, value: Value) => (list === null ? null : list.filter((one) => !equal(one, value)))
    },
  }),
  ofArray('ARRAY_REVERSE', { parameters: [take.array], result: ([a]) => a as LogicalType, run: (list: List) => [...list].reverse() }),
  ofArray('ARRAY_SLICE', { parameters: [take.array, take.int], optional: [take.int], result: ([a]) => a as LogicalType, run: slice }),
  ofArray('ARRAY_APPEND', {
    parameters: [take.array, take.any],
    together: withElement,
    result: withAdded,
    nulls: 'own',
    run: (list: List | null, value: Value) => (list === null ? null : [...list, value]),
  }),
  ofArray('ARRAY_PREPEND', {
    parameters: [take.array, take.any],
    together: withElement,
    result: withAdded,
    nulls: 'own',
    run: (list: List | null, value: Value) => (list === null ? null : [value, ...list]),
  }),
  ofArray('ARRAY_CONCAT', {
    parameters: [take.array],
    rest: take.array,
    together: sameCollections,
    result: (args) => commonType(args),
    run: (...lists: List[]) => lists.flat(),
  }),
  ofArray('ARRAY_UNION', {
    ...two,
    bind: (shape) => {
      const equal = equality(shape)
      return (a: List, b: List) => distinct([...a, ...b], equal)
    },
  }),
  ofArray('ARRAY_EXCEPT', {
    ...two,
    bind: (shape) => {
      const equal = equality(shape)
      return (a: List, b: List) =>
        distinct(
          a.filter((one) => !b.some((other) => equal(one, other))),
          equal,
        )
    },
  }),
  ofArray('ARRAY_INTERSECT', {
    ...two,
    bind: (shape) => {
      const equal = equality(shape)
      return (a: List, b: List) =>
        distinct(
          a.filter((one) => b.some((other) => equal(one, other))),
          equal,
        )
    },
  }),
  extreme('ARRAY_MAX', 1),
  extreme('ARRAY_MIN', -1),
  ofArray('ARRAY_JOIN', {
    parameters: [
      { text: '<ARRAY<STRING>>', accept: (type) => (type.kind === 'ARRAY' && isString(type.element) ? type : null) },
      take.string,
    ],
    optional: [take.string],
    result: types.string(),
    run: (list: List, delimiter: string, absent?: string) =>
      list.flatMap((one) => (one !== null ? [one as string] : absent === undefined ? [] : [absent])).join(delimiter),
  }),
  ofArray('ARRAY_SORT', {
    parameters: [take.array],
    optional: [take.boolean, take.boolean],
    together: (args) => (ordered(elementOf(args[0])) ? args : null),
    result: ([a]) => a as LogicalType,
    bind: ({ args }) => {
      const compare = comparatorOf(elementOf(args[0]))
      return (list: List, ascending = true, nullsFirst = ascending) =>
        [...list].sort((a, b) => {
          if (a === null || b === null) return a === b ? 0 : (a === null) === nullsFirst ? -1 : 1
          return ascending ? compare(a, b) : compare(b, a)
        })
    },
  }),
  ofArray('ELEMENT', {
    parameters: [take.array],
    result: ([a]) => elementOf(a),
    bind: () => (list: List) => {
      if (list.length > 1) throw errors.fail('MS-2112', { name: 'ELEMENT', reason: 'the array has more than one element' })
      return list[0] ?? null
    },
  }),
]
