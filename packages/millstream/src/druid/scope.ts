import { call, column, type DatasetTable, type DataType, literal, type Relation, type Scalar } from '../model/dataset-query.ts'

/** What names mean in a native query: virtual columns first, then the source's columns; an unknown one is null, as in Druid. */
export interface Scope {
  readonly relation: Relation
  /** The dataset, when the source is one. */
  readonly table: DatasetTable | null
  readonly columns: ReadonlyMap<string, Scalar>
  readonly nowMs: number
}

export function resolve(scope: Scope, name: string): Scalar {
  return scope.columns.get(name) ?? literal(null, 'STRING')
}

export const timeColumn = '__time'
export const timeOf = (scope: Scope): Scalar => {
  const time = resolve(scope, timeColumn)
  return time.type === 'TIMESTAMP' ? retype(time, 'LONG') : time
}

/** The same bits under another type: times are longs. */
function retype(scalar: Scalar, type: DataType): Scalar {
  return scalar.type === type ? scalar : ({ ...scalar, type } as Scalar)
}

export function castTo(scalar: Scalar, type: DataType): Scalar {
  if (scalar.type === type) return scalar
  if (scalar.kind === 'literal' && scalar.value === null) return literal(null, type)
  if ((scalar.type === 'TIMESTAMP' && type === 'LONG') || (scalar.type === 'LONG' && type === 'TIMESTAMP')) return retype(scalar, type)
  if (scalar.type === 'TIMESTAMP' && type === 'STRING') return call('cast', [retype(scalar, 'LONG')], 'STRING')
  return call('cast', [scalar], type)
}

export function withColumns(scope: Scope, added: readonly (readonly [string, Scalar])[]): Scope {
  return { ...scope, columns: new Map([...scope.columns, ...added]) }
}

/** The columns of a dataset as native queries see them: `__time` is a long. */
export function tableColumns(table: DatasetTable): Map<string, Scalar> {
  return new Map(table.columns.map(({ name, type }) => [name, column(name, type === 'TIMESTAMP' ? 'LONG' : type)] as const))
}

export const isNumber = (type: DataType): boolean => type === 'LONG' || type === 'DOUBLE' || type === 'FLOAT' || type === 'TIMESTAMP'
