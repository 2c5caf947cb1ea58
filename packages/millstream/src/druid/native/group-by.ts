import {
  column,
  type LiteralValue,
  literal,
  type NamedScalar,
  type Relation,
  type Scalar,
  type SortKey,
} from '../../model/dataset-query.ts'
import { type Dimension, parseDimension } from '../dimensions.ts'
import { bucketScalar, showBucket } from '../granularity.ts'
import { invalid, isObject, type Json, listOf, numberOf } from '../json.ts'
import { timeOf, withColumns } from '../scope.ts'
import { eventOf, parseAggregations } from './aggregation.ts'
import { havingCondition } from './having.ts'
import { naturalKey, orderingKeys } from './ordering.ts'
import { type NativeQuery, runQuery } from './query.ts'
import { project } from './timeseries.ts'

/** A groupBy as a relation: column `bucket` unless granularity is all, then what the user named. */
export interface GroupByPlan {
  readonly relation: Relation
  readonly names: readonly string[]
  readonly hasBucket: boolean
}

export async function answerGroupBy(query: NativeQuery): Promise<unknown[]> {
  const { spec, granularity } = query
  const dimensions = dimensionsOf(query)
  const subtotals = listOf(spec['subtotalsSpec'], 'subtotalsSpec')
  const sets = subtotals.length === 0 ? [null] : subtotals.map((set) => new Set(listOf(set, 'subtotalsSpec').map(String)))
  const events: unknown[] = []
  for (const set of sets) {
    const { relation, names, hasBucket } = planGroupBy(query, dimensions, set)
    for (const row of (await runQuery(query, relation)).rows) {
      const bucket = hasBucket ? Number(row[0]) : (query.intervals[0]?.startMs ?? 0)
      events.push({ version: 'v1', timestamp: showBucket(granularity, bucket), event: eventOf(names, row, hasBucket ? 1 : 0) })
    }
  }
  return events
}

export function dimensionsOf(query: NativeQuery): readonly Dimension[] {
  return listOf(query.spec['dimensions'], 'dimensions').map((item) => parseDimension(item, query.scope))
}

/** `set`: the dimensions of a subtotal; the others are null. */
export function planGroupBy(query: NativeQuery, dimensions: readonly Dimension[], set: ReadonlySet<string> | null): GroupByPlan {
  const { spec, scope, granularity } = query
  const hasBucket = granularity.kind !== 'all'
  const inner = (name: string): string => `dimension:${name}`
  const grouped = dimensions.filter(({ name }) => set === null || set.has(name))
  const keys: NamedScalar[] = [
    ...(hasBucket ? [{ name: 'bucket', value: bucketScalar(granularity, timeOf(scope)) }] : []),
    ...grouped.map(({ name, value }) => ({ name: inner(name), value })),
  ]
  const dimensionColumns = dimensions.map<NamedScalar>(({ name, value }) => ({
    name,
    value: set === null || set.has(name) ? column(inner(name), value.type) : literal(null, value.type),
  }))
  const { spec: ownSpec, groupings } = withoutGroupings(spec, set)
  const { aggregates, shown } = parseAggregations(ownSpec, scope, dimensionColumns)
  const results = inQueryOrder(spec, [...shown, ...groupings])
  let relation: Relation = { kind: 'aggregate', input: scope.relation, keys, groupingSets: null, aggregates }
  const columns = new Map<string, Scalar>([...dimensionColumns, ...results].map(({ name, value }) => [name, value]))
  if (isObject(spec['having'])) {
    relation = {
      kind: 'filter',
      input: relation,
      condition: havingCondition(spec['having'], withColumns({ ...scope, columns: new Map() }, [...columns])),
    }
  }
  const bucket: NamedScalar[] = hasBucket ? [{ name: 'bucket', value: column('bucket', 'LONG') }] : []
  const out = (name: string): string => `shown:${name}`
  const named = [...dimensionColumns, ...results]
  const projected = project(relation, [...bucket, ...named.map(({ name, value }) => ({ name: out(name), value }))])
  const limitSpec: Json = isObject(spec['limitSpec']) ? spec['limitSpec'] : {}
  const outColumns = new Map(named.map(({ name, value }) => [name, column(out(name), value.type)]))
  const by: SortKey[] = [
    ...listOf(limitSpec['columns'], 'limitSpec.columns').flatMap((item) => orderBy(item, outColumns)),
    ...bucket.map(({ value }) => naturalKey(value)),
    ...dimensions.map(({ name }) => naturalKey(outColumns.get(name) as Scalar)),
  ]
  const limit = numberOf(limitSpec, 'limit', 0)
  return {
    relation: { kind: 'sort', input: projected, by, limit: limit > 0 ? limit : null, offset: numberOf(limitSpec, 'offset', 0) },
    names: named.map(({ name }) => name),
    hasBucket,
  }
}

/** `grouping` tells which dimensions a subtotal left out: a constant of the subtotal. */
function withoutGroupings(spec: Json, set: ReadonlySet<string> | null): { spec: Json; groupings: NamedScalar[] } {
  const groupings: NamedScalar[] = []
  const aggregations = listOf(spec['aggregations'], 'aggregations').filter((item) => {
    if (!isObject(item) || item['type'] !== 'grouping') return true
    const bits = listOf(item['groupings'], 'groupings').reduce<number>(
      (value, name) => value * 2 + (set === null || set.has(String(name)) ? 0 : 1),
      0,
    )
    groupings.push({ name: String(item['name']), value: literal(bits, 'LONG') })
    return false
  })
  return { spec: groupings.length === 0 ? spec : { ...spec, aggregations }, groupings }
}

function inQueryOrder(spec: Json, results: readonly NamedScalar[]): NamedScalar[] {
  const order = listOf(spec['aggregations'], 'aggregations').map((item) => (isObject(item) ? String(item['name']) : ''))
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length)
  return [...results].sort((a, b) => place(a.name) - place(b.name))
}

function orderBy(item: unknown, columns: ReadonlyMap<string, Scalar>): SortKey[] {
  const spec: Json = typeof item === 'string' ? { dimension: item } : isObject(item) ? item : {}
  const name = String(spec['dimension'])
  const value = columns.get(name)
  if (value === undefined) throw invalid(`Unknown column in order clause[${name}]`)
  const descending = /^desc/i.test(String(spec['direction'] ?? 'ascending'))
  if (value.type !== 'STRING' || spec['dimensionOrder'] === undefined) return [naturalKey(value, descending)]
  return orderingKeys(spec['dimensionOrder'], value, descending)
}

export type Event = Record<string, LiteralValue>
