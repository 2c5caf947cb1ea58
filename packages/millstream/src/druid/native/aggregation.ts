import type { Aggregate, LiteralValue, NamedScalar, Scalar } from '../../model/dataset-query.ts'
import { type Aggregation, parseAggregator } from '../aggregators.ts'
import { listOf } from '../json.ts'
import { parsePostAggregators } from '../post-aggregators.ts'
import type { Scope } from '../scope.ts'

/** Aggregations and post-aggregations of a query, ready to be put over groups. */
export interface Aggregations {
  readonly aggregates: readonly Aggregate[]
  /** In the order of the query: what an answer shows, under the user's names. */
  readonly shown: readonly NamedScalar[]
}

export function parseAggregations(spec: Readonly<Record<string, unknown>>, scope: Scope, dimensions: readonly NamedScalar[]): Aggregations {
  const parsed: Aggregation[] = listOf(spec['aggregations'], 'aggregations').map((item) => parseAggregator(item, scope))
  const known = new Map<string, Scalar>([...dimensions, ...parsed].map(({ name, value }) => [name, value]))
  const { results, names } = parsePostAggregators(spec['postAggregations'], known)
  const shown = [
    ...parsed.map(({ name, value }) => ({ name, value })),
    ...names.map((name) => ({ name, value: results.get(name) as Scalar })),
  ]
  return { aggregates: parsed.flatMap((aggregation) => aggregation.aggregates), shown }
}

/** An event of the answer: names to values, from a row at a position. */
export function eventOf(names: readonly string[], row: readonly LiteralValue[], from: number): Record<string, LiteralValue> {
  // A name may be __proto__, which is a name like any other here.
  const event: Record<string, LiteralValue> = Object.create(null)
  names.forEach((name, position) => {
    event[name] = row[from + position] ?? null
  })
  return event
}
