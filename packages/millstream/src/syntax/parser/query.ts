import { limits } from '../../base/limits.ts'
import type { OrderItem, SqlExpression } from '../ast/expression.ts'
import type { CommonTable, GroupBy, GroupingItem, Query, QueryBody, SelectItem, SelectNode } from '../ast/query.ts'
import { spanning } from '../span.ts'
import type { Cursor } from './cursor.ts'
import { parseFrom } from './from.ts'
import { parseHints } from './hints.ts'
import { parseOrderBy, parseWindowSpecification } from './windows.ts'

/** `[WITH ...] body [ORDER BY ...] [LIMIT ...] [OFFSET ...] [FETCH ...]`. */
export function parseQuery(cursor: Cursor): Query {
  return cursor.deeper(limits.sqlNestingMax, () => {
    const start = cursor.peek()
    let recursive = false
    let commonTables: CommonTable[] = []
    if (cursor.accept('WITH')) {
      recursive = cursor.accept('RECURSIVE')
      commonTables = cursor.list(() => commonTable(cursor))
    }
    const body = parseBody(cursor)
    let orderBy: OrderItem[] = []
    if (cursor.at('ORDER', 'BY')) orderBy = parseOrderBy(cursor)
    const { offset, limit } = slice(cursor)
    return { kind: 'query', recursive, with: commonTables, body, orderBy, offset, limit, at: cursor.since(start) }
  })
}

function commonTable(cursor: Cursor): CommonTable {
  const start = cursor.peek()
  const name = cursor.identifier()
  const columns = cursor.at('(') ? cursor.identifiers() : []
  cursor.expect('AS')
  cursor.expect('(')
  const query = parseQuery(cursor)
  cursor.expect(')')
  return { name, columns, query, at: cursor.since(start) }
}

/** LIMIT, OFFSET and FETCH in the orders that people write them. */
function slice(cursor: Cursor): { offset: SqlExpression | null; limit: SqlExpression | null } {
  let offset: SqlExpression | null = null
  let limit: SqlExpression | null = null
  let sawLimit = false
  let fetched = false
  for (;;) {
    if (!sawLimit && (offset === null || cursor.dialect.lax) && cursor.accept('LIMIT')) {
      sawLimit = true
      if (cursor.accept('ALL')) continue
      limit = count(cursor)
      if (offset === null && cursor.dialect.lax && cursor.accept(',')) {
        offset = limit
        limit = count(cursor)
      }
    } else if (offset === null && !fetched && cursor.accept('OFFSET')) {
      offset = count(cursor)
      cursor.acceptOne('ROWS', 'ROW')
    } else if (!sawLimit && cursor.accept('FETCH')) {
      sawLimit = true
      fetched = true
      cursor.expectOne('FIRST', 'NEXT')
      limit = count(cursor)
      cursor.expectOne('ROWS', 'ROW')
      cursor.expect('ONLY')
    } else return { offset, limit }
  }
}

function count(cursor: Cursor): SqlExpression {
  const token = cursor.peek()
  if (cursor.accept('?')) return { kind: 'parameter', index: cursor.nextParameter(), at: token.at }
  cursor.integer('a number of rows')
  return { kind: 'literal', type: 'exact', text: token.text, at: token.at }
}

/** UNION and EXCEPT, left to right; INTERSECT binds tighter. */
function parseBody(cursor: Cursor): QueryBody {
  let left = intersection(cursor)
  for (;;) {
    const word = cursor.acceptOne(...(cursor.dialect.lax ? (['UNION', 'EXCEPT', 'MINUS'] as const) : (['UNION', 'EXCEPT'] as const)))
    if (word === null) return left
    const all = cursor.acceptOne('ALL', 'DISTINCT') === 'ALL'
    const right = intersection(cursor)
    left = { kind: 'set-operation', operator: word === 'MINUS' ? 'EXCEPT' : word, all, left, right, at: spanning(left.at, right.at) }
  }
}

function intersection(cursor: Cursor): QueryBody {
  let left = term(cursor)
  while (cursor.accept('INTERSECT')) {
    const all = cursor.acceptOne('ALL', 'DISTINCT') === 'ALL'
    const right = term(cursor)
    left = { kind: 'set-operation', operator: 'INTERSECT', all, left, right, at: spanning(left.at, right.at) }
  }
  return left
}

