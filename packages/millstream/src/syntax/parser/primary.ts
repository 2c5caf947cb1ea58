import type { BinaryNode, ConstructorNode, Identifier, SqlExpression } from '../ast/expression.ts'
import type { Token } from '../token.ts'
import { defaultOf, emptyCall, parseCall, specialCall } from './calls.ts'
import type { Cursor } from './cursor.ts'
import { bareFunctions, functionWords } from './function-words.ts'
import { parseIntervalQualifier, parseLiteral } from './literals.ts'
import { parseType } from './types.ts'

const constructors = new Set(['ARRAY', 'MAP', 'MULTISET'])
const queryStarts = ['SELECT', 'WITH', 'VALUES', 'TABLE']

/** A literal, name, call, CASE, CAST, constructor or parenthesis, with the `.field` and `[item]` behind it. */
export function parsePrimary(cursor: Cursor): SqlExpression {
  const parenthesized = cursor.at('(')
  let result = atom(cursor)
  for (;;) {
    if (cursor.at('[')) {
      cursor.next()
      const mode = (['OFFSET', 'ORDINAL', 'SAFE_OFFSET', 'SAFE_ORDINAL'] as const).find((word) => cursor.at(word, '('))
      if (mode !== undefined) {
        cursor.next()
        cursor.next()
      }
      const index = cursor.expression()
      if (mode !== undefined) cursor.expect(')')
      cursor.expect(']')
      result = { kind: 'item', operand: result, index, mode: mode ?? null, at: cursor.sinceSpan(result.at) }
    } else if (cursor.at('.') && (parenthesized || (result.kind !== 'name' && result.kind !== 'star' && result.kind !== 'literal'))) {
      cursor.next()
      const field = cursor.accept('*') ? null : cursor.anyWord('a field')
      if (field !== null && cursor.at('(')) {
        const method = parseCall(cursor, [field], cursor.peek())
        result = { ...method, args: [result, ...method.args], at: cursor.sinceSpan(result.at) }
        continue
      }
      result = { kind: 'field', operand: result, field, at: cursor.sinceSpan(result.at) }
    } else return result
  }
}

function atom(cursor: Cursor): SqlExpression {
  const token = cursor.peek()
  if (token.kind === 'symbol') {
    if (token.text === '(') return parenthesis(cursor)
    if (token.text === '?') {
      cursor.next()
      return { kind: 'parameter', index: cursor.nextParameter(), at: token.at }
    }
    if (token.text === '*') {
      cursor.next()
      return { kind: 'star', qualifier: [], at: token.at }
    }
    if (token.text === '{') return braces(cursor)
    throw cursor.unexpected(['an expression'])
  }
  const literal = parseLiteral(cursor)
  if (literal !== null) return literal
  if (token.kind === 'word') {
    const special = keyword(cursor)
    if (special !== null) return special
  }
  if (cursor.atIdentifier()) return nameOrCall(cursor)
  throw cursor.unexpected(['an expression'])
}

