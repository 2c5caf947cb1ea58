import { unreachable } from '../base/assert.ts'
import type { DataType, Relation, Scalar } from '../model/dataset-query.ts'

export interface OutputColumn {
  readonly name: string
  readonly type: DataType
}

/** The columns of a relation, in order. */
export function columnsOf(relation: Relation): readonly OutputColumn[] {
  switch (relation.kind) {
    case 'scan':
      return relation.columns.map((name) => ({ name: relation.prefix + name, type: scanType(relation, name) }))
    case 'values':
      return relation.columns
    case 'filter':
    case 'sort':
      return columnsOf(relation.input)
    case 'project':
      return relation.columns.map(({ name, value }) => ({ name, type: value.type }))
    case 'aggregate':
      return [
        ...relation.keys.map(({ name, value }) => ({ name, type: value.type })),
        ...relation.aggregates.map(({ name, type }) => ({ name, type })),
      ]
    case 'join':
      return [...columnsOf(relation.left), ...columnsOf(relation.right)]
    case 'union':
      return relation.inputs[0] === undefined ? [] : columnsOf(relation.inputs[0])
    case 'unnest':
      return [...columnsOf(relation.input), { name: relation.name, type: elementType(relation.value.type) }]
    default:
      return unreachable(relation)
  }
}

/** The hidden column of how many of Druid's rows a stored row is: 1, or 0 when it only carries a distinct value. */
export const rowsColumn = '$rows'

function scanType(relation: Extract<Relation, { kind: 'scan' }>, name: string): DataType {
  if (name === rowsColumn) return 'LONG'
  const found = relation.table.columns.find((column) => column.name === name)
  if (found === undefined) throw new Error(`${relation.table.name} has no column ${name}: the planner lets nobody ask`)
  return found.type
}

function elementType(type: DataType): DataType {
  return type === 'STRINGS' ? 'STRING' : type === 'LONGS' ? 'LONG' : type === 'DOUBLES' ? 'DOUBLE' : type
}

/** Adds the names of the input's columns that a scalar reads. */
export function addReferences(scalar: Scalar, names: Set<string>): void {
  switch (scalar.kind) {
    case 'column':
      names.add(scalar.name)
      return
    case 'literal':
      return
    case 'call':
      for (const arg of scalar.args) addReferences(arg, names)
      return
    case 'over':
      for (const arg of [...scalar.args, ...scalar.partitionBy, ...scalar.orderBy.map((key) => key.value)]) addReferences(arg, names)
      return
    case 'subquery':
      if (scalar.arg !== null) addReferences(scalar.arg, names)
      return
    default:
      unreachable(scalar)
  }
}
