import type { Identifier, SqlExpression } from '../ast/expression.ts'
import type { FromNode, PivotNode, SelectItem, UnpivotNode } from '../ast/query.ts'
import type { Cursor } from './cursor.ts'

/** PIVOT and UNPIVOT behind a table; none is fine. */
export function parsePivots(cursor: Cursor, input: FromNode): FromNode {
  if (cursor.at('PIVOT', '(')) return pivot(cursor, input)
  if (cursor.at('UNPIVOT')) return unpivot(cursor, input)
  return input
}

function pivot(cursor: Cursor, input: FromNode): PivotNode {
  cursor.expect('PIVOT', '(')
  const aggregates = cursor.list(() => item(cursor))
  cursor.expect('FOR')
  const axes: SqlExpression[] = cursor.at('(') ? parenthesizedNames(cursor) : [cursor.name()]
  cursor.expect('IN', '(')
  const values = cursor.at(')') ? [] : cursor.list(() => item(cursor))
  cursor.expect(')')
  cursor.expect(')')
  return { kind: 'pivot', input, aggregates, axes, values, alias: null, at: cursor.sinceSpan(input.at) }
}

function item(cursor: Cursor): SelectItem {
  const start = cursor.peek()
  const expression = cursor.expression()
  const alias = cursor.accept('AS') || cursor.atIdentifier() ? cursor.identifier() : null
  return { expression, alias, at: cursor.since(start) }
}

function parenthesizedNames(cursor: Cursor): SqlExpression[] {
  cursor.expect('(')
  const names = cursor.list(() => cursor.name())
  cursor.expect(')')
  return names
}

function unpivot(cursor: Cursor, input: FromNode): UnpivotNode {
  cursor.expect('UNPIVOT')
  const nulls = cursor.acceptOne('INCLUDE', 'EXCLUDE')
  if (nulls !== null) cursor.expect('NULLS')
  cursor.expect('(')
  const measures = names(cursor)
  cursor.expect('FOR')
  const axes = names(cursor)
  cursor.expect('IN', '(')
  const values = cursor.list(() => {
    const columns = names(cursor)
    const alias = cursor.accept('AS') ? cursor.expression() : null
    return { columns, alias }
  })
  cursor.expect(')')
  cursor.expect(')')
  return { kind: 'unpivot', input, includeNulls: nulls === 'INCLUDE', measures, axes, values, alias: null, at: cursor.sinceSpan(input.at) }
}

function names(cursor: Cursor): Identifier[] {
  return cursor.at('(') ? cursor.identifiers() : [cursor.identifier()]
}
