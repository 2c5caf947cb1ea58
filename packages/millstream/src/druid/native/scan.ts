import { call, column, type LiteralValue, literal, type NamedScalar, type Relation, type SortKey } from '../../model/dataset-query.ts'
import { invalid, listOf, numberOf } from '../json.ts'
import { resolve, timeColumn, timeOf } from '../scope.ts'
import { eventOf } from './aggregation.ts'
import { type NativeQuery, runQuery, spans } from './query.ts'
import { project } from './timeseries.ts'

/** Rows that only carry a distinct value are no rows of Druid's. */
const isRow = call('eq', [column('$rows', 'LONG'), literal(1, 'LONG')], 'BOOLEAN')

/** Rows as they are stored. */
export async function answerScan(query: NativeQuery): Promise<unknown[]> {
  const { spec, scope } = query
  const asked = listOf(spec['columns'], 'columns').map(String)
  const names = asked.length > 0 ? asked : [...scope.columns].flatMap(([name, value]) => (value.type === 'DISTINCT' ? [] : [name]))
  const order = String(spec['order'] ?? 'none').toLowerCase()
  if (order !== 'none' && order !== 'ascending' && order !== 'descending')
    throw invalid(`order '${order}' is not one of none, ascending, descending`)
  if (order !== 'none' && !names.includes(timeColumn)) throw invalid('The __time column must be selected if the results are time-ordered.')
  const format = String(spec['resultFormat'] ?? 'list')
  if (format !== 'list' && format !== 'compactedList') throw invalid(`resultFormat '${format}' is not one of list, compactedList`)

  const shown = names.map<NamedScalar>((name) => ({
    name: `shown:${name}`,
    value: name === timeColumn ? timeOf(scope) : resolve(scope, name),
  }))
  const time = shown.find(({ name }) => name === `shown:${timeColumn}`)
  const by: SortKey[] =
    order === 'none' || time === undefined ? [] : [{ value: column(time.name, 'LONG'), descending: order === 'descending', nulls: 'first' }]
  const limit = numberOf(spec, 'limit', 0)
  const stored: Relation =
    scope.table?.hasDistinctRows === true ? { kind: 'filter', input: scope.relation, condition: isRow } : scope.relation
  const relation: Relation = {
    kind: 'sort',
    input: project(stored, shown),
    by,
    limit: limit > 0 ? limit : null,
    offset: numberOf(spec, 'offset', 0),
  }
  const { rows } = await runQuery(query, relation)
  if (rows.length === 0) return []
  const events: (LiteralValue[] | Record<string, LiteralValue>)[] = rows.map((row) =>
    format === 'list' ? eventOf(names, row, 0) : [...row],
  )
  const rowSignature = shown.map(({ value }, position) => ({ name: names[position], type: value.type === 'BOOLEAN' ? 'LONG' : value.type }))
  return [{ segmentId: spans(query).length === 0 ? null : `${scope.table?.name ?? 'query'}_all`, columns: names, events, rowSignature }]
}
