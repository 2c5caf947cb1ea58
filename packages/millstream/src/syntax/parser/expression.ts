import { limits } from '../../base/limits.ts'
import type { BinaryNode, SqlExpression } from '../ast/expression.ts'
import type { Query } from '../ast/query.ts'
import { spanning } from '../span.ts'
import type { Cursor } from './cursor.ts'
import { parsePrimary } from './primary.ts'

/**
 * How tightly an operator binds, loosest first; the steps are the SQL standard's as Calcite has them:
 *   OR | AND | NOT x | x IS ... | = <> < <= > >= | LIKE BETWEEN IN MEMBER OF OVERLAPS ... | + - | * / % | - x
 */
const binding = { or: 1, and: 2, not: 3, is: 4, compare: 5, range: 6, add: 7, multiply: 8, sign: 9 } as const

const comparisons = new Set(['=', '<>', '<', '<=', '>', '>='])
const periods = new Set(['OVERLAPS', 'CONTAINS', 'EQUALS', 'PRECEDES', 'SUCCEEDS'])

export function parseExpression(cursor: Cursor): SqlExpression {
  return above(cursor, 0)
}

/** An operand that stops before comparisons, LIKE and IN: `POSITION(x IN y)`, `x BETWEEN low AND high`. */
export function parseOperand(cursor: Cursor): SqlExpression {
  return above(cursor, binding.add)
}

function above(cursor: Cursor, least: number): SqlExpression {
  return cursor.deeper(limits.sqlNestingMax, () => {
    let left = prefix(cursor)
    for (let links = 0; ; links++) {
      if (links > limits.sqlChainMax) throw cursor.unexpected([`at most ${limits.sqlChainMax} operators in a row`])
      const more = infix(cursor, left, least)
      if (more === null) return left
      left = more
    }
  })
}

function prefix(cursor: Cursor): SqlExpression {
  const start = cursor.peek()
  if (cursor.accept('NOT')) return { kind: 'unary', operator: 'NOT', operand: above(cursor, binding.is), at: cursor.since(start) }
  const sign = cursor.acceptOne('-', '+')
  if (sign !== null) return { kind: 'unary', operator: sign, operand: above(cursor, binding.sign), at: cursor.since(start) }
  return parsePrimary(cursor)
}

/** The expression with the next operator applied, or null when the next one binds looser than `least` or is none. */
function infix(cursor: Cursor, left: SqlExpression, least: number): SqlExpression | null {
  const token = cursor.peek()
  if (token.kind !== 'symbol' && token.kind !== 'word') return null
  const operator = token.text
  switch (operator) {
    case 'OR':
      return least <= binding.or ? binary(cursor, left, ['OR'], binding.and) : null
    case 'AND':
      return least <= binding.and ? binary(cursor, left, ['AND'], binding.not) : null
    case 'IS':
      return least <= binding.is ? is(cursor, left) : null
    case '+':
    case '-':
      return least <= binding.add ? binary(cursor, left, [operator], binding.multiply) : null
    case '*':
    case '/':
    case '%':
    case '||':
      return least <= binding.multiply ? binary(cursor, left, [operator], binding.sign) : null
    case 'AT':
      return cursor.at('AT', 'TIME', 'ZONE') && least <= binding.sign ? binary(cursor, left, ['AT', 'TIME', 'ZONE'], binding.sign) : null
    case 'MULTISET':
      return least <= binding.add ? multiset(cursor, left) : null
    case 'FORMAT':
      if (!cursor.accept('FORMAT', 'JSON')) return null
      if (cursor.at('ENCODING') && ['UTF8', 'UTF16', 'UTF32'].some((each) => cursor.isAt(each, 1))) {
        cursor.next()
        cursor.next()
      }
      return left
    case 'COLLATE':
      cursor.next()
      cursor.anyWord('a collation')
      return left
  }
  if (comparisons.has(operator)) return least <= binding.compare ? comparison(cursor, left) : null
  return least <= binding.range ? range(cursor, left) : null
}

function binary(cursor: Cursor, left: SqlExpression, words: readonly string[], rightBinding: number): BinaryNode {
  const operatorAt = cursor.peek().at
  cursor.expect(...words)
  const right = above(cursor, rightBinding)
  return { kind: 'binary', operator: words.join(' '), left, right, operatorAt, at: spanning(left.at, right.at) }
}

function comparison(cursor: Cursor, left: SqlExpression): SqlExpression {
  const operator = cursor.peek().text
  const quantifier = (['ANY', 'SOME', 'ALL'] as const).find((word) => cursor.isAt(word, 1) && cursor.isAt('(', 2))
  if (quantifier === undefined) return binary(cursor, left, [operator], binding.range)
  cursor.next()
  cursor.next()
  const { items, query } = listOrQuery(cursor)
  return { kind: 'quantified', operator, quantifier, operand: left, items, query, at: cursor.sinceSpan(left.at) }
}

