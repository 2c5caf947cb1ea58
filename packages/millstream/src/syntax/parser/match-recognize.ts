import { limits } from '../../base/limits.ts'
import type { FromNode, MatchRecognizeNode, PatternNode } from '../ast/query.ts'
import type { Cursor } from './cursor.ts'
import { parseOrderBy } from './windows.ts'

/** The clauses stand in this order: PARTITION BY, ORDER BY, MEASURES, ROWS PER MATCH, AFTER MATCH, PATTERN, WITHIN, SUBSET, DEFINE. */
export function parseMatchRecognize(cursor: Cursor, input: FromNode): MatchRecognizeNode {
  cursor.expect('MATCH_RECOGNIZE', '(')
  const partitionBy = cursor.accept('PARTITION', 'BY') ? cursor.list(() => cursor.expression()) : []
  const orderBy = cursor.at('ORDER', 'BY') ? parseOrderBy(cursor) : []
  const measures = cursor.accept('MEASURES')
    ? cursor.list(() => {
        const expression = cursor.expression()
        cursor.expect('AS')
        return { expression, alias: cursor.identifier() }
      })
    : []
  let rowsPerMatch: string | null = null
  if (cursor.accept('ONE', 'ROW', 'PER', 'MATCH')) rowsPerMatch = 'ONE ROW PER MATCH'
  else if (cursor.accept('ALL', 'ROWS', 'PER', 'MATCH')) rowsPerMatch = 'ALL ROWS PER MATCH'
  const afterMatch = cursor.accept('AFTER', 'MATCH') ? skip(cursor) : null
  cursor.expect('PATTERN', '(')
  const pattern = alternatives(cursor)
  cursor.expect(')')
  const within = cursor.accept('WITHIN') ? cursor.expression() : null
  const subsets = cursor.accept('SUBSET')
    ? cursor.list(() => {
        const name = cursor.identifier()
        cursor.expect('=')
        return { name, variables: cursor.identifiers() }
      })
    : []
  cursor.expect('DEFINE')
  const define = cursor.list(() => {
    const name = cursor.identifier('a pattern variable')
    cursor.expect('AS')
    return { name, condition: cursor.expression() }
  })
  cursor.expect(')')
  const at = cursor.sinceSpan(input.at)
  return {
    kind: 'match-recognize',
    input,
    partitionBy,
    orderBy,
    measures,
    rowsPerMatch,
    afterMatch,
    pattern,
    within,
    subsets,
    define,
    alias: null,
    at,
  }
}

function skip(cursor: Cursor): NonNullable<MatchRecognizeNode['afterMatch']> {
  cursor.expect('SKIP')
  if (cursor.accept('PAST')) {
    cursor.expect('LAST', 'ROW')
    return { skip: 'PAST LAST ROW', variable: null }
  }
  cursor.expect('TO')
  if (cursor.accept('NEXT', 'ROW')) return { skip: 'NEXT ROW', variable: null }
  // `SKIP TO last` names a variable when nothing follows.
  const word = cursor.atIdentifier(1) ? cursor.acceptOne('FIRST', 'LAST') : null
  return { skip: word ?? 'VARIABLE', variable: cursor.identifier('a pattern variable') }
}

function alternatives(cursor: Cursor): PatternNode {
  return cursor.deeper(limits.sqlNestingMax, () => {
    const items = [sequence(cursor)]
    while (cursor.accept('|')) items.push(sequence(cursor))
    return items.length === 1 ? (items[0] as PatternNode) : { kind: 'alternatives', items }
  })
}

function sequence(cursor: Cursor): PatternNode {
  const items: PatternNode[] = []
  while (!cursor.at(')') && !cursor.at('|') && !cursor.at('-}') && !cursor.at('-') && !cursor.at(',')) items.push(repeated(cursor))
  if (items.length === 0) throw cursor.unexpected(['a pattern variable'])
  return items.length === 1 ? (items[0] as PatternNode) : { kind: 'sequence', items }
}

function repeated(cursor: Cursor): PatternNode {
  const item = single(cursor)
  const bounds = quantifier(cursor)
  if (bounds === null) return item
  return { kind: 'repeat', item, ...bounds, reluctant: cursor.accept('?') }
}

function quantifier(cursor: Cursor): { low: number; high: number | null } | null {
  if (cursor.accept('*')) return { low: 0, high: null }
  if (cursor.accept('+')) return { low: 1, high: null }
  if (cursor.accept('?')) return { low: 0, high: 1 }
  if (!cursor.at('{') || cursor.isAt('-', 1)) return null
  cursor.next()
  let low = 0
  let high: number | null = null
  if (cursor.accept(',')) high = cursor.integer()
  else {
    low = cursor.integer()
    if (!cursor.accept(',')) high = low
    else if (!cursor.at('}')) high = cursor.integer()
  }
  cursor.expect('}')
  return { low, high }
}

function single(cursor: Cursor): PatternNode {
  if (cursor.accept('(')) {
    const inner = alternatives(cursor)
    cursor.expect(')')
    return inner
  }
  if (cursor.accept('{-') || cursor.accept('{', '-')) {
    const item = alternatives(cursor)
    if (!cursor.accept('-}')) cursor.expect('-', '}')
    return { kind: 'exclude', item }
  }
  const anchor = cursor.acceptOne('^', '$')
  if (anchor !== null) return { kind: 'anchor', at: anchor }
  if (cursor.accept('PERMUTE', '(')) {
    const items = cursor.list(() => alternatives(cursor))
    cursor.expect(')')
    return { kind: 'permute', items }
  }
  return { kind: 'variable', name: cursor.identifier('a pattern variable') }
}
