import type { JsonBehaviour, JsonClauses, OrderItem, SqlExpression } from '../ast/expression.ts'
import type { Cursor } from './cursor.ts'
import { parseBareType } from './types.ts'
import { parseOrderBy } from './windows.ts'

interface JsonCall {
  readonly args: readonly SqlExpression[]
  readonly clauses: JsonClauses
  readonly orderBy: readonly OrderItem[]
}

type Draft = { -readonly [K in keyof JsonClauses]: JsonClauses[K] }

const none: JsonClauses = { returning: null, onEmpty: null, onError: null, wrapper: null, onNull: null, format: false }

/** The standard's JSON functions, up to their closing parenthesis; null: not one. The cursor stands at the name. */
export function jsonCall(cursor: Cursor): JsonCall | null {
  const name = cursor.peek().text
  const read = readers[name]
  if (read === undefined) return null
  cursor.next()
  cursor.next()
  const draft: Draft = { ...none }
  const { args, orderBy } = read(cursor, draft)
  cursor.expect(')')
  return { args, clauses: draft, orderBy }
}

type Reader = (cursor: Cursor, draft: Draft) => { args: SqlExpression[]; orderBy: readonly OrderItem[] }

const readers: Readonly<Record<string, Reader>> = {
  JSON_EXISTS: (cursor, draft) => {
    const args = inputAndPath(cursor, draft)
    const kind = cursor.acceptOne('TRUE', 'FALSE', 'UNKNOWN', 'ERROR')
    if (kind !== null) {
      cursor.expect('ON', 'ERROR')
      draft.onError = { kind, value: null }
    }
    return { args, orderBy: [] }
  },
  JSON_VALUE: (cursor, draft) => {
    const args = inputAndPath(cursor, draft)
    if (cursor.accept('RETURNING')) draft.returning = parseBareType(cursor)
    behaviours(cursor, draft)
    return { args, orderBy: [] }
  },
  JSON_QUERY: (cursor, draft) => {
    const args = inputAndPath(cursor, draft)
    if (cursor.accept('RETURNING')) draft.returning = parseBareType(cursor)
    if (cursor.accept('WITHOUT')) draft.wrapper = 'WITHOUT'
    else if (cursor.accept('WITH')) draft.wrapper = cursor.acceptOne('CONDITIONAL', 'UNCONDITIONAL') ?? 'UNCONDITIONAL'
    if (draft.wrapper !== null) {
      cursor.accept('ARRAY')
      cursor.expect('WRAPPER')
    }
    behaviours(cursor, draft)
    return { args, orderBy: [] }
  },
  JSON_OBJECT: (cursor, draft) => {
    const args: SqlExpression[] = []
    if (!cursor.at(')') && !cursor.at('NULL', 'ON') && !cursor.at('ABSENT', 'ON')) cursor.list(() => args.push(...pair(cursor, draft)))
    onNull(cursor, draft)
    return { args, orderBy: [] }
  },
  JSON_OBJECTAGG: (cursor, draft) => {
    const args = pair(cursor, draft)
    onNull(cursor, draft)
    return { args, orderBy: [] }
  },
  JSON_ARRAY: (cursor, draft) => {
    const args: SqlExpression[] = []
    if (!cursor.at(')') && !cursor.at('NULL', 'ON') && !cursor.at('ABSENT', 'ON')) cursor.list(() => args.push(value(cursor, draft)))
    onNull(cursor, draft)
    return { args, orderBy: [] }
  },
  JSON_ARRAYAGG: (cursor, draft) => {
    const args = [value(cursor, draft)]
    const orderBy = cursor.at('ORDER', 'BY') ? parseOrderBy(cursor) : []
    onNull(cursor, draft)
    return { args, orderBy }
  },
}

function value(cursor: Cursor, draft: Draft): SqlExpression {
  const result = cursor.expression()
  if (cursor.accept('FORMAT', 'JSON')) draft.format = true
  return result
}

function inputAndPath(cursor: Cursor, draft: Draft): SqlExpression[] {
  const input = value(cursor, draft)
  cursor.expect(',')
  const args = [input, cursor.expression()]
  if (cursor.accept('PASSING')) {
    cursor.list(() => {
      args.push(cursor.expression())
      cursor.expect('AS')
      cursor.identifier()
    })
  }
  return args
}

/** `KEY k VALUE v`, `k VALUE v`, `k : v`, `k, v`. */
function pair(cursor: Cursor, draft: Draft): SqlExpression[] {
  cursor.accept('KEY')
  const key = cursor.expression()
  if (cursor.acceptOne('VALUE', ':', ',') === null) throw cursor.unexpected(['VALUE'])
  return [key, value(cursor, draft)]
}

function behaviours(cursor: Cursor, draft: Draft): void {
  for (;;) {
    const behaviour = one(cursor)
    if (behaviour === null) return
    cursor.expect('ON')
    if (cursor.expectOne('EMPTY', 'ERROR') === 'EMPTY') draft.onEmpty = behaviour
    else draft.onError = behaviour
  }
}

function one(cursor: Cursor): JsonBehaviour | null {
  if (cursor.accept('DEFAULT')) return { kind: 'DEFAULT', value: cursor.expression() }
  if (cursor.accept('EMPTY', 'ARRAY')) return { kind: 'EMPTY ARRAY', value: null }
  if (cursor.accept('EMPTY', 'OBJECT')) return { kind: 'EMPTY OBJECT', value: null }
  const kind = cursor.acceptOne('NULL', 'ERROR')
  return kind === null ? null : { kind, value: null }
}

function onNull(cursor: Cursor, draft: Draft): void {
  const found = cursor.acceptOne('NULL', 'ABSENT')
  if (found === null) return
  cursor.expect('ON', 'NULL')
  draft.onNull = found
}
