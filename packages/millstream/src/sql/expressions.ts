import { errors, type Place } from '../base/errors.ts'
import { type LogicalType, sameType, types, withNullable } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import { isAggregate } from '../expr/aggregates.ts'
import type { Expression } from '../expr/expression.ts'
import { isFunction, resolveFunction } from '../expr/registry.ts'
import type { CallNode, CastNode, ItemNode, SqlExpression } from '../syntax/ast/expression.ts'
import type { Span } from '../syntax/span.ts'
import { jsonArguments } from './json-calls.ts'
import { intervalOf, literalOf, negated, textLiteral } from './literals.ts'
import { fieldOf, resolveName, type Scope } from './scope.ts'
import { logicalType } from './types.ts'

/** Where an expression stands: what its names mean, and what it may hold. */
export interface ExpressionEnvironment {
  readonly scope: Scope
  /** `the WHERE clause`, for messages. */
  readonly place: string
  /** Looks at every call first: aggregates and windows of GROUP BY answer here; null: an ordinary function. */
  readonly call?: (node: CallNode) => Expression | null
  /** Whether positions go into the plan; not for texts that are not the user's script. */
  readonly keepPlaces: boolean
  /** Remembers where columns stood, for errors that are found later. */
  readonly spans?: Map<Expression, Span>
}

/** Resolves names, types literals, chooses overloads, makes implicit casts explicit. */
export function analyse(node: SqlExpression, env: ExpressionEnvironment): Expression {
  const result = analyseNode(node, env)
  env.spans?.set(result, node.at)
  return result
}

function analyseNode(node: SqlExpression, env: ExpressionEnvironment): Expression {
  const sub = (child: SqlExpression): Expression => analyse(child, env)
  const call = (name: string, args: readonly Expression[], at: Span = node.at): Expression => makeCall(name, args, at, env)
  switch (node.kind) {
    case 'name': {
      const found = resolveName(node.parts, env.scope)
      // One object a mention, so that each has its own place.
      return { ...found }
    }
    case 'literal':
      return literalOf(node)
    case 'interval':
      if (node.value === null) return intervalOf(node)
      return call('*', [sub(node.value), intervalOf({ ...node, text: '1', value: null })])
    case 'unary':
      if (node.operator === 'NOT') return call('NOT', [condition(node.operand, env)])
      if (node.operator === '+') return sub(node.operand)
      // With its sign, so that the lowest BIGINT is one.
      if (node.operand.kind === 'literal' && node.operand.type === 'exact')
        return literalOf({ ...node.operand, text: `-${node.operand.text}`, at: node.at })
      return negated(sub(node.operand)) ?? call('NEGATE', [sub(node.operand)])
    case 'binary':
      if (node.operator === 'AND' || node.operator === 'OR')
        return call(node.operator, [condition(node.left, env), condition(node.right, env)], node.operatorAt)
      return call(node.operator, [sub(node.left), sub(node.right)], node.operatorAt)
    case 'is': {
      if (node.test.startsWith('JSON')) return negatedIf(node.negated, call(`IS ${node.test}`, [sub(node.operand)]), call)
      return call(`IS ${node.negated ? 'NOT ' : ''}${node.test}`, [sub(node.operand)])
    }
    case 'between': {
      const [operand, low, high] = [sub(node.operand), sub(node.low), sub(node.high)]
      const within = (a: Expression, b: Expression) => call('AND', [call('>=', [operand, a]), call('<=', [operand, b])])
      const test = node.symmetric ? call('OR', [within(low, high), within(high, low)]) : within(low, high)
      return negatedIf(node.negated, test, call)
    }
    case 'like': {
      const args = [sub(node.operand), sub(node.pattern)]
      if (node.escape !== null) args.push(sub(node.escape))
      return negatedIf(node.negated, call(node.operator, args), call)
    }
    case 'in':
      if (node.items === null) throw errors.fail('MS-2000', { feature: 'IN (SELECT ...)' }, node.at)
      return negatedIf(node.negated, call('IN', [sub(node.operand), ...node.items.map(sub)]), call)
    case 'case': {
      const args: Expression[] = []
      for (const branch of node.branches) {
        const tests = branch.when.map((when) => {
          if (node.operand === null) return sub(when)
          return call('=', [sub(node.operand), sub(when)], when.at)
        })
        args.push(tests.length === 1 ? (tests[0] as Expression) : call('OR', tests), sub(branch.value))
      }
      args.push(node.otherwise === null ? nullLiteral() : sub(node.otherwise))
      return call('CASE', args)
    }
    case 'cast':
      return castCall(node, env)
    case 'call':
      return functionCall(node, env)
    case 'constructor':
      if (node.query !== null) throw errors.fail('MS-2000', { feature: `${node.of}(SELECT ...)` }, node.at)
      return call(node.of, node.elements.map(sub))
    case 'item':
      return item(node, sub, call)
    case 'field':
      if (node.field === null) throw misplaced('.*', env, 'Name the fields one by one.', node.at)
      return fieldOf(sub(node.operand), node.field)
    case 'symbol':
      return textLiteral(node.name)
    case 'star':
      throw misplaced('*', env, 'Name a column; * stands in SELECT and COUNT(*) only.', node.at)
    case 'exists':
      throw errors.fail('MS-2000', { feature: 'EXISTS (SELECT ...)' }, node.at)
    case 'subquery':
      throw errors.fail('MS-2000', { feature: 'A subquery as a value' }, node.at)
    case 'quantified':
      if (node.items === null) throw errors.fail('MS-2000', { feature: `${node.quantifier} (SELECT ...)` }, node.at)
      return node.items
        .map((each) => call(node.operator, [sub(node.operand), sub(each)]))
        .reduce((left, right) => call(node.quantifier === 'ALL' ? 'AND' : 'OR', [left, right]))
    case 'parameter':
      throw errors.fail('MS-2000', { feature: 'A parameter ? in a pipeline' }, node.at)
    case 'named-argument':
      throw errors.fail('MS-2000', { feature: 'A named argument outside of table functions' }, node.at)
    case 'model-argument':
      throw errors.fail('MS-2000', { feature: 'MODEL' }, node.at)
    case 'descriptor':
    case 'table-argument':
      throw misplaced(
        node.kind === 'descriptor' ? 'DESCRIPTOR' : 'TABLE',
        env,
        'It is an argument of table functions such as TUMBLE.',
        node.at,
      )
  }
}

