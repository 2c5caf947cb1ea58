import type { InsertStatement, PartitionSpec, Statement, StatementSet } from '../ast/statement.ts'
import { parseAlter } from './alter.ts'
import { parseCommand } from './commands.ts'
import { parseCreate } from './create.ts'
import type { Cursor } from './cursor.ts'
import { parseDrop } from './drop.ts'
import { parseHints } from './hints.ts'
import { parseDelete, parseMerge, parseUpdate } from './modify.ts'
import { parsePartitionSpec } from './partition.ts'
import { parseQuery } from './query.ts'
import { parseDescribe, parseShow, parseUse } from './show.ts'

const queryWords = ['SELECT', 'WITH', 'VALUES', 'VALUE', 'TABLE', '('] as const
const statementWords = [
  'SELECT',
  'INSERT',
  'CREATE',
  'ALTER',
  'DROP',
  'EXECUTE',
  'EXPLAIN',
  'SET',
  'SHOW',
  'DESCRIBE',
  'USE',
  'WITH',
  'VALUES',
]

/** One statement; what follows it is the caller's. */
export function parseStatementAt(cursor: Cursor): Statement {
  const start = cursor.peek()
  const word = start.kind === 'word' || start.kind === 'symbol' ? start.text : ''
  switch (word) {
    case 'CREATE':
    case 'REPLACE':
      return parseCreate(cursor)
    case 'ALTER':
      return parseAlter(cursor)
    case 'DROP':
      return parseDrop(cursor)
    case 'INSERT':
    case 'UPSERT':
      return parseInsert(cursor)
    case 'EXECUTE':
      return parseExecute(cursor)
    case 'COMPILE':
      return compile(cursor)
    case 'BEGIN':
      cursor.expect('BEGIN', 'STATEMENT', 'SET')
      return { kind: 'begin-statement-set', at: cursor.since(start) }
    case 'END':
      cursor.next()
      return { kind: 'end', at: start.at }
    case 'SET':
      return set(cursor)
    case 'RESET': {
      cursor.next()
      const key = cursor.peek().kind === 'string' ? cursor.string().text : null
      return { kind: 'reset', key, at: cursor.since(start) }
    }
    case 'EXPLAIN':
      return explain(cursor)
    case 'SHOW':
      return parseShow(cursor)
    case 'DESCRIBE':
    case 'DESC':
      return parseDescribe(cursor, parseStatementAt)
    case 'USE':
      return parseUse(cursor)
    case 'DELETE':
      return parseDelete(cursor)
    case 'UPDATE':
      return parseUpdate(cursor)
    case 'MERGE':
      return parseMerge(cursor)
  }
  if ((queryWords as readonly string[]).includes(word)) {
    const query = parseQuery(cursor)
    return { kind: 'query-statement', query, at: query.at }
  }
  const command = parseCommand(cursor)
  if (command !== null) return command
  throw cursor.unexpected(statementWords)
}

function parseInsert(cursor: Cursor): InsertStatement {
  const start = cursor.peek()
  let mode: InsertStatement['mode']
  if (cursor.accept('UPSERT', 'INTO')) mode = 'UPSERT INTO'
  else {
    cursor.expect('INSERT')
    mode = `INSERT ${cursor.expectOne('INTO', 'OVERWRITE')}`
  }
  cursor.accept('TABLE')
  const table = cursor.name('a table')
  const hints = parseHints(cursor)
  const partition: PartitionSpec['values'] = cursor.at('PARTITION') ? parsePartitionSpec(cursor, false).values : []
  let columns: InsertStatement['columns'] = null
  if (cursor.at('(') && !atQuery(cursor)) {
    cursor.next()
    columns = cursor.list(() => cursor.name('a column'))
    cursor.expect(')')
  }
  const source = parseQuery(cursor)
  return { kind: 'insert', mode, table, hints, partition, columns, source, at: cursor.since(start) }
}

function atQuery(cursor: Cursor): boolean {
  let ahead = 0
  while (cursor.isAt('(', ahead)) ahead++
  return ['SELECT', 'WITH', 'VALUES', 'VALUE', 'TABLE'].some((word) => cursor.isAt(word, ahead))
}