function term(cursor: Cursor): QueryBody {
  const start = cursor.peek()
  if (cursor.at('SELECT')) return parseSelect(cursor)
  if (cursor.acceptOne('VALUES', 'VALUE') !== null) {
    const rows = cursor.list(() => rowOf(cursor.expression()))
    return { kind: 'values', rows, at: cursor.since(start) }
  }
  if (cursor.accept('TABLE')) return { kind: 'explicit-table', name: cursor.name('a table'), at: cursor.since(start) }
  if (cursor.accept('(')) {
    const query = parseQuery(cursor)
    cursor.expect(')')
    return { kind: 'nested', query, at: cursor.since(start) }
  }
  throw cursor.unexpected(['SELECT', 'VALUES', 'WITH'])
}

function rowOf(expression: SqlExpression): readonly SqlExpression[] {
  return expression.kind === 'constructor' && expression.of === 'ROW' ? expression.elements : [expression]
}

function parseSelect(cursor: Cursor): SelectNode {
  const start = cursor.expect('SELECT')
  const hints = parseHints(cursor)
  const stream = cursor.accept('STREAM')
  const quantifier = cursor.acceptOne('DISTINCT', 'ALL')
  const items = cursor.list(() => selectItem(cursor))
  const from = cursor.accept('FROM') ? parseFrom(cursor) : null
  const where = from !== null && cursor.accept('WHERE') ? cursor.expression() : null
  const groupBy = from !== null && cursor.at('GROUP', 'BY') ? parseGroupBy(cursor) : null
  const having = from !== null && cursor.accept('HAVING') ? cursor.expression() : null
  const windows =
    from !== null && cursor.accept('WINDOW')
      ? cursor.list(() => {
          const name = cursor.identifier('a window')
          cursor.expect('AS')
          return { name, specification: parseWindowSpecification(cursor) }
        })
      : []
  const qualify = from !== null && cursor.accept('QUALIFY') ? cursor.expression() : null
  const at = cursor.since(start)
  return { kind: 'select', hints, stream, quantifier, items, from, where, groupBy, having, windows, qualify, at }
}

function selectItem(cursor: Cursor): SelectItem {
  const start = cursor.peek()
  const expression = cursor.expression()
  const token = cursor.peek()
  let alias = null
  if (cursor.accept('AS')) {
    if (cursor.dialect.lax && cursor.peek().kind === 'string') {
      const text = cursor.string()
      alias = { name: text.text, quoted: true, at: text.at }
    } else alias = cursor.identifier('a name for the column')
  } else if (cursor.atIdentifier() && token.kind !== 'end') alias = cursor.identifier()
  return { expression, alias, at: cursor.since(start) }
}

function parseGroupBy(cursor: Cursor): GroupBy {
  const start = cursor.peek()
  cursor.expect('GROUP', 'BY')
  const quantifier = cursor.acceptOne('DISTINCT', 'ALL')
  const items = cursor.list(() => groupingItem(cursor))
  return { quantifier, items, at: cursor.since(start) }
}

/** `flat`: inside ROLLUP and CUBE, which hold no further ones. */
function groupingItem(cursor: Cursor, inSets: 'any' | 'flat' = 'any'): GroupingItem {
  const start = cursor.peek()
  const nested = (inside: 'any' | 'flat') => {
    cursor.expect('(')
    const items = cursor.list(() => groupingItem(cursor, inside))
    cursor.expect(')')
    return items
  }
  if (cursor.accept('GROUPING', 'SETS')) return { kind: 'grouping-sets', items: nested('any'), at: cursor.since(start) }
  if (inSets !== 'flat' && cursor.accept('ROLLUP')) return { kind: 'rollup', items: nested('flat'), at: cursor.since(start) }
  if (inSets !== 'flat' && cursor.accept('CUBE')) return { kind: 'cube', items: nested('flat'), at: cursor.since(start) }
  if (cursor.accept('(', ')')) return { kind: 'set', expressions: [], at: cursor.since(start) }
  const expression = cursor.expression()
  if (expression.kind === 'constructor' && expression.of === 'ROW' && !expression.explicit) {
    return { kind: 'set', expressions: expression.elements, at: expression.at }
  }
  return { kind: 'expression', expression, at: expression.at }
}
