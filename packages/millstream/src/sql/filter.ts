import { errors } from '../base/errors.ts'
import type { Expression } from '../expr/expression.ts'
import type { SqlExpression } from '../syntax/ast/expression.ts'
import { analyse, type ExpressionEnvironment } from './expressions.ts'
import type { LogicalNode } from './logical.ts'

export function filtered(input: LogicalNode, condition: SqlExpression, env: ExpressionEnvironment): LogicalNode {
  const expression = analyse(condition, env)
  return filterNode(input, expression, condition, env.place)
}

/** A filter by a BOOLEAN. */
export function filterNode(input: LogicalNode, expression: Expression, written: SqlExpression, place: string): LogicalNode {
  if (expression.type.kind !== 'BOOLEAN' && expression.type.kind !== 'NULL') {
    throw errors.fail(
      'MS-2008',
      { what: `The condition of ${place}`, found: expression.type.kind, wanted: 'BOOLEAN', expression: '...' },
      written.at,
    )
  }
  return { kind: 'filter', input, condition: expression, columns: input.columns }
}
