import { column, type DatasetEngine, type Relation, type Scalar } from '../../model/dataset-query.ts'
import { invalid, isObject, notYet } from '../json.ts'
import { answerGroupBy, dimensionsOf, planGroupBy } from './group-by.ts'
import { type NativeHost, type NativeQuery, openQuery } from './query.ts'
import { answerScan } from './scan.ts'
import { answerSearch } from './search.ts'
import { answerSegmentMetadata } from './segment-metadata.ts'
import { answerDataSourceMetadata, answerTimeBoundary } from './time-boundary.ts'
import { answerTimeseries } from './timeseries.ts'
import { answerTopN } from './top-n.ts'

const kinds: Readonly<Record<string, (query: NativeQuery) => Promise<unknown[]>>> = {
  timeseries: answerTimeseries,
  topN: answerTopN,
  groupBy: answerGroupBy,
  scan: answerScan,
  timeBoundary: answerTimeBoundary,
  dataSourceMetadata: answerDataSourceMetadata,
  segmentMetadata: answerSegmentMetadata,
  search: answerSearch,
}
const later = ['movingAverage', 'select', 'windowOperator', 'scanAndSort']

/** Answers a native query (the body of `POST /druid/v2`) as Druid would: the list that its answer is. */
export async function answerNative(json: unknown, engine: DatasetEngine, tenant: string): Promise<unknown[]> {
  const answerInner: NativeHost['answerInner'] = (inner, depth) => innerGroupBy(inner, { engine, tenant, answerInner, depth })
  return answer(json, { engine, tenant, answerInner, depth: 0 })
}

function answer(json: unknown, host: NativeHost): Promise<unknown[]> {
  if (!isObject(json)) throw invalid('A query is a JSON object with a queryType')
  const kind = kinds[String(json['queryType'])]
  if (kind === undefined) {
    if (later.includes(String(json['queryType']))) throw notYet(`the query type ${String(json['queryType'])}`)
    throw invalid(`Could not resolve type id '${String(json['queryType'])}' as a queryType; known are ${Object.keys(kinds).join(', ')}`)
  }
  if (json['dataSource'] === undefined) throw invalid("A query needs a 'dataSource'")
  return openQuery(json, host).then(kind)
}

/** A groupBy as the data source of another query: its event columns, and its bucket as `__time`. */
async function innerGroupBy(json: unknown, host: NativeHost): Promise<{ relation: Relation; columns: ReadonlyMap<string, Scalar> }> {
  if (!isObject(json)) throw invalid('A query is a JSON object with a queryType')
  if (json['queryType'] !== 'groupBy') throw notYet(`a ${String(json['queryType'])} query as a dataSource`)
  const query = await openQuery(json, host)
  const { relation, names, hasBucket } = planGroupBy(query, dimensionsOf(query), null)
  const projected = relation.kind === 'sort' ? relation.input : relation
  const types = projected.kind === 'project' ? new Map(projected.columns.map(({ name, value }) => [name, value.type])) : new Map()
  const time: [string, Scalar] = [
    '__time',
    hasBucket ? column('bucket', 'LONG') : { kind: 'literal', value: query.intervals[0]?.startMs ?? 0, type: 'LONG' },
  ]
  const columns = names.map<[string, Scalar]>((name) => [name, column(`shown:${name}`, types.get(`shown:${name}`) ?? 'STRING')])
  return { relation, columns: new Map([time, ...columns]) }
}
