import type { CallNode, Identifier, OrderItem, SqlExpression, SymbolNode, TableArgumentNode } from '../ast/expression.ts'
import type { Token } from '../token.ts'
import type { Cursor } from './cursor.ts'
import { jsonCall } from './json.ts'
import { parseBareType } from './types.ts'
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
  const read = specials[start.text]
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

function emptyCall(name: readonly Identifier[]): Draft {
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

const timeUnits = new Set(
  (
    'YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND MILLISECOND MICROSECOND NANOSECOND EPOCH DOW DOY ISODOW ISOYEAR DECADE CENTURY MILLENNIUM ' +
    'DAYOFWEEK DAYOFYEAR FRAC_SECOND SQL_TSI_DAY SQL_TSI_FRAC_SECOND SQL_TSI_HOUR SQL_TSI_MICROSECOND SQL_TSI_MINUTE SQL_TSI_MONTH SQL_TSI_QUARTER SQL_TSI_SECOND ' +
    'SQL_TSI_WEEK SQL_TSI_YEAR'
  ).split(' '),
)

/** A unit that stands alone as an argument and is a reserved word: DATE_TRUNC(x, MONTH). */
function timeUnitArgument(cursor: Cursor): SymbolNode | null {
  const token = cursor.peek()
  if (token.kind !== 'word' || !timeUnits.has(token.text) || !cursor.dialect.reserved.has(token.text)) return null
  if (!cursor.isAt(')', 1) && !cursor.isAt(',', 1)) return null
  cursor.next()
  return { kind: 'symbol', name: token.text, at: token.at }
}

function symbol(cursor: Cursor, what: string): SymbolNode {
  const token = cursor.peek()
  if (token.kind === 'string') cursor.next()
  else cursor.anyWord(what)
  return { kind: 'symbol', name: token.text.toUpperCase(), at: token.at }
}

function unit(cursor: Cursor): SymbolNode {
  const token = cursor.peek()
  const plural = token.text.endsWith('S') && timeUnits.has(token.text.slice(0, -1))
  if (token.kind === 'word' && !timeUnits.has(token.text) && !plural && !cursor.atIdentifier())
    throw cursor.unexpected(['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'])
  const found = symbol(cursor, 'a unit of time')
  return plural ? { ...found, name: found.name.slice(0, -1) } : found
}

type Special = (cursor: Cursor) => SqlExpression[] | null

function floor(cursor: Cursor): SqlExpression[] {
  const value = cursor.expression()
  if (cursor.accept('TO')) return [value, unit(cursor)]
  const args = [value]
  while (cursor.accept(',')) args.push(cursor.expression())
  return args
}

const timestampWithUnit: Special = (cursor) => {
  const first = unit(cursor)
  cursor.expect(',')
  return [first, ...cursor.list(() => cursor.expression())]
}

const specials: Readonly<Record<string, Special>> = {
  EXTRACT: (cursor) => {
    const first = unit(cursor)
    cursor.expect('FROM')
    return [first, cursor.expression()]
  },
  TRIM: (cursor) => {
    const start = cursor.peek()
    const side = cursor.acceptOne('BOTH', 'LEADING', 'TRAILING')
    const mark: SymbolNode = { kind: 'symbol', name: side ?? 'BOTH', at: start.at }
    if (side !== null && cursor.accept('FROM')) return [mark, blank(start), cursor.expression()]
    const first = cursor.expression()
    if (cursor.accept('FROM')) return [mark, first, cursor.expression()]
    if (side !== null && !cursor.at(')')) throw cursor.unexpected(['FROM'])
    if (cursor.accept(',')) return [first, ...cursor.list(() => cursor.expression())]
    return [mark, blank(start), first]
  },
  POSITION: (cursor) => {
    const needle = cursor.grammar.operand(cursor)
    cursor.expect('IN')
    const args = [needle, cursor.expression()]
    if (cursor.accept('FROM')) args.push(cursor.expression())
    return args
  },
  SUBSTRING: (cursor) => {
    const args = [cursor.expression()]
    if (cursor.accept('FROM')) args.push(cursor.expression())
    else if (cursor.accept(',')) args.push(cursor.expression())
    if (args.length === 2 && (cursor.accept('FOR') || cursor.accept(','))) args.push(cursor.expression())
    return args
  },
  OVERLAY: (cursor) => {
    const args = [cursor.expression()]
    if (cursor.accept(',')) return [...args, ...cursor.list(() => cursor.expression())]
    cursor.expect('PLACING')
    args.push(cursor.expression())
    cursor.expect('FROM')
    args.push(cursor.expression())
    if (cursor.accept('FOR')) args.push(cursor.expression())
    return args
  },
  FLOOR: floor,
  CEIL: floor,
  CEILING: floor,
  TIMESTAMPADD: timestampWithUnit,
  TIMESTAMPDIFF: timestampWithUnit,
  CONVERT: (cursor) => {
    // CONVERT(VARCHAR(5), x): the type comes first, as SQL Server has it.
    const start = cursor.peek()
    if (
      start.kind === 'word' &&
      cursor.dialect.reserved.has(start.text) &&
      /^(VAR)?(CHAR|BINARY)|INT|DATE|TIME|DECIMAL|DOUBLE|FLOAT|BOOLEAN/.test(start.text)
    ) {
      const type = parseBareType(cursor)
      cursor.expect(',')
      return [{ kind: 'symbol', name: type.name, at: type.at }, ...cursor.list(() => cursor.expression())]
    }
    const args = [cursor.expression()]
    if (cursor.accept('USING')) return [...args, symbol(cursor, 'a character set')]
    cursor.expect(',')
    args.push(symbol(cursor, 'a character set'))
    if (cursor.accept(',')) args.push(symbol(cursor, 'a character set'))
    return args
  },
  TRANSLATE: (cursor) => {
    const args = [cursor.expression()]
    if (cursor.accept('USING')) return [...args, symbol(cursor, 'a character set')]
    while (cursor.accept(',')) args.push(cursor.expression())
    return args
  },
}

function blank(start: Token): SqlExpression {
  return { kind: 'literal', type: 'string', text: ' ', at: start.at }
}
