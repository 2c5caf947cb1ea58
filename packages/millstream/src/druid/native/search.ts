import { column, type Relation } from '../../model/dataset-query.ts'
import { countRows } from '../aggregators.ts'
import { type Dimension, parseDimension } from '../dimensions.ts'
import { searchCondition } from '../extraction.ts'
import { showBucket } from '../granularity.ts'
import { isObject, listOf, notYet, numberOf } from '../json.ts'
import { castTo } from '../scope.ts'
import { orderingKeys } from './ordering.ts'
import { type NativeQuery, runQuery, spans } from './query.ts'

const limitDefault = 1000

/** Values of dimensions that a search finds, with how many rows have them. The limit cuts in lexicographic order; the sort orders what was kept. */
export async function answerSearch(query: NativeQuery): Promise<unknown[]> {
  const { spec, scope, granularity } = query
  if (granularity.kind !== 'all') throw notYet('a search by buckets of time')
  const covered = spans(query)
  if (covered.length === 0) return []
  const asked = listOf(spec['searchDimensions'], 'searchDimensions')
  const dimensions: readonly Dimension[] =
    asked.length > 0
      ? asked.map((item) => parseDimension(item, scope))
      : (scope.table?.columns ?? [])
          .filter(({ role, type }) => role === 'dimension' && type === 'STRING')
          .map(({ name }) => parseDimension(name, scope))
  const limit = numberOf(spec, 'limit', limitDefault)
  const sort = isObject(spec['sort']) ? spec['sort']['type'] : 'lexicographic'
  const hits: { dimension: string; value: unknown; count: unknown }[] = []
  for (const { name, value } of dimensions) {
    if (hits.length >= limit) break
    const text = castTo(value, 'STRING')
    const count = countRows('count', scope, null)
    const found: Relation = { kind: 'filter', input: scope.relation, condition: searchCondition(spec['query'], text) }
    const grouped: Relation = {
      kind: 'aggregate',
      input: found,
      keys: [{ name: 'value', value: text }],
      groupingSets: null,
      aggregates: count.aggregates,
    }
    const shown: Relation = {
      kind: 'project',
      input: grouped,
      distinct: false,
      columns: [
        { name: 'value', value: column('value', 'STRING') },
        { name: 'count', value: count.value },
      ],
    }
    const kept: Relation = {
      kind: 'sort',
      input: shown,
      by: orderingKeys('lexicographic', column('value', 'STRING'), false),
      limit: limit - hits.length,
      offset: 0,
    }
    const ordered: Relation =
      sort === 'lexicographic'
        ? kept
        : { kind: 'sort', input: kept, by: orderingKeys(sort, column('value', 'STRING'), false), limit: null, offset: 0 }
    for (const row of (await runQuery(query, ordered)).rows) hits.push({ dimension: name, value: row[0], count: row[1] })
  }
  return [{ timestamp: showBucket(granularity, Math.min(...covered.map((span) => span.startMs))), result: hits }]
}
