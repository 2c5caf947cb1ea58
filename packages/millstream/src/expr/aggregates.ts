import { errors, type Place } from '../base/errors.ts'
import { near } from '../base/near.ts'
import { isNumeric, isString, isTimestamp, type LogicalType, types, typeText, withNullable } from '../data/types.ts'

/** What the planner knows of an aggregate: its types. `flow` has the accumulators. */
interface AggregateFunction {
  readonly names: readonly string[]
  readonly signatures: readonly string[]
  /** Null: these arguments do not fit. */
  resolve(args: readonly LogicalType[]): { readonly casts: readonly LogicalType[]; readonly type: LogicalType } | null
}

export interface ResolvedAggregate {
  readonly function: string
  readonly casts: readonly LogicalType[]
  readonly type: LogicalType
}

/** One argument; the result is nullable, for a group may have no value. */
function unary(names: readonly string[], takes: string, result: (type: LogicalType) => LogicalType | null): AggregateFunction {
  return {
    names,
    signatures: [`${names[0]}(<${takes}>)`],
    resolve(args) {
      if (args.length !== 1) return null
      const type = result(args[0] as LogicalType)
      return type === null ? null : { casts: args, type: withNullable(type, true) }
    },
  }
}

const comparable = (type: LogicalType): boolean =>
  isNumeric(type) ||
  isString(type) ||
  isTimestamp(type) ||
  type.kind === 'BOOLEAN' ||
  type.kind === 'DATE' ||
  type.kind === 'TIME' ||
  type.kind.startsWith('INTERVAL')

/** SUM of DECIMAL(p, s) is DECIMAL(38, s); of INT it is INT, and wraps around. */
const sumType = (type: LogicalType): LogicalType | null =>
  type.kind === 'DECIMAL' ? types.decimal(38, type.scale) : isNumeric(type) ? type : null
/** AVG keeps integers, and is cut towards zero; of DECIMAL(p, s) it is DECIMAL(38, max(6, s)). */
const averageType = (type: LogicalType): LogicalType | null =>
  type.kind === 'DECIMAL' ? types.decimal(38, Math.max(6, type.scale)) : isNumeric(type) ? type : null

const aggregateFunctions: readonly AggregateFunction[] = [
  {
    names: ['COUNT'],
    signatures: ['COUNT(*)', 'COUNT(<ANY>, ...)'],
    resolve: (args) => ({ casts: args, type: types.bigint(false) }),
  },
  unary(['SUM'], 'NUMERIC', sumType),
  unary(['SUM0', '$SUM0'], 'NUMERIC', sumType),
  unary(['AVG'], 'NUMERIC', averageType),
  unary(['MIN'], 'COMPARABLE', (type) => (comparable(type) ? type : null)),
  unary(['MAX'], 'COMPARABLE', (type) => (comparable(type) ? type : null)),
  unary(['FIRST_VALUE'], 'ANY', (type) => type),
  unary(['LAST_VALUE'], 'ANY', (type) => type),
  unary(['SINGLE_VALUE'], 'ANY', (type) => type),
  unary(['STDDEV_POP'], 'NUMERIC', averageType),
  unary(['STDDEV_SAMP', 'STDDEV'], 'NUMERIC', averageType),
  unary(['VAR_POP'], 'NUMERIC', averageType),
  unary(['VAR_SAMP', 'VARIANCE'], 'NUMERIC', averageType),
  unary(['ARRAY_AGG'], 'ANY', (type) => types.array(withNullable(type, true))),
  {
    names: ['COLLECT'],
    signatures: ['COLLECT(<ANY>)'],
    resolve: (args) => (args.length === 1 ? { casts: args, type: types.multiset(args[0] as LogicalType, false) } : null),
  },
  {
    names: ['LISTAGG'],
    signatures: ['LISTAGG(<STRING>)', 'LISTAGG(<STRING>, <STRING>)'],
    resolve: (args) => (args.length >= 1 && args.length <= 2 && args.every(isString) ? { casts: args, type: types.string() } : null),
  },
  {
    names: ['PERCENTILE'],
    signatures: ['PERCENTILE(<NUMERIC>, <NUMERIC>)'],
    resolve: ([value, share]) =>
      value !== undefined && share !== undefined && isNumeric(value) && isNumeric(share)
        ? { casts: [withNullable(types.double(), value.nullable), withNullable(types.double(), share.nullable)], type: types.double() }
        : null,
  },
  {
    names: ['JSON_ARRAYAGG'],
    signatures: ['JSON_ARRAYAGG(<ANY>)'],
    resolve: (args) => (args.length >= 1 ? { casts: args, type: types.varchar(2000, false) } : null),
  },
  {
    names: ['JSON_OBJECTAGG'],
    signatures: ['JSON_OBJECTAGG(KEY <STRING> VALUE <ANY>)'],
    resolve: (args) => (args.length >= 2 && isString(args[0] as LogicalType) ? { casts: args, type: types.varchar(2000, false) } : null),
  },
]

const byName = new Map(aggregateFunctions.flatMap((one) => one.names.map((name) => [name, one] as const)))

export function isAggregate(name: string): boolean {
  return byName.has(name.toUpperCase())
}

function aggregateNames(): readonly string[] {
  return [...byName.keys()].filter((name) => !name.startsWith('$')).sort()
}

/** `COUNT(*)` has no arguments. DISTINCT changes no type. Throws MS-2101 and MS-2102. */
export function resolveAggregate(
  name: string,
  args: readonly LogicalType[],
  options: { readonly at?: Place; readonly distinct?: boolean } = {},
): ResolvedAggregate {
  const one = byName.get(name.toUpperCase())
  if (one === undefined) throw errors.fail('MS-2101', { name: name.toUpperCase(), near: near(name, aggregateNames()) }, options.at)
  const resolved = one.resolve(args)
  if (resolved === null || (options.distinct === true && args.length === 0)) {
    throw errors.fail(
      'MS-2102',
      { name: one.names[0] as string, given: args.map(typeText).join(', '), accepted: one.signatures },
      options.at,
    )
  }
  return { function: one.names[0] as string, ...resolved }
}
