import type { FrameBound, OrderItem, WindowFrame, WindowReference, WindowSpecification } from '../ast/expression.ts'
import type { Cursor } from './cursor.ts'

/** `ORDER BY a DESC NULLS LAST, b`. */
export function parseOrderBy(cursor: Cursor): OrderItem[] {
  cursor.expect('ORDER', 'BY')
  return cursor.list(() => parseOrderItem(cursor))
}

export function parseOrderItem(cursor: Cursor): OrderItem {
  const start = cursor.peek()
  const expression = cursor.expression()
  const descending = cursor.acceptOne('ASC', 'DESC') === 'DESC'
  const nulls = cursor.accept('NULLS') ? cursor.expectOne('FIRST', 'LAST') : null
  return { expression, descending, nulls, at: cursor.since(start) }
}

/** `OVER w`, `OVER (PARTITION BY ...)`. */
export function parseWindowReference(cursor: Cursor): WindowReference {
  cursor.expect('OVER')
  if (cursor.at('(')) return { name: null, specification: parseWindowSpecification(cursor) }
  return { name: cursor.identifier('a window'), specification: null }
}

export function parseWindowSpecification(cursor: Cursor): WindowSpecification {
  const start = cursor.expect('(')
  const base = cursor.atIdentifier() && !cursor.at('PARTITION', 'BY') ? cursor.identifier() : null
  const partitionBy = cursor.accept('PARTITION', 'BY') ? cursor.list(() => cursor.expression()) : []
  const orderBy = cursor.at('ORDER', 'BY') ? parseOrderBy(cursor) : []
  const frame = parseFrame(cursor)
  let allowPartial: boolean | null = null
  if (cursor.accept('ALLOW', 'PARTIAL')) allowPartial = true
  else if (cursor.accept('DISALLOW', 'PARTIAL')) allowPartial = false
  cursor.expect(')')
  return { base, partitionBy, orderBy, frame, allowPartial, at: cursor.since(start) }
}

function parseFrame(cursor: Cursor): WindowFrame | null {
  const unit = cursor.acceptOne('ROWS', 'RANGE', 'GROUPS')
  if (unit === null) return null
  let start: FrameBound
  let end: FrameBound | null = null
  if (cursor.accept('BETWEEN')) {
    start = parseBound(cursor)
    cursor.expect('AND')
    end = parseBound(cursor)
  } else start = parseBound(cursor)
  let exclude: WindowFrame['exclude'] = null
  if (cursor.accept('EXCLUDE')) {
    if (cursor.accept('CURRENT', 'ROW')) exclude = 'CURRENT ROW'
    else if (cursor.accept('NO', 'OTHERS')) exclude = 'NO OTHERS'
    else exclude = cursor.expectOne('GROUP', 'TIES')
  }
  return { unit, start, end, exclude }
}

function parseBound(cursor: Cursor): FrameBound {
  if (cursor.accept('UNBOUNDED')) return { kind: `UNBOUNDED ${cursor.expectOne('PRECEDING', 'FOLLOWING')}`, value: null }
  if (cursor.accept('CURRENT', 'ROW')) return { kind: 'CURRENT ROW', value: null }
  const value = cursor.expression()
  return { kind: cursor.expectOne('PRECEDING', 'FOLLOWING'), value }
}
