import { errors } from '../base/errors.ts'
import type { LogicalType } from '../data/types.ts'
import type { Expression } from '../expr/expression.ts'
import type { SqlExpression } from '../syntax/ast/expression.ts'
import { newColumn, type QueryEnvironment } from './context.ts'
import { castTo } from './expressions.ts'
import { type Column, columnReference, type LogicalNode } from './logical.ts'

/** The node's columns as these types; the node itself when they are already. */
export function castColumns(node: LogicalNode, wanted: readonly LogicalType[], environment: QueryEnvironment): LogicalNode {
  const expressions = node.columns.map((column, i) => castTo(columnReference(column), wanted[i] as LogicalType))
  if (expressions.every((expression) => expression.kind === 'input')) return node
  const columns = node.columns.map((column, i) => {
    const expression = expressions[i] as Expression
    return newColumn(environment.context, column.name, expression.type, expression.kind === 'input' ? column.time : null)
  })
  return { kind: 'project', input: node, expressions, columns }
}

/** SELECT DISTINCT: groups without aggregates. */
export function distinct(node: LogicalNode): LogicalNode {
  const columns = node.columns.map((column) => (column.time === null ? column : { ...column, time: null }))
  return { kind: 'aggregate', input: node, keys: node.columns.map((column) => column.id), aggregates: [], columns }
}

/** The output column that an item of ORDER BY names, or numbers from 1; null: it is an expression. */
export function outputColumn(expression: SqlExpression, columns: readonly Column[]): number | null {
  if (expression.kind === 'literal' && expression.type === 'exact' && /^\d+$/.test(expression.text)) {
    const column = columns[Number(expression.text) - 1]
    if (column === undefined)
      throw errors.fail('MS-2003', { column: expression.text, table: `The result (of ${columns.length} columns)`, near: [] }, expression.at)
    return column.id
  }
  if (expression.kind !== 'name' || expression.parts.length !== 1) return null
  const name = expression.parts[0]?.name
  return columns.find((column) => column.name === name)?.id ?? null
}
