import type { CallNode, Identifier, OrderItem, SqlExpression, TableArgumentNode } from '../ast/expression.ts'
import type { Token } from '../token.ts'
import type { Cursor } from './cursor.ts'
import { jsonCall } from './json.ts'
import { specialArguments, timeUnitArgument } from './special-arguments.ts'
import { parseOrderBy, parseOrderItem, parseWindowReference } from './windows.ts'

/** The parentheses of a call and all that may follow them. The cursor stands at `(`. */
export function parseCall(cursor: Cursor, name: readonly Identifier[], start: Token): CallNode {
  cursor.expect('(')
  const draft = emptyCall(name)
  if (!cursor.at(')')) {
    const quantifier = cursor.acceptOne('DISTINCT', 'ALL')
    draft.quantifier = quantifier
    let first = true
    draft.args = cursor.list(() => {
      const made = argument(cursor, first)
      first = false
      return made
    })
    draft.nullTreatment = nullTreatment(cursor)
    if (cursor.at('ORDER', 'BY')) draft.orderBy = parseOrderBy(cursor)
    if (cursor.accept('SEPARATOR')) draft.separator = cursor.expression()
  }
  cursor.expect(')')
  return finish(cursor, draft, start)
}

/** EXTRACT, TRIM, SUBSTRING, POSITION, ... whose arguments have words between them; null: not one of these. */
export function specialCall(cursor: Cursor): CallNode | null {
  const start = cursor.peek()
  const draft = emptyCall([{ name: start.raw, quoted: false, at: start.at }])
  const before = cursor.position
  const read = specialArguments[start.text]
  const json = read === undefined ? jsonCall(cursor) : null
  if (json !== null)
    return finish(cursor, { ...draft, args: json.args, json: json.clauses, orderBy: json.orderBy, quantifier: null }, start)
  if (read === undefined) return null
  cursor.next()
  cursor.next()
  const args = read(cursor)
  if (args === null) {
    cursor.rewind(before)
    return null
  }
  cursor.expect(')')
  return finish(cursor, { ...draft, args }, start)
}

type Draft = { -readonly [K in keyof Omit<CallNode, 'at'>]: CallNode[K] }

/** A call of nothing but its name. */
export function emptyCall(name: readonly Identifier[]): Draft {
  return {
    kind: 'call',
    name,
    args: [],
    bare: false,
    quantifier: null,
    orderBy: [],
    nullTreatment: null,
    separator: null,
    withinGroup: [],
    withinDistinct: [],
    filter: null,
    over: null,
    semantics: null,
    json: null,
  }
}

function finish(cursor: Cursor, draft: Draft, start: Token): CallNode {
  draft.nullTreatment ??= nullTreatment(cursor)
  if (cursor.accept('WITHIN', 'DISTINCT')) {
    cursor.expect('(')
    draft.withinDistinct = cursor.list(() => cursor.expression())
    cursor.expect(')')
  }
  if (cursor.accept('WITHIN', 'GROUP')) {
    cursor.expect('(')
    draft.withinGroup = parseOrderBy(cursor)
    cursor.expect(')')
  }
  if (cursor.at('FILTER', '(')) {
    cursor.next()
    cursor.next()
    cursor.expect('WHERE')
    draft.filter = cursor.expression()
    cursor.expect(')')
  }
  if (cursor.at('OVER')) draft.over = parseWindowReference(cursor)
  return { ...draft, at: cursor.since(start) }
}

function nullTreatment(cursor: Cursor): CallNode['nullTreatment'] {
  if (cursor.accept('IGNORE', 'NULLS')) return 'IGNORE'
  return cursor.accept('RESPECT', 'NULLS') ? 'RESPECT' : null
}

/** An expression, `name => value`, DESCRIPTOR(a, b), TABLE t, a subquery. */
function argument(cursor: Cursor, alone: boolean): SqlExpression {
  const start = cursor.peek()
  if ((start.kind === 'word' || start.kind === 'quoted') && cursor.isAt('=>', 1)) {
    const name = cursor.anyWord()
    cursor.next()
    const value = argument(cursor, true)
    return { kind: 'named-argument', name, value, at: cursor.since(start) }
  }
  if (cursor.at('DESCRIPTOR', '(')) {
    cursor.next()
    const columns = cursor.accept('(', ')') ? [] : cursor.identifiers()
    return { kind: 'descriptor', columns, at: cursor.since(start) }
  }
  if (cursor.at('MODEL') && cursor.atIdentifier(1)) {
    cursor.next()
    const name = cursor.name('a model')
    return { kind: 'model-argument', name, at: cursor.since(start) }
  }
  const otherwise = defaultOf(cursor)
  if (otherwise !== null) return otherwise
  if (cursor.at('TABLE') && !cursor.isAt('(', 1)) return tableArgument(cursor, () => cursor.query())
  if (cursor.at('TABLE', '(') || (cursor.at('(') && ['SELECT', 'WITH', 'VALUES', 'TABLE'].some((word) => cursor.isAt(word, 1)))) {
    const before = cursor.position
    cursor.accept('TABLE')
    const explicit = cursor.position !== before
    cursor.expect('(')
    const query = cursor.query()
    cursor.expect(')')
    if (explicit || cursor.at('PARTITION') || cursor.at('ORDER')) return tableArgument(cursor, () => query, start)
    cursor.rewind(before)
  }
  if (alone && (cursor.at('SELECT') || cursor.at('WITH'))) {
    const query = cursor.query()
    if (cursor.at(',')) throw cursor.unexpected([')'])
    return { kind: 'subquery', query, at: cursor.since(start) }
  }
  const value = timeUnitArgument(cursor) ?? cursor.expression()
  // A table function's `t PARTITION BY k`, without the word TABLE, is Flink's too.
  return value
}

function tableArgument(cursor: Cursor, read: () => TableArgumentNode['query'], first?: Token): TableArgumentNode {
  const start = first ?? cursor.peek()
  const query = read()
  let partitionBy: SqlExpression[] = []
  if (cursor.accept('PARTITION', 'BY')) {
    if (cursor.accept('(')) {
      partitionBy = cursor.list(() => cursor.expression())
      cursor.expect(')')
    } else partitionBy = ofTable(cursor, () => cursor.expression())
  }
  const orderBy = cursor.accept('ORDER', 'BY') ? tableOrder(cursor) : []
  return { kind: 'table-argument', query, partitionBy, orderBy, at: cursor.since(start) }
}

function tableOrder(cursor: Cursor): OrderItem[] {
  if (!cursor.accept('(')) return ofTable(cursor, () => parseOrderItem(cursor))
  const items = cursor.list(() => parseOrderItem(cursor))
  cursor.expect(')')
  return items
}

/** A list that ends where the next argument of the function begins. */
function ofTable<T>(cursor: Cursor, item: () => T): T[] {
  const items = [item()]
  while (cursor.at(',') && !cursor.isAt('=>', 2) && !cursor.isAt('TABLE', 1) && !cursor.isAt('DESCRIPTOR', 1)) {
    cursor.next()
    items.push(item())
  }
  return items
}

/** DEFAULT as a whole argument or value; it stands nowhere else. */
export function defaultOf(cursor: Cursor): SqlExpression | null {
  const token = cursor.peek()
  if (!cursor.at('DEFAULT') || (!cursor.isAt(',', 1) && !cursor.isAt(')', 1))) return null
  cursor.next()
  return { kind: 'literal', type: 'default', text: '', at: token.at }
}
