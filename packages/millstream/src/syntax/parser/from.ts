import { errors } from '../../base/errors.ts'
import type { CallNode, Identifier } from '../ast/expression.ts'
import type { Alias, FromNode, JoinNode, Sample } from '../ast/query.ts'
import { spanning } from '../span.ts'
import type { Cursor } from './cursor.ts'
import { parseHints } from './hints.ts'
import { parseMatchRecognize } from './match-recognize.ts'
import { parsePivots } from './pivot.ts'

/** What follows FROM: tables with commas and joins. */
export function parseFrom(cursor: Cursor): FromNode {
  let left = joined(cursor)
  while (cursor.accept(',')) {
    const right = joined(cursor)
    left = join('COMMA', left, right)
  }
  return left
}

function join(type: JoinNode['type'], left: FromNode, right: FromNode): JoinNode {
  return { kind: 'join', type, natural: false, left, right, on: null, using: [], at: spanning(left.at, right.at) }
}

function joined(cursor: Cursor): FromNode {
  let left = operand(cursor)
  for (;;) {
    if (cursor.accept('CROSS', 'JOIN')) {
      left = join('CROSS', left, operand(cursor))
      continue
    }
    if (cursor.dialect.lax && cursor.accept('CROSS', 'APPLY')) {
      left = join('CROSS APPLY', left, operand(cursor))
      continue
    }
    if (cursor.dialect.lax && cursor.accept('OUTER', 'APPLY')) {
      left = join('OUTER APPLY', left, operand(cursor))
      continue
    }
    const natural = cursor.accept('NATURAL')
    if (natural && cursor.accept('CROSS', 'JOIN')) {
      left = join('CROSS', left, operand(cursor))
      continue
    }
    const type = joinType(cursor)
    if (type === null) {
      if (natural) throw cursor.unexpected(['JOIN'])
      return left
    }
    // `a JOIN b JOIN c ON .. ON ..`: the right side takes the joins before its own ON.
    let right = operand(cursor)
    if (!natural && !cursor.at('ON') && !cursor.at('USING')) right = nestedRight(cursor, right)
    let on = null
    let using: Identifier[] = []
    if (!natural) {
      if (cursor.accept('ON')) on = cursor.expression()
      else if (cursor.accept('USING')) using = cursor.identifiers()
    }
    left = { kind: 'join', type, natural, left, right, on, using, at: cursor.sinceSpan(left.at) }
  }
}

function nestedRight(cursor: Cursor, first: FromNode): FromNode {
  let left = first
  for (;;) {
    const type = joinType(cursor)
    if (type === null) return left
    let right = operand(cursor)
    if (!cursor.at('ON') && !cursor.at('USING')) right = nestedRight(cursor, right)
    const on = cursor.accept('ON') ? cursor.expression() : null
    const using = on === null && cursor.accept('USING') ? cursor.identifiers() : []
    left = { kind: 'join', type, natural: false, left, right, on, using, at: cursor.sinceSpan(left.at) }
    if (cursor.at('ON') || cursor.at('USING')) return left
  }
}

function joinType(cursor: Cursor): JoinNode['type'] | null {
  if (cursor.accept('JOIN') || cursor.accept('INNER', 'JOIN')) return 'INNER'
  if (cursor.accept('LEFT', 'SEMI', 'JOIN')) return 'LEFT SEMI'
  for (const side of ['LEFT', 'RIGHT', 'FULL'] as const)
    if (cursor.accept(side, 'JOIN') || cursor.accept(side, 'OUTER', 'JOIN')) return side
  return null
}

/** One table, subquery, table function or parenthesised join, with what may follow it. */
function operand(cursor: Cursor): FromNode {
  let node = unaliased(cursor)
  const before = cursor.position
  // An alias may stand before MATCH_RECOGNIZE and PIVOT as well as behind.
  if (cursor.at('MATCH_RECOGNIZE')) node = parseMatchRecognize(cursor, node)
  node = parsePivots(cursor, node)
  const alias = parseAlias(cursor)
  if (alias !== null) {
    if (node.kind === 'join') throw cursor.unexpected(['a table that can have a name'])
    node = { ...node, alias, at: cursor.sinceSpan(node.at) }
    if (cursor.at('MATCH_RECOGNIZE')) node = aliased(cursor, parseMatchRecognize(cursor, node))
    if (cursor.position !== before) node = parsePivots(cursor, node)
  }
  const sample = cursor.at('TABLESAMPLE') ? tableSample(cursor) : null
  if (sample !== null && (node.kind === 'table' || node.kind === 'derived')) node = { ...node, sample, at: cursor.sinceSpan(node.at) }
  return node
}

function aliased(cursor: Cursor, node: FromNode): FromNode {
  const alias = parseAlias(cursor)
  return alias === null || node.kind === 'join' ? node : { ...node, alias, at: cursor.sinceSpan(node.at) }
}

