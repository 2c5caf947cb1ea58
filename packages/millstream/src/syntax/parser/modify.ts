import type { DeleteStatement, MergeStatement, UpdateStatement } from '../ast/statement.ts'
import type { Cursor } from './cursor.ts'
import { parseAlias, parseFrom } from './from.ts'
import { parseHints } from './hints.ts'

export function parseDelete(cursor: Cursor): DeleteStatement {
  const start = cursor.expect('DELETE')
  cursor.expect('FROM')
  const table = cursor.name('a table')
  parseHints(cursor)
  const alias = cursor.accept('AS') || cursor.atIdentifier() ? cursor.identifier() : null
  const where = cursor.accept('WHERE') ? cursor.expression() : null
  return { kind: 'delete', table, alias, where, at: cursor.since(start) }
}

export function parseUpdate(cursor: Cursor): UpdateStatement {
  const start = cursor.expect('UPDATE')
  const table = cursor.name('a table')
  parseHints(cursor)
  if (cursor.at('(')) cursor.identifiers()
  const alias = cursor.accept('AS') || cursor.atIdentifier() ? cursor.identifier() : null
  cursor.expect('SET')
  const assignments = cursor.list(() => assignment(cursor))
  const where = cursor.accept('WHERE') ? cursor.expression() : null
  return { kind: 'update', table, alias, assignments, where, at: cursor.since(start) }
}

function assignment(cursor: Cursor): UpdateStatement['assignments'][number] {
  const column = cursor.name('a column')
  cursor.expect('=')
  return { column, value: cursor.expression() }
}

/** Flink refuses MERGE when it plans; the parser only checks its form. */
export function parseMerge(cursor: Cursor): MergeStatement {
  const start = cursor.expect('MERGE')
  cursor.expect('INTO')
  const table = cursor.name('a table')
  parseHints(cursor)
  parseAlias(cursor)
  cursor.expect('USING')
  parseFrom(cursor)
  cursor.expect('ON')
  cursor.expression()
  let clauses = 0
  if (cursor.accept('WHEN', 'MATCHED', 'THEN', 'UPDATE', 'SET')) {
    cursor.list(() => assignment(cursor))
    clauses++
  }
  if (cursor.accept('WHEN', 'NOT', 'MATCHED', 'THEN', 'INSERT')) {
    if (cursor.at('(') && !cursor.isAt('VALUES', 1)) {
      cursor.expect('(')
      cursor.list(() => cursor.name('a column'))
      cursor.expect(')')
    }
    const parenthesis = cursor.accept('(')
    cursor.expect('VALUES')
    cursor.expression()
    if (parenthesis) cursor.expect(')')
    clauses++
  }
  if (clauses === 0) throw cursor.unexpected(['WHEN'])
  return { kind: 'merge', table, at: cursor.since(start) }
}