function keyword(cursor: Cursor): SqlExpression | null {
  const start = cursor.peek()
  const word = start.text
  const parenthesisFollows = cursor.isAt('(', 1)
  switch (word) {
    case 'CASE':
      return caseExpression(cursor)
    case 'EXISTS':
    case 'UNIQUE': {
      if (!parenthesisFollows) return null
      cursor.next()
      const query = parenthesizedQuery(cursor)
      return { kind: 'exists', unique: word === 'UNIQUE', query, at: cursor.since(start) }
    }
    case 'CAST':
    case 'TRY_CAST':
    case 'SAFE_CAST': {
      if (!parenthesisFollows) return null
      cursor.next()
      cursor.next()
      const operand = cursor.expression()
      cursor.expect('AS')
      const type = parseType(cursor)
      const format = cursor.accept('FORMAT') ? cursor.expression() : null
      cursor.expect(')')
      return { kind: 'cast', function: word, operand, type, format, at: cursor.since(start) }
    }
    case 'ROW':
      if (!parenthesisFollows) return null
      cursor.next()
      return row(cursor, start, true)
    case 'NEW': {
      cursor.next()
      const made = nameOrCall(cursor)
      if (made.kind === 'call') return { ...made, at: cursor.since(start) }
      throw cursor.unexpected(['('])
    }
    case 'NEXT':
    case 'CURRENT':
      if (cursor.isAt('VALUE', 1) && cursor.isAt('FOR', 2)) {
        for (let i = 0; i < 3; i++) cursor.next()
        const sequence = cursor.name('a sequence')
        return plainCall(`${word} VALUE`, [sequence], cursor, start.at)
      }
      break
    case 'RUNNING':
    case 'FINAL':
      if (cursor.peek(1).kind === 'word' && cursor.isAt('(', 2)) {
        cursor.next()
        const call = nameOrCall(cursor)
        return call.kind === 'call' ? { ...call, semantics: word, at: cursor.since(start) } : call
      }
      return null
    case 'PERIOD':
      if (!parenthesisFollows) return null
      cursor.next()
      return period(cursor, start)
  }
  if (constructors.has(word)) {
    const made = collection(cursor)
    if (made !== null) return made
  }
  if (parenthesisFollows) {
    const special = specialCall(cursor)
    if (special !== null) return special
    if (functionWords.has(word)) return nameOrCall(cursor)
  }
  if (bareFunctions.has(word)) {
    cursor.next()
    const name = { name: start.raw, quoted: false, at: start.at }
    return { ...plainCall(start.raw, [], cursor, start.at), name: [name], bare: true }
  }
  return null
}

/** `a.b.c`, `a.b.*`, `a.f(...)`. */
function nameOrCall(cursor: Cursor): SqlExpression {
  const start = cursor.peek()
  const parts: Identifier[] = [cursor.anyWord()]
  while (cursor.at('.')) {
    cursor.next()
    if (cursor.accept('*')) return { kind: 'star', qualifier: parts, at: cursor.since(start) }
    parts.push(cursor.anyWord('a name after the dot'))
  }
  if (cursor.at('(')) return parseCall(cursor, parts, start)
  return { kind: 'name', parts, at: cursor.since(start) }
}

function caseExpression(cursor: Cursor): SqlExpression {
  const start = cursor.expect('CASE')
  const operand = cursor.at('WHEN') ? null : cursor.expression()
  const branches = []
  while (cursor.accept('WHEN')) {
    const when = operand === null ? [cursor.expression()] : cursor.list(() => cursor.expression())
    cursor.expect('THEN')
    branches.push({ when, value: cursor.expression() })
  }
  if (branches.length === 0) throw cursor.unexpected(['WHEN'])
  const otherwise = cursor.accept('ELSE') ? cursor.expression() : null
  cursor.expect('END')
  return { kind: 'case', operand, branches, otherwise, at: cursor.since(start) }
}

/** `(a)`, `(a, b)` which is a row, `(SELECT ...)`. */
function parenthesis(cursor: Cursor): SqlExpression {
  const start = cursor.peek()
  if (queryStarts.some((word) => cursor.isAt(word, 1))) {
    const query = parenthesizedQuery(cursor)
    return { kind: 'subquery', query, at: cursor.since(start) }
  }
  if (cursor.isAt('(', 1) && startsQuery(cursor)) {
    const before = cursor.position
    try {
      const query = parenthesizedQuery(cursor)
      return { kind: 'subquery', query, at: cursor.since(start) }
    } catch {
      // `((SELECT 1) + 2)`: the inner parenthesis was an operand.
      cursor.rewind(before)
    }
  }
  const made = row(cursor, start, false)
  const only = made.elements[0]
  if (made.elements.length === 1 && only?.kind === 'binary' && only.operator === '-') {
    const difference = timeDifference(cursor, only, start)
    if (difference !== null) return difference
  }
  return made.elements.length === 1 && only !== undefined ? { ...only, at: made.at } : made
}

