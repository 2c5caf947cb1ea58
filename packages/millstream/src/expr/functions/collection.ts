import { errors } from '../../base/errors.ts'
import { isInteger, type LogicalType, types, withNullable } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import { commonType } from '../common-type.ts'
import { equalityOf } from '../compare.ts'
import type { Run, ScalarFunction } from '../function.ts'
import { type Parameter, scalar, take } from '../signature.ts'
import { elementOf, sameCollections } from './array.ts'

type List = readonly Value[]
type Pairs = readonly (readonly [Value, Value])[]

const collection: Parameter = {
  text: '<ARRAY or MAP>',
  accept: (type) => (type.kind === 'ARRAY' || type.kind === 'MAP' || type.kind === 'MULTISET' ? type : null),
}

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
    together: sameCollections,
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
      return (value: List) => value[at] ?? null
    },
  }),
  scalar({ names: ['CARDINALITY'], parameters: [collection], result: types.int(), run: (holder: List) => holder.length }),
  ...mapFunctions,
]

function pairTypes(args: readonly LogicalType[]): [LogicalType | null, LogicalType | null] {
  return [commonType(args.filter((_, at) => at % 2 === 0)), commonType(args.filter((_, at) => at % 2 === 1))]
}

function fieldType(row: LogicalType | undefined, name: unknown): LogicalType | null {
  return row?.kind === 'ROW' ? (row.fields.find((field) => field.name === name)?.type ?? null) : null
}
