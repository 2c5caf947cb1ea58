import { column, type DataType, type Interval, type LiteralValue, type Relation, type Scalar } from '../../model/dataset-query.ts'
import { invalid, isObject, listOf, notYet, objectOf, textOf } from '../json.ts'
import { type Scope, tableColumns } from '../scope.ts'
import type { NativeHost } from './query.ts'

const depthMax = 16

/** A `dataSource`: a name, or an object. An unknown name is a source without rows, as in Druid. */
export async function openSource(json: unknown, host: NativeHost, intervals: readonly Interval[]): Promise<Scope> {
  const nowMs = host.engine.nowMs
  const empty: Scope = {
    relation: { kind: 'values', columns: [{ name: '__time', type: 'LONG' }], rows: [] },
    table: null,
    columns: new Map([['__time', column('__time', 'LONG')]]),
    nowMs,
  }
  if (typeof json === 'string') {
    const table = host.engine.table(host.tenant, json)
    if (table === null) return empty
    const relation: Relation = { kind: 'scan', table, prefix: '', columns: [...table.columns.map(({ name }) => name), '$rows'], intervals }
    return { relation, table, columns: tableColumns(table), nowMs }
  }
  const spec = objectOf(json, 'dataSource')
  switch (spec['type']) {
    case 'table':
    case 'globalTable':
      return openSource(textOf(spec, 'name', 'dataSource'), host, intervals)
    case 'union': {
      const names = listOf(spec['dataSources'], 'dataSources')
      const scopes = await Promise.all(names.map((name) => openSource(name, host, intervals)))
      const first = scopes[0]
      if (first === undefined) throw invalid("dataSource union needs 'dataSources'")
      if (scopes.length === 1) return first
      return unionOf(scopes, nowMs)
    }
    case 'query': {
      if (host.depth >= depthMax) throw invalid(`queries are nested deeper than ${depthMax}`)
      const { relation, columns } = await host.answerInner(spec['query'], host.depth + 1)
      return { relation, table: null, columns, nowMs }
    }
    case 'inline':
      return inline(
        listOf(spec['columnNames'], 'columnNames').map(String),
        listOf(spec['columnTypes'], 'columnTypes'),
        listOf(spec['rows'], 'rows'),
        nowMs,
      )
    case 'join':
    case 'unnest':
    case 'lookup':
    case 'filter':
      throw notYet(`a dataSource of type ${spec['type']}`)
    default:
      throw invalid(`dataSource of type ${JSON.stringify(spec['type'])} is not known`)
  }
}

function unionOf(scopes: readonly Scope[], nowMs: number): Scope {
  const names = new Map<string, DataType>()
  for (const scope of scopes) for (const [name, value] of scope.columns) if (!names.has(name)) names.set(name, value.type)
  const inputs = scopes.map<Relation>((scope) => ({
    kind: 'project',
    input: scope.relation,
    distinct: false,
    columns: [...names].map(([name, type]) => ({ name, value: scope.columns.get(name) ?? { kind: 'literal', value: null, type } })),
  }))
  return {
    relation: { kind: 'union', inputs },
    table: null,
    columns: new Map([...names].map(([name, type]) => [name, column(name, type)])),
    nowMs,
  }
}

function inline(names: readonly string[], typeNames: readonly unknown[], rows: readonly unknown[], nowMs: number): Scope {
  const types = names.map<DataType>((_, position) => {
    const given = String(typeNames[position] ?? '').toUpperCase()
    if (given === 'LONG' || given === 'DOUBLE' || given === 'FLOAT' || given === 'STRING') return given
    const sample = rows.map((row) => (Array.isArray(row) ? row[position] : null)).find((value) => value !== null && value !== undefined)
    return typeof sample === 'number' ? (Number.isInteger(sample) ? 'LONG' : 'DOUBLE') : 'STRING'
  })
  const cells = rows.map((row) => {
    if (!Array.isArray(row)) throw invalid('rows of an inline dataSource are lists')
    return row.map<LiteralValue>((value, position) => cell(value, types[position] ?? 'STRING'))
  })
  const columns = names.map((name, position) => ({ name, type: types[position] as DataType }))
  const known = new Map<string, Scalar>(columns.map(({ name, type }) => [name, column(name, type)]))
  return { relation: { kind: 'values', columns, rows: cells }, table: null, columns: known, nowMs }
}

function cell(value: unknown, type: DataType): LiteralValue {
  if (value === null || value === undefined) return null
  if (Array.isArray(value) || isObject(value)) throw notYet('lists in an inline dataSource')
  return type === 'STRING' ? String(value) : Number(value)
}
