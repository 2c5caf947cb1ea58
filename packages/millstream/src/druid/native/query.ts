import type { Answer, DatasetEngine, Interval, Relation, Scalar } from '../../model/dataset-query.ts'
import { withVirtualColumns } from '../dimensions.ts'
import { parseExpression } from '../expression.ts'
import { everything, filterCondition, intervalList } from '../filters.ts'
import { type Granularity, parseGranularity } from '../granularity.ts'
import { flagOf, isObject, type Json, numberOf, objectOf } from '../json.ts'
import { resolve, type Scope, withColumns } from '../scope.ts'
import { openSource } from './source.ts'

/** What every native query has: its source with filter and virtual columns, its intervals, its context. */
export interface NativeQuery {
  readonly spec: Json
  readonly scope: Scope
  /** Before the query's own filter. */
  readonly unfiltered: Scope
  readonly condition: Scalar | null
  readonly intervals: readonly Interval[]
  readonly granularity: Granularity
  readonly context: Json
  readonly host: NativeHost
}

/** Who answers, for whom. */
export interface NativeHost {
  readonly engine: DatasetEngine
  readonly tenant: string
  /** Answers a query that stands inside another as its data source. */
  readonly answerInner: (
    json: unknown,
    depth: number,
  ) => Promise<{ readonly relation: Relation; readonly columns: ReadonlyMap<string, Scalar> }>
  readonly depth: number
}

export async function openQuery(spec: Json, host: NativeHost): Promise<NativeQuery> {
  const context = isObject(spec['context']) ? spec['context'] : {}
  const intervals = spec['intervals'] === undefined ? [everything] : intervalList(spec['intervals'])
  const source = await openSource(spec['dataSource'], host, intervals)
  const unfiltered = withVirtualColumns(spec['virtualColumns'], source, (text, scope) =>
    parseExpression(text, (name) => resolve(scope, name)),
  )
  const condition =
    spec['filter'] === undefined || spec['filter'] === null ? null : filterCondition(objectOf(spec['filter'], 'filter'), unfiltered)
  const relation: Relation = condition === null ? unfiltered.relation : { kind: 'filter', input: unfiltered.relation, condition }
  return {
    spec,
    unfiltered,
    condition,
    intervals,
    context,
    host,
    scope: { ...unfiltered, relation },
    granularity: parseGranularity(spec['granularity']),
  }
}

export function runQuery(query: NativeQuery, relation: Relation): Promise<Answer> {
  const timeoutMs = numberOf(query.context, 'timeout', 0)
  return query.host.engine.run(relation, { timeoutMs: timeoutMs > 0 ? timeoutMs : null })
}

/** The chunks of the source that the intervals touch, cut to them: where Druid has segments. */
export function spans(query: NativeQuery): readonly Interval[] {
  const table = query.unfiltered.table
  if (table === null) return query.intervals
  const result: Interval[] = []
  for (const interval of query.intervals) {
    for (const chunk of table.chunks) {
      const startMs = Math.max(interval.startMs, chunk.minTimeMs)
      const endMs = Math.min(interval.endMs, chunk.maxTimeMs + 1)
      if (startMs < endMs) result.push({ startMs, endMs })
    }
  }
  return result
}

export const isDescending = (query: NativeQuery): boolean => flagOf(query.spec, 'descending', false)
export { withColumns }