export function parseAlias(cursor: Cursor): Alias | null {
  const explicit = cursor.accept('AS')
  if (!explicit && !cursor.atIdentifier()) return null
  const name = cursor.identifier('a name for the table')
  const columns = cursor.at('(') ? cursor.identifiers() : []
  return { name, columns }
}

function unaliased(cursor: Cursor): FromNode {
  const start = cursor.peek()
  const lateral = cursor.accept('LATERAL')
  if (cursor.at('UNNEST')) {
    cursor.next()
    cursor.expect('(')
    const expressions = cursor.list(() => cursor.expression())
    cursor.expect(')')
    const ordinality = cursor.accept('WITH', 'ORDINALITY')
    return { kind: 'unnest', lateral, expressions, ordinality, alias: null, at: cursor.since(start) }
  }
  if (cursor.accept('TABLE', '(')) {
    const call = tableFunction(cursor)
    cursor.expect(')')
    const hints = parseHints(cursor)
    return { kind: 'function', lateral, call, hints, alias: null, at: cursor.since(start) }
  }
  if (cursor.at('(')) return parenthesized(cursor, lateral)
  if (isCall(cursor)) {
    const call = tableFunction(cursor)
    return { kind: 'function', lateral, call, hints: parseHints(cursor), alias: null, at: cursor.since(start) }
  }
  if (lateral) throw cursor.unexpected(['TABLE', 'UNNEST', '('])
  const name = cursor.name('a table')
  const hints = parseHints(cursor)
  let asOf = null
  if (cursor.accept('FOR', 'SYSTEM_TIME', 'AS', 'OF')) asOf = cursor.expression()
  const sample = cursor.at('TABLESAMPLE') ? tableSample(cursor) : null
  return { kind: 'table', name, hints, asOf, sample, alias: null, at: cursor.since(start) }
}

/** Whether a function's name and its parenthesis come next. */
function isCall(cursor: Cursor): boolean {
  let ahead = 0
  for (;;) {
    if (!cursor.atIdentifier(ahead)) return false
    ahead++
    if (cursor.isAt('(', ahead)) return true
    if (!cursor.isAt('.', ahead)) return false
    ahead++
  }
}

function tableFunction(cursor: Cursor): CallNode {
  const before = cursor.position
  const call = cursor.expression()
  if (call.kind === 'call') return call
  cursor.rewind(before)
  throw cursor.unexpected(['a table function'])
}

/** `(SELECT ...)`, `(VALUES ...)`, `(a JOIN b ON ...)`, `((SELECT ...) t JOIN ...)`. */
function parenthesized(cursor: Cursor, lateral: boolean): FromNode {
  const start = cursor.peek()
  const before = cursor.position
  let queryError: unknown = null
  let reached = before
  if (startsQuery(cursor)) {
    try {
      cursor.expect('(')
      const query = cursor.query()
      reached = cursor.position
      cursor.expect(')')
      return { kind: 'derived', lateral, query, sample: null, alias: null, at: cursor.since(start) }
    } catch (error) {
      queryError = error
      reached = Math.max(reached, cursor.position)
      cursor.rewind(before)
      if (!cursor.isAt('(', 1)) throw error
    }
  }
  try {
    cursor.expect('(')
    const node = parseFrom(cursor)
    if (node.kind !== 'join' && node.kind !== 'derived') throw cursor.unexpected(['JOIN'])
    cursor.expect(')')
    if (node.kind === 'join' && (cursor.at('PIVOT') || cursor.at('UNPIVOT') || cursor.at('TABLESAMPLE')))
      throw cursor.unexpected(['an operator'])
    return node
  } catch (error) {
    throw queryError !== null && cursor.position < reached ? queryError : error
  }
}

function startsQuery(cursor: Cursor): boolean {
  let ahead = 0
  while (cursor.isAt('(', ahead)) ahead++
  if (cursor.isAt('TABLE', ahead)) return !cursor.isAt('(', ahead + 1)
  return ['SELECT', 'WITH', 'VALUES', 'VALUE'].some((word) => cursor.isAt(word, ahead))
}

function tableSample(cursor: Cursor): Sample {
  cursor.expect('TABLESAMPLE')
  const method = cursor.expectOne('BERNOULLI', 'SYSTEM', 'SUBSTITUTE')
  cursor.expect('(')
  const token = cursor.peek()
  if (method === 'SUBSTITUTE') cursor.string()
  else {
    if (token.kind !== 'number') throw cursor.unexpected(['a percentage'])
    cursor.next()
  }
  cursor.expect(')')
  let seed: string | null = null
  if (method !== 'SUBSTITUTE' && cursor.accept('REPEATABLE')) {
    cursor.expect('(')
    const sign = cursor.accept('-') ? '-' : ''
    const digits = cursor.peek()
    seed = `${sign}${cursor.integer()}`
    if (Number(seed) > 2_147_483_647 || Number(seed) < -2_147_483_648)
      throw errors.fail('MS-2002', { what: `the seed ${seed}, beyond INT` }, digits.at)
    cursor.expect(')')
  }
  return { method, text: token.text, seed }
}
