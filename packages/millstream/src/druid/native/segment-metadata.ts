import { type Aggregate, call, column, type DatasetColumn, literal, type Relation, type Scalar } from '../../model/dataset-query.ts'
import { countRows } from '../aggregators.ts'
import { flagOf, isObject, listOf } from '../json.ts'
import { formatInstant } from '../time.ts'
import { type NativeQuery, runQuery } from './query.ts'

const analysesDefault = ['cardinality', 'interval', 'minmax']

/** Columns, types, and what was asked of them. One merged answer: a dataset is one table here, whatever its segments. */
export async function answerSegmentMetadata(query: NativeQuery): Promise<unknown[]> {
  const { spec, unfiltered } = query
  const table = unfiltered.table
  if (table === null || table.chunks.length === 0) return []
  const analyses =
    spec['analysisTypes'] === undefined
      ? analysesDefault
      : listOf(spec['analysisTypes'], 'analysisTypes').map((item) => String(item).toLowerCase())
  const include = isObject(spec['toInclude']) ? spec['toInclude'] : { type: 'all' }
  const wanted = new Set(listOf(include['columns'], 'toInclude.columns').map(String))
  const columns =
    include['type'] === 'none' ? [] : include['type'] === 'list' ? table.columns.filter(({ name }) => wanted.has(name)) : table.columns

  const rows = countRows('rows', unfiltered, null)
  const aggregates: Aggregate[] = [...rows.aggregates]
  const add = (name: string, fn: string, args: readonly Scalar[], type: Aggregate['type'], distinct = false): void => {
    aggregates.push({ name, function: fn, args, distinct, filter: null, type })
  }
  for (const { name, type } of columns) {
    if (type !== 'STRING') continue
    const value = column(name, 'STRING')
    add(`distinct:${name}`, 'count', [value], 'LONG', true)
    add(
      `nulls:${name}`,
      'max',
      [call('case', [call('is_null', [value], 'BOOLEAN'), literal(1, 'LONG'), literal(0, 'LONG')], 'LONG')],
      'LONG',
    )
    if (analyses.includes('minmax')) {
      add(`min:${name}`, 'min', [value], 'STRING')
      add(`max:${name}`, 'max', [value], 'STRING')
    }
  }
  const relation: Relation = { kind: 'aggregate', input: unfiltered.relation, keys: [], groupingSets: null, aggregates }
  const answer = await runQuery(query, relation)
  const found = new Map(answer.columns.map(({ name }, position) => [name, answer.rows[0]?.[position] ?? null]))
  const describe = ({ name, type, aggregator }: DatasetColumn): Record<string, unknown> => {
    const text = type === 'STRING'
    const shownType = type === 'TIMESTAMP' ? 'LONG' : type === 'DISTINCT' ? 'COMPLEX<HLLSketch>' : type
    const nulls = Number(found.get(`nulls:${name}`) ?? 0)
    return {
      typeSignature: shownType,
      type: type === 'DISTINCT' ? String(aggregator?.['type'] ?? 'HLLSketchBuild') : shownType,
      hasMultipleValues: false,
      hasNulls: text ? nulls > 0 : false,
      size: 0,
      cardinality: text && analyses.includes('cardinality') ? Number(found.get(`distinct:${name}`) ?? 0) + nulls : null,
      minValue: found.get(`min:${name}`) ?? null,
      maxValue: found.get(`max:${name}`) ?? null,
      errorMessage: null,
    }
  }
  const startMs = Math.min(...table.chunks.map((chunk) => chunk.startMs))
  const endMs = Math.max(...table.chunks.map((chunk) => chunk.endMs))
  const aggregators = table.columns.filter((item) => item.aggregator !== undefined)
  return [
    {
      id: flagOf(spec, 'merge', false) ? 'merged' : `${table.name}_all`,
      intervals: analyses.includes('interval') ? [`${formatInstant(startMs)}/${formatInstant(endMs)}`] : null,
      columns: Object.fromEntries(columns.map((item) => [item.name, describe(item)])),
      size: 0,
      numRows: Number(found.get('aggregate:rows') ?? 0),
      aggregators: analyses.includes('aggregators') ? Object.fromEntries(aggregators.map((item) => [item.name, combining(item)])) : null,
      projections: null,
      timestampSpec: null,
      queryGranularity: analyses.includes('querygranularity') ? table.queryGranularity : null,
      rollup: analyses.includes('rollup') ? table.rollup : null,
    },
  ]
}

/** What sums a stored metric again: counts are added, the others are folded as they were. */
function combining({ name, aggregator }: DatasetColumn): Record<string, unknown> {
  const type =
    aggregator?.['type'] === 'count' ? 'longSum' : aggregator?.['type'] === 'HLLSketchBuild' ? 'HLLSketchMerge' : aggregator?.['type']
  return { ...aggregator, type, name, fieldName: name }
}