function is(cursor: Cursor, operand: SqlExpression): SqlExpression {
  cursor.expect('IS')
  const negated = cursor.accept('NOT')
  const at = () => cursor.sinceSpan(operand.at)
  if (cursor.accept('DISTINCT', 'FROM')) {
    const operatorAt = cursor.previous().at
    const right = above(cursor, binding.range)
    const operator = negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM'
    return { kind: 'binary', operator, left: operand, right, operatorAt, at: spanning(operand.at, right.at) }
  }
  if (cursor.accept('JSON')) {
    const what = cursor.acceptOne('VALUE', 'OBJECT', 'ARRAY', 'SCALAR') ?? 'VALUE'
    return { kind: 'is', operand, test: `JSON ${what}`, negated, at: at() }
  }
  if (cursor.accept('A', 'SET')) return { kind: 'is', operand, test: 'A SET', negated, at: at() }
  const test = cursor.expectOne('NULL', 'TRUE', 'FALSE', 'UNKNOWN', 'EMPTY', 'NORMALIZED')
  return { kind: 'is', operand, test, negated, at: at() }
}

/** LIKE, BETWEEN, IN and the like, each with an optional NOT before it. */
function range(cursor: Cursor, operand: SqlExpression): SqlExpression | null {
  const before = cursor.position
  const negated = cursor.accept('NOT')
  const at = () => cursor.sinceSpan(operand.at)
  const like = cursor.acceptOne('LIKE', 'ILIKE', 'RLIKE') ?? (cursor.accept('SIMILAR', 'TO') ? ('SIMILAR TO' as const) : null)
  if (like !== null) {
    const pattern = parseOperand(cursor)
    const escapeSign = cursor.accept('ESCAPE') ? parseOperand(cursor) : null
    return { kind: 'like', operator: like, operand, pattern, escape: escapeSign, negated, at: at() }
  }
  if (cursor.accept('BETWEEN')) {
    const symmetric = cursor.acceptOne('SYMMETRIC', 'ASYMMETRIC') === 'SYMMETRIC'
    const low = parseOperand(cursor)
    cursor.expect('AND')
    const high = parseOperand(cursor)
    return { kind: 'between', operand, low, high, negated, symmetric, at: at() }
  }
  if (cursor.accept('IN')) {
    const { items, query } = listOrQuery(cursor)
    return { kind: 'in', operand, items, query, negated, at: at() }
  }
  if (negated) {
    if (!cursor.at('MEMBER') && !cursor.at('SUBMULTISET')) cursor.rewind(before)
    return null
  }
  if (cursor.at('MEMBER', 'OF')) return binary(cursor, operand, ['MEMBER', 'OF'], binding.add)
  if (cursor.at('SUBMULTISET', 'OF')) return binary(cursor, operand, ['SUBMULTISET', 'OF'], binding.add)
  if (cursor.at('IMMEDIATELY'))
    return binary(cursor, operand, ['IMMEDIATELY', cursor.isAt('PRECEDES', 1) ? 'PRECEDES' : 'SUCCEEDS'], binding.add)
  const word = cursor.peek().text
  if (cursor.peek().kind === 'word' && periods.has(word)) return binary(cursor, operand, [word], binding.add)
  return null
}

function multiset(cursor: Cursor, left: SqlExpression): SqlExpression {
  const operator = (['UNION', 'INTERSECT', 'EXCEPT'] as const).find((word) => cursor.isAt(word, 1))
  if (operator === undefined) throw cursor.unexpected(['an operator'])
  const operatorAt = cursor.peek().at
  cursor.next()
  cursor.next()
  const quantifier = cursor.acceptOne('ALL', 'DISTINCT') ?? 'ALL'
  const right = above(cursor, binding.multiply)
  return { kind: 'binary', operator: `MULTISET ${operator} ${quantifier}`, left, right, operatorAt, at: spanning(left.at, right.at) }
}

/** Behind IN and ANY: `(1, 2)` or `(SELECT ...)`. */
function listOrQuery(cursor: Cursor): Pick<Extract<SqlExpression, { kind: 'in' }>, 'items' | 'query'> {
  cursor.expect('(')
  const query = queryInside(cursor)
  if (query !== null) return { items: null, query }
  const items = cursor.list(() => parseExpression(cursor))
  cursor.expect(')')
  const only = items[0]
  if (items.length === 1 && only?.kind === 'subquery') return { items: null, query: only.query }
  return { items, query: null }
}

/** A query and its closing parenthesis; null, and nothing read, when it is a list of expressions. */
function queryInside(cursor: Cursor): Query | null {
  const before = cursor.position
  let ahead = 0
  while (cursor.isAt('(', ahead)) ahead++
  if (!['SELECT', 'WITH', 'VALUES', 'TABLE'].some((word) => cursor.isAt(word, ahead))) return null
  try {
    const query = cursor.query()
    cursor.expect(')')
    return query
  } catch (error) {
    if (ahead === 0) throw error
    cursor.rewind(before)
    return null
  }
}
