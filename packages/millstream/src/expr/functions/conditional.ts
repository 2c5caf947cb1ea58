import { isNumeric, type LogicalType, withNullable } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import { commonType } from '../common-type.ts'
import { equalityOf } from '../compare.ts'
import type { ScalarFunction } from '../function.ts'
import { scalar, take } from '../signature.ts'
import { comparable } from './comparison.ts'

const isNullable = (type: LogicalType): boolean => type.nullable || type.kind === 'NULL'
const toCommon = (common: LogicalType, type: LogicalType): LogicalType => withNullable(common, isNullable(type))

/** CASE (when, then, when, then, ..., else): an odd number of arguments; a CASE without ELSE gets a NULL literal. */
const caseWhen: ScalarFunction = {
  names: ['CASE'],
  signatures: ['CASE WHEN <BOOLEAN> THEN <ANY> [...] [ELSE <ANY>] END'],
  nulls: 'lazy',
  deterministic: true,
  readsEnv: false,
  resolve(args) {
    if (args.length < 3 || args.length % 2 === 0) return null
    const isWhen = (position: number): boolean => position % 2 === 0 && position < args.length - 1
    const common = commonType(args.filter((_, position) => !isWhen(position)))
    if (common === null) return null
    const casts: LogicalType[] = []
    for (const [position, type] of args.entries()) {
      const wanted = isWhen(position) ? take.boolean.accept(type) : toCommon(common, type)
      if (wanted === null) return null
      casts.push(wanted)
    }
    return { casts, type: common }
  },
  bind:
    () =>
    (...values: Value[]) => {
      for (let at = 0; at + 1 < values.length; at += 2) if (values[at] === true) return values[at + 1] as Value
      return values.at(-1) as Value
    },
}

/** COALESCE: not null when one argument never is. */
const coalesce = scalar({
  names: ['COALESCE'],
  parameters: [take.any],
  rest: take.any,
  signatures: ['COALESCE(<ANY>, ...)'],
  together: (args) => {
    const common = commonType(args)
    return common === null ? null : args.map((type) => toCommon(common, type))
  },
  result: (args) => commonType(args),
  nullable: 'all',
  nulls: 'lazy',
  run: (...values: Value[]) => values.find((value) => value !== null) ?? null,
})

const ifNull = scalar({
  names: ['IFNULL'],
  parameters: [take.any, take.any],
  together: (args) => {
    const common = commonType(args)
    return common === null ? null : args.map((type) => toCommon(common, type))
  },
  result: (args) => commonType(args),
  nullable: 'all',
  nulls: 'lazy',
  run: (a: Value, b: Value) => a ?? b,
})

/** IF(condition, then, else). An unknown condition takes the else; the type is nullable when the condition is. */
const ifElse = scalar({
  names: ['IF'],
  parameters: [take.boolean, take.any, take.any],
  together: ([condition, a, b]) => {
    const common = commonType([a as LogicalType, b as LogicalType])
    return common === null ? null : [condition as LogicalType, toCommon(common, a as LogicalType), toCommon(common, b as LogicalType)]
  },
  result: ([, a, b]) => commonType([a as LogicalType, b as LogicalType]),
  nulls: 'lazy',
  run: (condition: Value, a: Value, b: Value) => (condition === true ? a : b),
})

/** NULLIF(a, b) has a's type, nullable; a and b meet only to be compared. */
const nullIf: ScalarFunction = {
  names: ['NULLIF'],
  signatures: ['NULLIF(<COMPARABLE>, <COMPARABLE>)'],
  nulls: 'own',
  deterministic: true,
  readsEnv: false,
  resolve([a, b, more]) {
    if (a === undefined || b === undefined || more !== undefined) return null
    const pair = comparable(a, b, true)
    if (pair === null) return null
    // Numbers of two types are compared in the wider one, but the answer keeps the first's type where that loses nothing.
    const casts: readonly LogicalType[] = isNumeric(a) && isNumeric(b) ? [a, b] : [withNullable(pair[0], isNullable(a)), pair[1]]
    return { casts, type: withNullable(a.kind === 'NULL' ? (casts[0] as LogicalType) : a, true) }
  },
  bind: ({ args }) => {
    const [a, b] = args as [LogicalType, LogicalType]
    const numbers = isNumeric(a) && isNumeric(b)
    const equal = numbers ? (x: Value, y: Value) => numberOf(x as number, a) === numberOf(y as number, b) : equalityOf(a)
    return (x: Value, y: Value) => (x !== null && y !== null && equal(x, y) ? null : x)
  },
}

function numberOf(value: number | bigint, type: LogicalType): number {
  return type.kind === 'DECIMAL' ? Number(value) / 10 ** type.scale : Number(value)
}

export const conditionalFunctions: readonly ScalarFunction[] = [caseWhen, coalesce, ifNull, ifElse, nullIf]
