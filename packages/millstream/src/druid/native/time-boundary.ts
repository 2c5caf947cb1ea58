import type { Relation } from '../../model/dataset-query.ts'
import { timeOf } from '../scope.ts'
import { formatInstant } from '../time.ts'
import { type NativeQuery, runQuery } from './query.ts'

/** The first and last event time. */
export async function answerTimeBoundary(query: NativeQuery): Promise<unknown[]> {
  const time = timeOf(query.scope)
  const relation: Relation = {
    kind: 'aggregate',
    input: query.scope.relation,
    keys: [],
    groupingSets: null,
    aggregates: (['min', 'max'] as const).map((name) => ({
      name,
      function: name,
      args: [time],
      distinct: false,
      filter: null,
      type: 'LONG',
    })),
  }
  const row = (await runQuery(query, relation)).rows[0]
  if (row === undefined || row[0] === null || row[0] === undefined) return []
  const [minTime, maxTime] = [formatInstant(Number(row[0])), formatInstant(Number(row[1]))]
  const bound = query.spec['bound']
  if (bound === 'minTime') return [{ timestamp: minTime, result: { minTime } }]
  if (bound === 'maxTime') return [{ timestamp: maxTime, result: { maxTime } }]
  return [{ timestamp: minTime, result: { minTime, maxTime } }]
}

/** `dataSourceMetadata`: the newest event time. */
export async function answerDataSourceMetadata(query: NativeQuery): Promise<unknown[]> {
  const chunks = query.unfiltered.table?.chunks ?? []
  if (chunks.length === 0) return []
  const newest = formatInstant(Math.max(...chunks.map((chunk) => chunk.maxTimeMs)))
  return [{ timestamp: newest, result: { maxIngestedEventTime: newest } }]
}