/** `(a - b) DAY`, the difference of two times as an interval; null: no unit follows. */
function timeDifference(cursor: Cursor, minus: BinaryNode, start: Token): SqlExpression | null {
  const unit = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'].find((each) => cursor.at(each))
  if (unit === undefined) return null
  parseIntervalQualifier(cursor)
  return plainCall(unit === 'YEAR' || unit === 'MONTH' ? 'MINUS_MONTHS' : 'MINUS_TIME', [minus.left, minus.right], cursor, start.at)
}

function startsQuery(cursor: Cursor): boolean {
  let ahead = 0
  while (cursor.isAt('(', ahead)) ahead++
  return queryStarts.some((word) => cursor.isAt(word, ahead))
}

function row(cursor: Cursor, start: { at: SqlExpression['at'] }, explicit: boolean): ConstructorNode {
  cursor.expect('(')
  const elements = cursor.accept(')') ? null : cursor.list(() => defaultOf(cursor) ?? cursor.expression())
  if (elements !== null) cursor.expect(')')
  else if (!explicit) throw cursor.unexpected(['an expression'])
  return { kind: 'constructor', of: 'ROW', elements: elements ?? [], query: null, explicit, at: cursor.sinceSpan(start.at) }
}

/** PERIOD(start, end). */
function period(cursor: Cursor, start: Token): SqlExpression {
  cursor.expect('(')
  const elements = [cursor.expression()]
  cursor.expect(',')
  elements.push(cursor.expression())
  cursor.expect(')')
  return { kind: 'constructor', of: 'ROW', elements, query: null, explicit: true, at: cursor.since(start) }
}

/** ARRAY[..], ARRAY(SELECT ..); null when the word is something else here. */
function collection(cursor: Cursor): SqlExpression | null {
  const start = cursor.peek()
  const of = start.text as 'ARRAY' | 'MAP' | 'MULTISET'
  if (cursor.isAt('[', 1)) {
    cursor.next()
    cursor.next()
    const elements = cursor.at(']') ? [] : cursor.list(() => cursor.expression())
    cursor.expect(']')
    return { kind: 'constructor', of, elements, query: null, explicit: true, at: cursor.since(start) }
  }
  if (cursor.isAt('(', 1) && ['SELECT', 'WITH', 'VALUES', 'TABLE', '('].some((word) => cursor.isAt(word, 2))) {
    cursor.next()
    const query = parenthesizedQuery(cursor)
    return { kind: 'constructor', of, elements: [], query, explicit: true, at: cursor.since(start) }
  }
  return of === 'ARRAY' && cursor.isAt('(', 1) ? nameOrCall(cursor) : null
}

function parenthesizedQuery(cursor: Cursor) {
  cursor.expect('(')
  const query = cursor.query()
  cursor.expect(')')
  return query
}

/** JDBC's escapes: `{fn f(x)}`, `{d '2020-01-01'}`, `{t ..}`, `{ts ..}`. */
function braces(cursor: Cursor): SqlExpression {
  const start = cursor.expect('{')
  const word = cursor.next().text
  if (word === 'FN') {
    const call = cursor.peek().kind === 'word' && cursor.isAt('(', 1) ? (specialCall(cursor) ?? nameOrCall(cursor)) : parsePrimary(cursor)
    cursor.expect('}')
    return { ...call, at: cursor.since(start) }
  }
  const type = word === 'D' ? 'date' : word === 'T' ? 'time' : word === 'TS' ? 'timestamp' : null
  if (type === null) {
    cursor.rewind(cursor.position - 1)
    throw cursor.unexpected(['fn', 'd', 't', 'ts'])
  }
  const text = cursor.string().text
  cursor.expect('}')
  return { kind: 'literal', type, text, at: cursor.since(start) }
}

function plainCall(name: string, args: readonly SqlExpression[], cursor: Cursor, start: SqlExpression['at']) {
  return {
    ...emptyCall([{ name, quoted: false, at: start }]),
    args,
    at: cursor.sinceSpan(start),
  }
}
