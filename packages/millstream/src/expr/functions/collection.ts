import { errors } from '../../base/errors.ts'
import { isInteger, isString, type LogicalType, types, withNullable } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import { commonType } from '../common-type.ts'
import { comparatorOf, equalityOf } from '../compare.ts'
import type { Argument, CallShape, Run, ScalarFunction } from '../function.ts'
import { type Definition, type Parameter, scalar, take } from '../signature.ts'

type List = readonly Value[]
type Pairs = readonly (readonly [Value, Value])[]

export const elementOf = (type: LogicalType | undefined): LogicalType => (type?.kind === 'ARRAY' ? type.element : types.null())
const collection: Parameter = {
  text: '<ARRAY or MAP>',
  accept: (type) => (type.kind === 'ARRAY' || type.kind === 'MAP' || type.kind === 'MULTISET' ? type : null),
}

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

function sameArrays(args: readonly LogicalType[]): readonly LogicalType[] | null {
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
  together: sameArrays,
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

const arrayFunctions: readonly ScalarFunction[] = [
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
    together: sameArrays,
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

const keyOf = (type: LogicalType | undefined): LogicalType => (type?.kind === 'MAP' ? type.key : types.null())
const entryOf = (type: LogicalType | undefined): LogicalType => (type?.kind === 'MAP' ? type.value : types.null())

/** Later keys win over earlier ones, in the place of the first. */
function mapOf(pairs: Pairs, equal: (a: Value, b: Value) => boolean): [Value, Value][] {
  const made: [Value, Value][] = []
  for (const [key, value] of pairs) {
    const known = made.find(([one]) => equal(one, key))
    if (known === undefined) made.push([key, value])
    else known[1] = value
  }
  return made
}

const mapFunctions: readonly ScalarFunction[] = [
  scalar({
    names: ['MAP_KEYS'],
    parameters: [take.map],
    result: ([m]) => types.array(keyOf(m)),
    run: (map: Pairs) => map.map(([key]) => key),
  }),
  scalar({
    names: ['MAP_VALUES'],
    parameters: [take.map],
    result: ([m]) => types.array(entryOf(m)),
    run: (map: Pairs) => map.map(([, value]) => value),
  }),
  scalar({
    names: ['MAP_ENTRIES'],
    parameters: [take.map],
    result: ([m]) =>
      types.array(
        types.row([
          { name: 'key', type: keyOf(m) },
          { name: 'value', type: entryOf(m) },
        ]),
      ),
    run: (map: Pairs) => map.map(([key, value]) => [key, value]),
  }),
  scalar({
    names: ['MAP_FROM_ARRAYS'],
    parameters: [take.array, take.array],
    result: ([keys, values]) => types.map(elementOf(keys), elementOf(values)),
    bind: ({ args }) => {
      const equal = equalityOf(elementOf(args[0]))
      return (keys: List, values: List) => {
        if (keys.length !== values.length) {
          throw errors.fail('MS-2112', { name: 'MAP_FROM_ARRAYS', reason: `${keys.length} keys do not go with ${values.length} values` })
        }
        return mapOf(
          keys.map((key, at) => [key, values[at] as Value]),
          equal,
        )
      }
    },
  }),
  scalar({
    names: ['MAP_UNION'],
    parameters: [take.map],
    rest: take.map,
    together: sameArrays,
    result: (args) => commonType(args),
    bind: ({ args }) => {
      const equal = equalityOf(keyOf(args[0]))
      return (...maps: Pairs[]) => mapOf(maps.flat(), equal)
    },
  }),
]

/** `a[i]` counts from 1 and gives null beyond the end; `m[k]`. */
const item: ScalarFunction = scalar({
  names: ['ITEM'],
  parameters: [collection, take.any],
  signatures: ['<ARRAY>[<INT>]', '<MAP>[<KEY>]'],
  together: ([holder, key], { constants }) => {
    const at = constants[1]
    if (holder?.kind === 'ARRAY') {
      if (!isInteger(key as LogicalType) || (typeof at === 'number' && at < 1)) return null
      return [holder, withNullable(types.int(), (key as LogicalType).nullable)]
    }
    const common = holder?.kind === 'MAP' ? commonType([holder.key, key as LogicalType]) : null
    return common === null ? null : [holder as LogicalType, withNullable(keyOf(holder), (key as LogicalType).nullable)]
  },
  result: ([holder]) => (holder?.kind === 'ARRAY' ? holder.element : entryOf(holder)),
  nullable: 'always',
  bind: ({ args }): Run => {
    if (args[0]?.kind === 'ARRAY') return (list: List, at: number) => list[at - 1] ?? null
    const equal = equalityOf(keyOf(args[0]))
    return (map: Pairs, key: Value) => map.findLast(([one]) => equal(one, key))?.[1] ?? null
  },
})

export const collectionFunctions: readonly ScalarFunction[] = [
  scalar({
    names: ['ARRAY'],
    parameters: [take.any],
    rest: take.any,
    signatures: ['ARRAY[<ANY>, ...]'],
    together: (args) => {
      const common = commonType(args)
      return common === null ? null : args.map((type) => withNullable(common, type.nullable || type.kind === 'NULL'))
    },
    result: (args) => {
      const common = commonType(args)
      return common === null ? null : types.array(common)
    },
    nullable: 'never',
    nulls: 'own',
    run: (...values: Value[]) => values,
  }),
  scalar({
    names: ['MAP'],
    parameters: [take.any, take.any],
    rest: take.any,
    signatures: ['MAP[<KEY>, <VALUE>, ...]'],
    together: (args) => {
      const [key, value] = pairTypes(args)
      if (args.length % 2 !== 0 || key === null || value === null) return null
      return args.map((type, at) => withNullable(at % 2 === 0 ? key : value, type.nullable || type.kind === 'NULL'))
    },
    result: (args) => {
      const [key, value] = pairTypes(args)
      return key === null || value === null ? null : types.map(key, value)
    },
    nullable: 'never',
    nulls: 'own',
    bind: ({ type }) => {
      const equal = equalityOf(keyOf(type))
      return (...values: Value[]) =>
        mapOf(
          Array.from({ length: values.length / 2 }, (_, at) => [values[2 * at] as Value, values[2 * at + 1] as Value]),
          equal,
        )
    },
  }),
  scalar({
    names: ['ROW'],
    parameters: [take.any],
    rest: take.any,
    signatures: ['ROW(<ANY>, ...)'],
    result: (args) => types.row(args.map((type, at) => ({ name: `EXPR$${at}`, type }))),
    nullable: 'never',
    nulls: 'own',
    run: (...values: Value[]) => values,
  }),
  item,
  scalar({
    names: ['FIELD'],
    parameters: [take.row, take.string],
    signatures: ['<ROW>.<FIELD>'],
    result: ([row], { constants }) => fieldType(row, constants[1]),
    nullable: 'always',
    bind: ({ args, constants }) => {
      const [row] = args
      const at = row?.kind === 'ROW' ? row.fields.findIndex((field) => field.name === constants[1]) : -1
      return (value: Argument) => value[at] ?? null
    },
  }),
  scalar({ names: ['CARDINALITY'], parameters: [collection], result: types.int(), run: (holder: List) => holder.length }),
  ...arrayFunctions,
  ...mapFunctions,
]

function pairTypes(args: readonly LogicalType[]): [LogicalType | null, LogicalType | null] {
  return [commonType(args.filter((_, at) => at % 2 === 0)), commonType(args.filter((_, at) => at % 2 === 1))]
}

function fieldType(row: LogicalType | undefined, name: unknown): LogicalType | null {
  return row?.kind === 'ROW' ? (row.fields.find((field) => field.name === name)?.type ?? null) : null
}
