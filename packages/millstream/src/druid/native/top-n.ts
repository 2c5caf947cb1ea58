import {
  and,
  call,
  column,
  type LiteralValue,
  literal,
  type NamedScalar,
  type Relation,
  type Scalar,
  type SortKey,
} from '../../model/dataset-query.ts'
import { parseDimension } from '../dimensions.ts'
import { bucketScalar, showBucket } from '../granularity.ts'
import { invalid, isObject, numberOf } from '../json.ts'
import { timeOf } from '../scope.ts'
import { eventOf, parseAggregations } from './aggregation.ts'
import { naturalKey, orderingKeys } from './ordering.ts'
import { type NativeQuery, runQuery, spans } from './query.ts'
import { project } from './timeseries.ts'

/** The first values of a dimension in each bucket, by a metric or by the dimension itself. Exact, where Druid's is approximate. */
export async function answerTopN(query: NativeQuery): Promise<unknown[]> {
  const { spec, scope, granularity } = query
  const dimension = parseDimension(spec['dimension'], scope)
  const threshold = numberOf(spec, 'threshold', 0)
  if (!(threshold > 0)) throw invalid("topN needs 'threshold', a number above 0")
  const dimensionColumn = column('dimension', dimension.value.type)
  const { aggregates, shown } = parseAggregations(spec, scope, [{ name: dimension.name, value: dimensionColumn }])
  const covered = spans(query)
  if (covered.length === 0) return []

  const buckets: NamedScalar[] = granularity.kind === 'all' ? [] : [{ name: 'bucket', value: bucketScalar(granularity, timeOf(scope)) }]
  const bucketColumn = column('bucket', 'LONG')
  const keys = [...buckets, { name: 'dimension', value: dimension.value }]
  let grouped: Relation = { kind: 'aggregate', input: scope.relation, keys, groupingSets: null, aggregates }
  const { order, after } = metricOrder(spec['metric'], dimensionColumn, shown, false)
  if (after !== null) grouped = { kind: 'filter', input: grouped, condition: after }
  const by: SortKey[] = [...order, naturalKey(dimensionColumn)]
  const rank: Scalar = {
    kind: 'over',
    function: 'row_number',
    args: [],
    partitionBy: buckets.length === 0 ? [] : [bucketColumn],
    orderBy: by,
    frame: null,
    type: 'LONG',
  }
  const bucketShown: NamedScalar[] = buckets.map(({ name }) => ({ name, value: bucketColumn }))
  const user = (name: string): string => `shown:${name}`
  const ranked = project(grouped, [
    ...bucketShown,
    { name: 'dimension', value: dimensionColumn },
    ...shown.map(({ name, value }) => ({ name: user(name), value })),
    { name: 'rank', value: rank },
  ])
  const relation: Relation = {
    kind: 'sort',
    input: { kind: 'filter', input: ranked, condition: call('le', [column('rank', 'LONG'), literal(threshold, 'LONG')], 'BOOLEAN') },
    by: [...bucketShown.map(({ value }) => naturalKey(value)), naturalKey(column('rank', 'LONG'))],
    limit: null,
    offset: 0,
  }
  const names = [dimension.name, ...shown.map(({ name }) => name)]
  const rows = (await runQuery(query, relation)).rows
  const results = new Map<number, Record<string, LiteralValue>[]>()
  const start = Math.min(...covered.map((span) => span.startMs))
  for (const row of rows) {
    const bucket = buckets.length === 0 ? start : Number(row[0])
    const list = results.get(bucket) ?? []
    list.push(eventOf(names, row, buckets.length))
    results.set(bucket, list)
  }
  if (results.size === 0 && buckets.length === 0) results.set(start, [])
  return [...results].map(([bucket, result]) => ({ timestamp: showBucket(granularity, bucket), result }))
}

/** `metric` of a topN: what comes first, and what is left out (`previousStop`). */
function metricOrder(
  json: unknown,
  dimension: Scalar,
  shown: readonly NamedScalar[],
  inverted: boolean,
): { order: SortKey[]; after: Scalar | null } {
  if (isObject(json) && json['type'] === 'inverted') return metricOrder(json['metric'], dimension, shown, !inverted)
  const type = isObject(json) ? String(json['type']) : null
  if (isObject(json) && (type === 'dimension' || type === 'lexicographic' || type === 'alphaNumeric')) {
    const ordering = type === 'dimension' ? json['ordering'] : type
    const order = orderingKeys(ordering, dimension, inverted)
    const stop = json['previousStop']
    if (stop === undefined || stop === null) return { order, after: null }
    const numeric = String(ordering).toLowerCase() === 'numeric'
    const limit = literal(numeric ? Number(stop) : String(stop), numeric ? 'DOUBLE' : 'STRING')
    return { order, after: and([call(inverted ? 'lt' : 'gt', [(order[0] as SortKey).value, limit], 'BOOLEAN')]) }
  }
  const name = isObject(json) && type === 'numeric' ? String(json['metric']) : typeof json === 'string' ? json : null
  const metric = shown.find((item) => item.name === name)
  if (metric === undefined) throw invalid(`Metric ${JSON.stringify(json)} is neither an aggregation nor a postAggregation of the topN`)
  return { order: [{ value: metric.value, descending: !inverted, nulls: 'last' }], after: null }
}