/** An operand of AND, OR and NOT. NULL has no type by itself there, as in Flink. */
function condition(node: SqlExpression, env: ExpressionEnvironment): Expression {
  if (node.kind === 'literal' && node.type === 'null') throw misplaced('NULL without a type', env, 'Write CAST(NULL AS BOOLEAN).', node.at)
  return analyse(node, env)
}

const nullLiteral = (): Expression => ({ kind: 'literal', value: null, type: types.null() })

function negatedIf(negate: boolean, test: Expression, call: (name: string, args: readonly Expression[]) => Expression): Expression {
  return negate ? call('NOT', [test]) : test
}

const misplaced = (what: string, env: ExpressionEnvironment, instead: string, at: Span): Error =>
  errors.fail('MS-2007', { what, place: env.place, instead }, at)

/** A call of the registry with its implicit casts. */
function makeCall(
  name: string,
  args: readonly Expression[],
  at: Span,
  env: { readonly keepPlaces: boolean },
  returning?: LogicalType,
): Expression {
  const constants = args.map((arg): Value | undefined => (arg.kind === 'literal' ? arg.value : undefined))
  const options = returning === undefined ? { at, constants } : { at, constants, returning }
  const resolved = resolveFunction(
    name,
    args.map((arg) => arg.type),
    options,
  )
  const cast = args.map((arg, i) => castTo(arg, resolved.casts[i] ?? arg.type))
  const place: Place = { line: at.line, column: at.column }
  const result = { kind: 'call' as const, function: resolved.function, args: cast, type: resolved.type }
  return env.keepPlaces ? { ...result, at: place } : result
}

/** The expression as another type, if it is not that already; its nullability stays its own. */
export function castTo(expression: Expression, type: LogicalType): Expression {
  if (sameType(expression.type, type)) return expression
  if (expression.kind === 'literal') {
    const literal = literalAs(expression.value, expression.type, withNullable(type, expression.type.nullable))
    if (literal !== null) return literal
  }
  return { kind: 'call', function: 'CAST', args: [expression], type: withNullable(type, expression.type.nullable) }
}