/** EXECUTE STATEMENT SET, EXECUTE PLAN, EXECUTE INSERT ..., EXECUTE SELECT ... */
function parseExecute(cursor: Cursor): Statement {
  const start = cursor.expect('EXECUTE')
  if (cursor.at('STATEMENT', 'SET')) {
    const inner = statementSet(cursor)
    return { ...inner, at: cursor.since(start) }
  }
  if (cursor.accept('PLAN'))
    return {
      kind: 'plan',
      command: 'EXECUTE',
      path: cursor.string('a path').text,
      ifNotExists: false,
      statement: null,
      at: cursor.since(start),
    }
  if (cursor.at('INSERT') || cursor.at('UPSERT')) return { ...parseInsert(cursor), at: cursor.since(start) }
  if ((queryWords as readonly string[]).includes(cursor.peek().text)) {
    const query = parseQuery(cursor)
    return { kind: 'query-statement', query, at: cursor.since(start) }
  }
  throw cursor.unexpected(['STATEMENT', 'PLAN', 'INSERT', 'SELECT'])
}

/** `STATEMENT SET BEGIN INSERT ...; ... END`. */
function statementSet(cursor: Cursor): StatementSet {
  const start = cursor.peek()
  cursor.expect('STATEMENT', 'SET', 'BEGIN')
  const statements: InsertStatement[] = []
  while (!cursor.at('END')) {
    if (!cursor.at('INSERT') && !cursor.at('UPSERT')) throw cursor.unexpected(['INSERT', 'END'])
    statements.push(parseInsert(cursor))
    cursor.expect(';')
  }
  if (statements.length === 0) throw cursor.unexpected(['INSERT'])
  cursor.expect('END')
  return { kind: 'statement-set', statements, at: cursor.since(start) }
}

function compile(cursor: Cursor): Statement {
  const start = cursor.expect('COMPILE')
  const command = cursor.accept('AND', 'EXECUTE') ? 'COMPILE AND EXECUTE' : 'COMPILE'
  cursor.expect('PLAN')
  const path = cursor.string('a path').text
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  cursor.expect('FOR')
  const statement = cursor.at('STATEMENT') ? statementSet(cursor) : parseInsert(cursor)
  return { kind: 'plan', command, path, ifNotExists, statement, at: cursor.since(start) }
}

/** SET; SET 'key' = 'value'; and, as the clients allow, SET key = value. */
function set(cursor: Cursor): Statement {
  const start = cursor.expect('SET')
  if (cursor.peek().kind === 'end' || cursor.at(';')) return { kind: 'set', setting: null, at: start.at }
  const keyToken = cursor.peek()
  let key: string
  if (keyToken.kind === 'string') key = cursor.string().text
  else {
    key = cursor.anyWord('an option').name
    while (cursor.at('.') || cursor.at('-')) key += cursor.next().text + cursor.anyWord('an option').name
  }
  const keyAt = cursor.since(keyToken)
  cursor.expect('=')
  const valueToken = cursor.peek()
  let value = valueToken.text
  if (valueToken.kind === 'string') value = cursor.string().text
  else if (cursor.accept('-')) value = `-${cursor.next().raw}`
  else if (valueToken.kind === 'number' || valueToken.kind === 'word' || valueToken.kind === 'quoted') value = cursor.next().raw
  else throw cursor.unexpected(['a string'])
  return { kind: 'set', setting: { key, value, keyAt, valueAt: cursor.since(valueToken) }, at: cursor.since(start) }
}

const explainDetails = ['ESTIMATED_COST', 'CHANGELOG_MODE', 'JSON_EXECUTION_PLAN', 'PLAN_ADVICE'] as const

function explain(cursor: Cursor): Statement {
  const start = cursor.expect('EXPLAIN')
  const details: string[] = []
  if (cursor.accept('PLAN')) cursor.expect('FOR')
  else if (explainDetails.some((detail) => cursor.at(detail)) && cursor.peek(1).kind !== 'end') {
    cursor.list(() => {
      const token = cursor.peek()
      const detail = cursor.expectOne(...explainDetails)
      if (details.includes(detail)) {
        cursor.rewind(cursor.position - 1)
        throw cursor.unexpected([`each detail once, not ${token.text} again`])
      }
      details.push(detail)
    })
  }
  const statement = cursor.at('STATEMENT', 'SET') ? statementSet(cursor) : explained(cursor)
  return { kind: 'explain', details, statement, at: cursor.since(start) }
}

function explained(cursor: Cursor): Statement {
  const token = cursor.peek()
  const statement = parseStatementAt(cursor)
  const fine = ['query-statement', 'insert', 'statement-set', 'plan', 'create-table', 'delete', 'update', 'merge'].includes(statement.kind)
  if (fine && !(statement.kind === 'create-table' && statement.query === null)) return statement
  throw cursor.unexpected([`a query or an INSERT, not ${token.raw}`])
}
