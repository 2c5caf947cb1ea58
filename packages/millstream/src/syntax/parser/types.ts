import type { TypeField, TypeNode } from '../ast/type.ts'
import type { Cursor } from './cursor.ts'
import { parseIntervalQualifier } from './literals.ts'

/** Spellings of one type; those with several words are read in `named`. */
const canonical: Readonly<Record<string, string>> = {
  BOOLEAN: 'BOOLEAN',
  TINYINT: 'TINYINT',
  SMALLINT: 'SMALLINT',
  INT: 'INT',
  INTEGER: 'INT',
  BIGINT: 'BIGINT',
  FLOAT: 'FLOAT',
  REAL: 'FLOAT',
  DOUBLE: 'DOUBLE',
  DECIMAL: 'DECIMAL',
  DEC: 'DECIMAL',
  NUMERIC: 'DECIMAL',
  CHAR: 'CHAR',
  CHARACTER: 'CHAR',
  VARCHAR: 'VARCHAR',
  STRING: 'STRING',
  BINARY: 'BINARY',
  VARBINARY: 'VARBINARY',
  BYTES: 'BYTES',
  DATE: 'DATE',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMP',
  TIMESTAMP_LTZ: 'TIMESTAMP_LTZ',
  VARIANT: 'VARIANT',
  NULL: 'NULL',
  ANY: 'ANY',
}

/** A type with its postfixes: `INT NOT NULL ARRAY`. */
export function parseType(cursor: Cursor): TypeNode {
  let type = withNullability(cursor, named(cursor))
  for (;;) {
    const of = cursor.acceptOne('ARRAY', 'MULTISET')
    if (of === null) return type
    type = withNullability(cursor, { ...empty(of), elements: [type], at: cursor.sinceSpan(type.at) })
  }
}

/** A type without NOT NULL or NULL behind it, where those words mean something else. */
export function parseBareType(cursor: Cursor): TypeNode {
  return named(cursor)
}

const empty = (name: string): Omit<TypeNode, 'at'> => ({
  kind: 'type',
  name,
  user: [],
  numbers: [],
  elements: [],
  fields: [],
  texts: [],
  interval: null,
  nullable: null,
})

function withNullability(cursor: Cursor, type: TypeNode): TypeNode {
  if (cursor.accept('NOT', 'NULL')) return { ...type, nullable: false, at: cursor.sinceSpan(type.at) }
  if (cursor.accept('NULL')) return { ...type, nullable: true, at: cursor.sinceSpan(type.at) }
  return type
}

function named(cursor: Cursor): TypeNode {
  const start = cursor.peek()
  const done = (type: Omit<TypeNode, 'at'>): TypeNode => ({ ...type, at: cursor.since(start) })
  if (start.kind === 'word') {
    switch (start.text) {
      case 'ARRAY':
      case 'MULTISET': {
        cursor.next()
        cursor.expect('<')
        const elements = [parseType(cursor)]
        cursor.expect('>')
        return done({ ...empty(start.text), elements })
      }
      case 'MAP': {
        if (!cursor.isAt('<', 1)) break
        cursor.next()
        cursor.next()
        const key = parseType(cursor)
        cursor.expect(',')
        const elements = [key, parseType(cursor)]
        cursor.expect('>')
        return done({ ...empty('MAP'), elements })
      }
      case 'ROW':
        cursor.next()
        return done({ ...empty('ROW'), fields: fields(cursor) })
      case 'RAW': {
        cursor.next()
        cursor.expect('(')
        const texts = cursor.list(() => cursor.string().text)
        cursor.expect(')')
        return done({ ...empty('RAW'), texts })
      }
      case 'STRUCTURED': {
        cursor.next()
        cursor.expect('<')
        const texts = [cursor.string('a class name').text]
        const members = cursor.accept(',') ? cursor.list(() => field(cursor)) : []
        cursor.expect('>')
        return done({ ...empty('STRUCTURED'), texts, fields: members })
      }
      case 'INTERVAL':
        cursor.next()
        return done({ ...empty('INTERVAL'), interval: parseIntervalQualifier(cursor) })
    }
    const name = canonical[start.text]
    if (name !== undefined) {
      cursor.next()
      return done(simple(cursor, name))
    }
  }
  return done({ ...empty(''), user: cursor.name('a type').parts })
}

function simple(cursor: Cursor, written: string): Omit<TypeNode, 'at'> {
  let name = written
  if (name === 'DOUBLE') cursor.accept('PRECISION')
  if ((name === 'CHAR' || name === 'BINARY') && cursor.accept('VARYING')) name = `VAR${name}`
  const numbers: number[] = []
  const takes = { DECIMAL: 2, CHAR: 1, VARCHAR: 1, BINARY: 1, VARBINARY: 1, TIME: 1, TIMESTAMP: 1, TIMESTAMP_LTZ: 1 }[name] ?? 0
  if (takes > 0 && cursor.accept('(')) {
    numbers.push(cursor.integer())
    if (takes > 1 && cursor.accept(',')) numbers.push(cursor.integer())
    cursor.expect(')')
  }
  if (name === 'TIME' || name === 'TIMESTAMP') {
    if (cursor.accept('WITHOUT', 'TIME', 'ZONE')) return { ...empty(name), numbers }
    if (cursor.accept('WITH', 'LOCAL', 'TIME', 'ZONE')) name = `${name}_LTZ`
  }
  return { ...empty(name), numbers }
}

/** `ROW<a INT 'comment', ...>` or `ROW(a INT)`. */
function fields(cursor: Cursor): TypeField[] {
  if (cursor.accept('<>')) return []
  const close = cursor.expectOne('<', '(') === '<' ? '>' : ')'
  const found = cursor.at(close) ? [] : cursor.list(() => field(cursor))
  cursor.expect(close)
  return found
}

function field(cursor: Cursor): TypeField {
  const name = cursor.identifier('a field name')
  const type = parseType(cursor)
  const comment = cursor.peek().kind === 'string' ? cursor.string().text : null
  return { name, type, comment }
}