/** Literals are cast here where that loses nothing, so that plans read well and kernels see constants. */
function literalAs(value: Value, from: LogicalType, to: LogicalType): Expression | null {
  const literal = (cast: Value): Expression => ({ kind: 'literal', value: cast, type: to })
  if (value === null) return literal(null)
  if (typeof value === 'string' && to.kind === 'VARCHAR' && [...value].length <= to.length) return literal(value)
  if (
    from.kind === to.kind &&
    (from.kind === 'TIMESTAMP' || from.kind === 'TIMESTAMP_LTZ') &&
    'precision' in to &&
    to.precision >= from.precision
  )
    return literal(value)
  if (typeof value === 'number' && from.kind === 'INT') {
    if (to.kind === 'BIGINT') return literal(BigInt(value))
    if (to.kind === 'DOUBLE') return literal(value)
    if (to.kind === 'DECIMAL' && String(Math.abs(value)).length <= to.precision - to.scale)
      return literal(BigInt(value) * 10n ** BigInt(to.scale))
  }
  if (
    typeof value === 'bigint' &&
    from.kind === 'DECIMAL' &&
    to.kind === 'DECIMAL' &&
    to.scale >= from.scale &&
    to.precision - to.scale >= from.precision - from.scale
  ) {
    return literal(value * 10n ** BigInt(to.scale - from.scale))
  }
  return null
}

function castCall(node: CastNode, env: ExpressionEnvironment): Expression {
  if (node.format !== null) throw errors.fail('MS-2000', { feature: 'CAST ... FORMAT' }, node.format.at)
  const name = node.function === 'CAST' ? 'CAST' : 'TRY_CAST'
  return makeCall(name, [analyse(node.operand, env)], node.at, env, logicalType(node.type))
}

function functionCall(node: CallNode, env: ExpressionEnvironment): Expression {
  const special = env.call?.(node) ?? null
  if (special !== null) return special
  const name = node.name.map((part) => part.name).join('.')
  const upper = name.toUpperCase()
  if (node.over !== null) throw errors.fail('MS-2000', { feature: 'OVER windows' }, node.at)
  if (isAggregate(upper)) throw misplaced(`The aggregate ${upper}`, env, 'Aggregate in a subquery, or filter groups with HAVING.', node.at)
  const aggregateOnly = node.quantifier ?? (node.filter !== null ? 'FILTER' : null)
  if (aggregateOnly !== null) throw misplaced(aggregateOnly, env, `${upper} is no aggregate function.`, node.at)
  if (upper === 'PROCTIME') throw errors.fail('MS-2000', { feature: 'Processing time (PROCTIME)' }, node.at)
  if (['MATCH_NUMBER', 'CLASSIFIER', 'FIRST', 'LAST', 'PREV', 'NEXT'].includes(upper) && !isFunction(upper)) {
    throw errors.fail('MS-2000', { feature: 'MATCH_RECOGNIZE' }, node.at)
  }
  const args = node.args.map((arg) => analyse(arg, env))
  if (upper === 'TRIM' && node.args[0]?.kind === 'symbol' && node.args[0].name === 'BOTH' && isBlank(args[1])) {
    return makeCall('TRIM', [args[2] as Expression], node.at, env)
  }
  const json = jsonArguments(upper, node, args, env, analyse)
  if (json !== null) return makeCall(upper, json.args, node.at, env, json.returning)
  return makeCall(upper === 'CEILING' ? 'CEIL' : name, args, node.at, env)
}

const isBlank = (expression: Expression | undefined): boolean => expression?.kind === 'literal' && expression.value === ' '

function item(
  node: ItemNode,
  sub: (child: SqlExpression) => Expression,
  call: (name: string, args: readonly Expression[]) => Expression,
): Expression {
  if (node.mode !== null) throw errors.fail('MS-2000', { feature: `[${node.mode}(...)]` }, node.at)
  const operand = sub(node.operand)
  if (operand.type.kind === 'ROW' && node.index.kind === 'literal' && node.index.type === 'string') {
    return fieldOf(operand, { name: node.index.text, quoted: true, at: node.index.at })
  }
  return call('ITEM', [operand, sub(node.index)])
}
