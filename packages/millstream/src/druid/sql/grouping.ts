import type { Scalar } from '../../model/dataset-query.ts'
import type { SqlExpression } from '../../syntax/ast/expression.ts'
import type { GroupBy, GroupingItem } from '../../syntax/ast/query.ts'
import { invalidAt } from './environment.ts'

export interface Grouping {
  readonly keys: readonly Scalar[]
  /** Null: one set of all keys. */
  readonly sets: readonly (readonly number[])[] | null
}

const setsMax = 512

/** GROUP BY with its sets: ROLLUP and CUBE are written out, several items multiply. */
export function readGrouping(groupBy: GroupBy, keyOf: (expression: SqlExpression) => Scalar): Grouping {
  const keys: Scalar[] = []
  const texts = new Map<string, number>()
  const position = (expression: SqlExpression): number => {
    const key = keyOf(expression)
    const text = scalarText(key)
    const known = texts.get(text)
    if (known !== undefined) return known
    texts.set(text, keys.length)
    keys.push(key)
    return keys.length - 1
  }
  const setsOf = (item: GroupingItem): number[][] => {
    switch (item.kind) {
      case 'expression':
        return [[position(item.expression)]]
      case 'set':
        return [item.expressions.map(position)]
      case 'grouping-sets':
        return item.items.flatMap(setsOf)
      case 'rollup': {
        const parts = item.items.map((part) => setsOf(part).flat())
        return Array.from({ length: parts.length + 1 }, (_, left) => parts.slice(0, parts.length - left).flat())
      }
      case 'cube': {
        const parts = item.items.map((part) => setsOf(part).flat())
        if (2 ** parts.length > setsMax) throw invalidAt(`CUBE of ${parts.length} columns has too many grouping sets`, item.at)
        return Array.from({ length: 2 ** parts.length }, (_, bits) =>
          parts.flatMap((part, index) => ((bits >> (parts.length - 1 - index)) & 1 ? [] : part)),
        )
      }
    }
  }
  const special = groupBy.items.some((item) => item.kind !== 'expression' && !(item.kind === 'set' && groupBy.items.length === 1))
  let sets: number[][] = [[]]
  for (const item of groupBy.items) {
    const next = setsOf(item)
    sets = sets.flatMap((left) => next.map((right) => [...new Set([...left, ...right])]))
    if (sets.length > setsMax) throw invalidAt(`GROUP BY has more than ${setsMax} grouping sets`, groupBy.at)
  }
  return { keys, sets: special ? sets : null }
}

/** Scalars are plain data: equal when their texts are. */
export const scalarText = (scalar: Scalar): string =>
  JSON.stringify(scalar, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))
