import { errors } from '../base/errors.ts'
import type { SqlExpression } from './ast/expression.ts'
import type { Query } from './ast/query.ts'
import type { InsertStatement, Statement, StatementSet } from './ast/statement.ts'
import type { TypeNode } from './ast/type.ts'
import { type DialectName, dialects } from './dialect.ts'
import { tokenize } from './lexer.ts'
import { Cursor, type Grammar } from './parser/cursor.ts'
import { parseExpression as expressionRule, parseOperand } from './parser/expression.ts'
import { parseQuery as queryRule } from './parser/query.ts'
import { parseStatementAt } from './parser/statement.ts'
import { parseType as typeRule } from './parser/types.ts'
import { spanning } from './span.ts'

export interface ParseOptions {
  readonly dialect?: DialectName
}

/** One statement of a script, with the text that it was. */
export interface ScriptStatement {
  readonly statement: Statement
  readonly text: string
}

const grammar: Grammar = { expression: expressionRule, operand: parseOperand, query: queryRule }

/** One statement; a semicolon may follow it. */
export function parseStatement(text: string, options: ParseOptions = {}): Statement {
  return whole(text, options, (cursor) => {
    const statement = parseStatementAt(cursor)
    cursor.accept(';')
    return statement
  })
}

/** All statements of a text; empty ones between semicolons are fine. BEGIN STATEMENT SET; ... END; becomes one statement set. */
export function parseScript(text: string, options: ParseOptions = {}): ScriptStatement[] {
  return whole(text, options, (cursor) => {
    const statements: ScriptStatement[] = []
    for (;;) {
      while (cursor.accept(';'));
      if (cursor.peek().kind === 'end') return joinStatementSets(statements, text)
      const statement = parseStatementAt(cursor)
      statements.push({ statement, text: text.slice(statement.at.start, statement.at.end) })
      if (cursor.peek().kind !== 'end' && !cursor.at(';')) throw cursor.unexpected([';'])
    }
  })
}

export function parseQuery(text: string, options: ParseOptions = {}): Query {
  return whole(text, options, (cursor) => {
    const query = queryRule(cursor)
    cursor.accept(';')
    return query
  })
}

export function parseExpression(text: string, options: ParseOptions = {}): SqlExpression {
  return whole(text, options, expressionRule)
}

/** A type as it stands in a column definition. */
export function parseTypeNode(text: string, options: ParseOptions = {}): TypeNode {
  return whole(text, options, typeRule)
}

function whole<T>(text: string, options: ParseOptions, rule: (cursor: Cursor) => T): T {
  const dialect = dialects[options.dialect ?? 'flink']
  const cursor = new Cursor(text, tokenize(text, dialect), dialect, grammar)
  const result = rule(cursor)
  if (cursor.peek().kind !== 'end') throw cursor.unexpected(['the end'])
  return freeze(result)
}

function joinStatementSets(statements: readonly ScriptStatement[], text: string): ScriptStatement[] {
  const joined: ScriptStatement[] = []
  let open: { begin: Statement; inserts: InsertStatement[] } | null = null
  for (const each of statements) {
    const { statement } = each
    if (statement.kind === 'begin-statement-set') {
      // A client that sends statements one at a time sends BEGIN STATEMENT SET alone.
      if (open !== null && statements.length === 1) return [...statements]
      if (open !== null) throw errors.fail('MS-2002', { what: 'a STATEMENT SET inside another' }, statement.at)
      open = { begin: statement, inserts: [] }
    } else if (open === null) joined.push(each)
    else if (statement.kind === 'insert') open.inserts.push(statement)
    else if (statement.kind === 'end') {
      const set: StatementSet = { kind: 'statement-set', statements: open.inserts, at: spanning(open.begin.at, statement.at) }
      joined.push({ statement: set, text: text.slice(set.at.start, set.at.end) })
      open = null
    } else throw errors.fail('MS-2002', { what: 'a statement other than INSERT in a STATEMENT SET' }, statement.at)
  }
  // A client that sends statements one at a time sends BEGIN STATEMENT SET alone.
  if (open !== null && statements.length === 1) return [...statements]
  if (open !== null) throw errors.fail('MS-2002', { what: 'a STATEMENT SET without its END' }, open.begin.at)
  return joined
}

/** The tree is shared between whoever reads it; nobody changes it. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const child of Object.values(value)) freeze(child)
  }
  return value
}
