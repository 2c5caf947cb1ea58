import { errors } from '../base/errors.ts'
import { type LogicalType, types } from '../data/types.ts'
import type { Expression } from '../expr/expression.ts'
import type { CallNode, JsonBehaviour, SqlExpression } from '../syntax/ast/expression.ts'
import type { ExpressionEnvironment } from './expressions.ts'
import { textLiteral } from './literals.ts'
import { logicalType } from './types.ts'

interface JsonCall {
  readonly args: readonly Expression[]
  readonly returning?: LogicalType
}

/** The clauses of a JSON function as plain arguments, as expr/README.md has them; null: no JSON function, or none of its clauses. */
export function jsonArguments(
  name: string,
  node: CallNode,
  args: readonly Expression[],
  env: ExpressionEnvironment,
  analyse: (node: SqlExpression, env: ExpressionEnvironment) => Expression,
): JsonCall | null {
  const clauses = node.json
  if (clauses === null) return null
  if (args.length > 2 && (name === 'JSON_VALUE' || name === 'JSON_QUERY' || name === 'JSON_EXISTS')) {
    throw errors.fail('MS-2000', { feature: `${name} ... PASSING` }, node.at)
  }
  const value = (behaviour: JsonBehaviour | null): Expression =>
    behaviour?.value == null ? { kind: 'literal', value: null, type: types.null() } : analyse(behaviour.value, env)
  const kind = (behaviour: JsonBehaviour | null): Expression => textLiteral(behaviour?.kind ?? 'NULL')
  const returning = clauses.returning === null ? {} : { returning: logicalType(clauses.returning) }
  const said = clauses.onEmpty !== null || clauses.onError !== null
  switch (name) {
    case 'JSON_VALUE':
      if (!said) return { args, ...returning }
      return { args: [...args, kind(clauses.onEmpty), value(clauses.onEmpty), kind(clauses.onError), value(clauses.onError)], ...returning }
    case 'JSON_QUERY':
      if (!said && clauses.wrapper === null) return { args, ...returning }
      return { args: [...args, textLiteral(clauses.wrapper ?? 'WITHOUT'), kind(clauses.onEmpty), kind(clauses.onError)], ...returning }
    case 'JSON_EXISTS':
      return { args: clauses.onError === null ? args : [...args, kind(clauses.onError)] }
    case 'JSON_OBJECT':
      return { args: [textLiteral(clauses.onNull ?? 'NULL'), ...args] }
    case 'JSON_ARRAY':
      return { args: [textLiteral(clauses.onNull ?? 'ABSENT'), ...args] }
    default:
      return null
  }
}
