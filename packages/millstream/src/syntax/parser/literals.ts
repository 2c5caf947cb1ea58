import type { IntervalNode, IntervalQualifier, LiteralNode, SqlExpression } from '../ast/expression.ts'
import type { Cursor } from './cursor.ts'

/** Numbers, strings, TRUE, NULL, DATE '...', INTERVAL '...' DAY: null when the next token is none of these. */
export function parseLiteral(cursor: Cursor): SqlExpression | null {
  const token = cursor.peek()
  switch (token.kind) {
    case 'number':
      cursor.next()
      return { kind: 'literal', type: /[eE]/.test(token.text) ? 'approximate' : 'exact', text: token.text, at: token.at }
    case 'string': {
      const text = cursor.stringToken()
      return { kind: 'literal', type: 'string', text: text.text, at: text.at }
    }
    case 'binary':
      return binary(cursor)
    case 'word':
      return keywordLiteral(cursor)
    default:
      return null
  }
}

function binary(cursor: Cursor): SqlExpression {
  const start = cursor.next()
  let text = start.text
  while (cursor.peek().kind === 'string') {
    const more = cursor.peek().text
    if (!/^[0-9a-fA-F]*$/.test(more)) throw cursor.unexpected(['hexadecimal digits'])
    cursor.next()
    text += more
  }
  return { kind: 'literal', type: 'binary', text, at: cursor.since(start) }
}

function keywordLiteral(cursor: Cursor): SqlExpression | null {
  const start = cursor.peek()
  const literal = (type: LiteralNode['type'], text = ''): LiteralNode => ({ kind: 'literal', type, text, at: cursor.since(start) })
  switch (start.text) {
    case 'TRUE':
    case 'FALSE':
      cursor.next()
      return literal('boolean', start.text)
    case 'NULL':
      cursor.next()
      return literal('null')
    case 'UNKNOWN':
      cursor.next()
      return literal('unknown')
    case 'DATETIME':
      if (cursor.peek(1).kind !== 'string') return null
      cursor.next()
      return literal('timestamp', cursor.stringToken().text)
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const words = [start.text, 'WITH', 'LOCAL', 'TIME', 'ZONE']
      const long = start.text === 'TIMESTAMP' && words.every((word, ahead) => cursor.isAt(word, ahead)) ? words.length : 1
      if (cursor.peek(long).kind !== 'string') return null
      for (let i = 0; i < long; i++) cursor.next()
      const text = cursor.stringToken().text
      return literal(long > 1 ? 'timestamp_ltz' : (start.text.toLowerCase() as LiteralNode['type']), text)
    }
    case 'DECIMAL': {
      if (cursor.peek(1).kind !== 'string') return null
      const text = cursor.peek(1).text.trim()
      cursor.next()
      if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw cursor.unexpected(['a decimal number'])
      cursor.next()
      return literal(/[eE]/.test(text) ? 'approximate' : 'exact', text)
    }
    case 'INTERVAL':
      return interval(cursor)
    default:
      return null
  }
}

function interval(cursor: Cursor): IntervalNode | null {
  const before = cursor.position
  const start = cursor.expect('INTERVAL')
  const sign = cursor.acceptOne('-', '+')
  let text: string | null = null
  let value: SqlExpression | null = null
  if (cursor.peek().kind === 'string') text = cursor.stringToken().text
  else if (sign === null && cursor.accept('(')) {
    value = cursor.expression()
    cursor.expect(')')
  } else if (cursor.peek().kind === 'number') value = parseLiteral(cursor)
  else if (cursor.atIdentifier()) value = cursor.name()
  else {
    if (sign === null) {
      cursor.rewind(before)
      cursor.next()
    }
    throw cursor.unexpected(['a string'])
  }
  const qualifier = parseIntervalQualifier(cursor, text !== null)
  return { kind: 'interval', text, value, negative: sign === '-', qualifier, at: cursor.since(start) }
}

const units = ['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const
const coarse: readonly string[] = ['YEAR', 'MONTH']
const fine: readonly string[] = ['DAY', 'HOUR', 'MINUTE', 'SECOND']

/** `DAY`, `DAYS`, `DAY(3) TO SECOND(3)`. */
export function parseIntervalQualifier(cursor: Cursor, withSpan = true): IntervalQualifier {
  const start = cursor.peek()
  const from = unit(cursor)
  let precision: number | null = null
  let fraction: number | null = null
  if (cursor.accept('(')) {
    precision = cursor.integer()
    if (from === 'SECOND' && cursor.accept(',')) fraction = cursor.integer()
    cursor.expect(')')
  }
  let to: string | null = null
  const scale = coarse.includes(from) ? coarse : fine
  const finer = scale.slice(scale.indexOf(from) + 1)
  if (withSpan && scale.includes(from) && cursor.at('TO')) {
    if (!finer.some((each) => cursor.isAt(each, 1) || cursor.isAt(`${each}S`, 1))) throw cursor.unexpected(['an operator or the end'])
    cursor.next()
    to = unit(cursor)
    if (to === 'SECOND' && cursor.accept('(')) {
      fraction = cursor.integer()
      cursor.expect(')')
    }
  }
  return { from, to, precision, fraction, at: cursor.since(start) }
}

function unit(cursor: Cursor): string {
  const found = units.find((each) => cursor.at(each) || cursor.at(`${each}S`))
  if (found === undefined || cursor.peek().kind !== 'word') throw cursor.unexpected(units)
  cursor.next()
  return found
}
