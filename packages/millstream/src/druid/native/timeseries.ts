import { type LiteralValue, literal, type NamedScalar, type Relation } from '../../model/dataset-query.ts'
import { bucketScalar, bucketStart, nextBucket, showBucket } from '../granularity.ts'
import { flagOf, invalid, numberOf } from '../json.ts'
import { timeOf } from '../scope.ts'
import { eventOf, parseAggregations } from './aggregation.ts'
import { isDescending, type NativeQuery, runQuery, spans } from './query.ts'

const bucketsMax = 1_000_000

/** Buckets of time. Those inside the data that have no rows are shown empty, unless `skipEmptyBuckets`. */
export async function answerTimeseries(query: NativeQuery): Promise<unknown[]> {
  const { granularity, scope, context, spec } = query
  const { aggregates, shown } = parseAggregations(spec, scope, [])
  const names = shown.map(({ name }) => name)
  const covered = spans(query)
  const first = covered[0]
  const total = async (relation: Relation): Promise<readonly LiteralValue[]> => {
    const whole: Relation = { kind: 'aggregate', input: relation, keys: [], groupingSets: null, aggregates }
    return (await runQuery(query, project(whole, shown))).rows[0] ?? []
  }
  if (first === undefined) return []
  const earliest = Math.min(...covered.map((span) => span.startMs))
  if (granularity.kind === 'all') {
    return [{ timestamp: showBucket(granularity, earliest), result: eventOf(names, await total(scope.relation), 0) }]
  }

  const key: NamedScalar = { name: 'bucket', value: bucketScalar(granularity, timeOf(scope)) }
  const grouped: Relation = { kind: 'aggregate', input: scope.relation, keys: [key], groupingSets: null, aggregates }
  const bucket: NamedScalar = { name: 'bucket', value: { kind: 'column', name: 'bucket', type: 'LONG' } }
  const relation: Relation = {
    kind: 'sort',
    input: project(grouped, [bucket, ...shown]),
    by: [{ value: bucket.value, descending: false, nulls: 'first' }],
    limit: null,
    offset: 0,
  }
  const rows = (await runQuery(query, relation)).rows
  let results: { timestamp: string | null; result: Record<string, LiteralValue> }[]
  if (flagOf(context, 'skipEmptyBuckets', false) || granularity.kind === 'none') {
    results = rows.map((row) => ({ timestamp: showBucket(granularity, Number(row[0])), result: eventOf(names, row, 1) }))
  } else {
    const found = new Map(rows.map((row) => [Number(row[0]), row]))
    const empty = await total({ kind: 'filter', input: scope.relation, condition: literal(false, 'BOOLEAN') })
    const starts = new Set<number>()
    for (const span of covered) {
      for (let start = bucketStart(granularity, span.startMs); start < span.endMs; start = nextBucket(granularity, start)) {
        starts.add(start)
        if (starts.size > bucketsMax)
          throw invalid(`the intervals have more than ${bucketsMax} buckets: use a coarser granularity or skipEmptyBuckets`)
      }
    }
    for (const start of found.keys()) starts.add(start)
    results = [...starts]
      .sort((a, b) => a - b)
      .map((start) => {
        const row = found.get(start)
        return { timestamp: showBucket(granularity, start), result: row === undefined ? eventOf(names, empty, 0) : eventOf(names, row, 1) }
      })
  }
  if (isDescending(query)) results.reverse()
  const limit = numberOf(spec, 'limit', 0)
  if (limit > 0) results = results.slice(0, limit)
  if (flagOf(context, 'grandTotal', false)) results.push({ timestamp: null, result: eventOf(names, await total(scope.relation), 0) })
  return results
}

export const project = (input: Relation, columns: readonly NamedScalar[]): Relation => ({
  kind: 'project',
  input,
  distinct: false,
  // An answer without columns still has rows.
  columns: columns.length === 0 ? [{ name: 'nothing', value: literal(null, 'STRING') }] : columns,
})
