import type { SqlExpression, SymbolNode } from '../ast/expression.ts'
import type { Token } from '../token.ts'
import type { Cursor } from './cursor.ts'
import { parseBareType } from './types.ts'

const timeUnits = new Set(
  (
    'YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND MILLISECOND MICROSECOND NANOSECOND EPOCH DOW DOY ISODOW ISOYEAR DECADE CENTURY MILLENNIUM ' +
    'DAYOFWEEK DAYOFYEAR FRAC_SECOND SQL_TSI_DAY SQL_TSI_FRAC_SECOND SQL_TSI_HOUR SQL_TSI_MICROSECOND SQL_TSI_MINUTE SQL_TSI_MONTH SQL_TSI_QUARTER SQL_TSI_SECOND ' +
    'SQL_TSI_WEEK SQL_TSI_YEAR'
  ).split(' '),
)

/** A unit that stands alone as an argument and is a reserved word: DATE_TRUNC(x, MONTH). */
export function timeUnitArgument(cursor: Cursor): SymbolNode | null {
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

export const specialArguments: Readonly<Record<string, Special>> = {
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
