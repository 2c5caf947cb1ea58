import { errors } from '../../base/errors.ts'
import type { ColumnDefinition, CreateObjectStatement, CreateTableStatement, Statement } from '../ast/statement.ts'
import type { Token } from '../token.ts'
import type { Cursor } from './cursor.ts'
import { parseProperties } from './hints.ts'
import { parseQuery } from './query.ts'
import { parseComment, parseDistribution, parseLike, parseTableElements, type TableElements, textOf } from './table-elements.ts'

const noElements: TableElements = { columns: [], watermark: null, constraints: [] }

/** CREATE and REPLACE. */
export function parseCreate(cursor: Cursor): Statement {
  const start = cursor.peek()
  let replace: CreateTableStatement['replace'] = null
  if (cursor.accept('REPLACE')) replace = 'REPLACE'
  else {
    cursor.expect('CREATE')
    if (cursor.accept('OR')) {
      cursor.expectOne('REPLACE', 'ALTER')
      replace = 'CREATE OR REPLACE'
    }
  }
  const temporary = cursor.accept('TEMPORARY')
  const system = temporary && cursor.at('SYSTEM', 'FUNCTION') && cursor.accept('SYSTEM')
  if (cursor.accept('TABLE')) return createTable(cursor, start, temporary, replace)
  if (replace === 'REPLACE') throw cursor.unexpected(['TABLE'])
  const orReplace = replace !== null
  if (cursor.accept('VIEW')) return createView(cursor, start, temporary, orReplace)
  if (cursor.accept('MODEL')) return createModel(cursor, start, temporary, orReplace)
  if (!temporary && replace === null && cursor.accept('MATERIALIZED', 'TABLE')) return createMaterialized(cursor, start)
  if (replace !== null) throw cursor.unexpected(['TABLE', 'VIEW', 'MODEL'])
  if (cursor.accept('FUNCTION')) return createFunction(cursor, start, temporary, system)
  const object = temporary ? null : cursor.acceptOne('CATALOG', 'DATABASE')
  if (object !== null) return createObject(cursor, start, object)
  throw cursor.unexpected(
    temporary ? ['TABLE', 'VIEW', 'FUNCTION', 'MODEL'] : ['TABLE', 'VIEW', 'FUNCTION', 'CATALOG', 'DATABASE', 'MODEL', 'MATERIALIZED'],
  )
}

const ifNotExists = (cursor: Cursor): boolean => cursor.accept('IF', 'NOT', 'EXISTS')

function createTable(cursor: Cursor, start: Token, temporary: boolean, replace: CreateTableStatement['replace']): CreateTableStatement {
  const exists = replace === null && ifNotExists(cursor)
  const name = cursor.name('a table')
  const elements = cursor.at('(') ? parseTableElements(cursor) : noElements
  const comment = parseComment(cursor)
  const distribution = parseDistribution(cursor)
  const partitionedBy = cursor.accept('PARTITIONED', 'BY') ? cursor.identifiers() : []
  const options = cursor.accept('WITH') ? parseProperties(cursor) : []
  const like = replace === null ? parseLike(cursor) : null
  const query = like === null && cursor.accept('AS') ? parseQuery(cursor) : null
  checkNamed(elements.columns, query !== null)
  const common = {
    kind: 'create-table' as const,
    temporary,
    replace,
    ifNotExists: exists,
    name,
    ...elements,
    distribution,
    partitionedBy,
    comment,
  }
  return { ...common, options, like, query, at: cursor.since(start) }
}

/** Columns without types: all of them, and only where a query gives the types. */
function checkNamed(columns: readonly ColumnDefinition[], hasQuery: boolean): void {
  const named = columns.find((column) => column.kind === 'named')
  if (named === undefined || (hasQuery && columns.every((column) => column.kind === 'named'))) return
  throw errors.fail('MS-2002', { what: `the column ${named.name.name} without a type` }, named.at)
}

function createView(cursor: Cursor, start: Token, temporary: boolean, replace: boolean): Statement {
  const exists = ifNotExists(cursor)
  const name = cursor.name('a view')
  const columns = cursor.at('(') ? viewColumns(cursor) : []
  const comment = parseComment(cursor)
  cursor.expect('AS')
  const query = parseQuery(cursor)
  const text = textOf(cursor, query)
  return { kind: 'create-view', temporary, replace, ifNotExists: exists, name, columns, comment, query, text, at: cursor.since(start) }
}

function viewColumns(cursor: Cursor) {
  cursor.expect('(')
  const names = cursor.list(() => {
    const name = cursor.identifier('a column')
    parseComment(cursor)
    return name
  })
  cursor.expect(')')
  return names
}

function createFunction(cursor: Cursor, start: Token, temporary: boolean, system: boolean): Statement {
  const exists = ifNotExists(cursor)
  const name = cursor.name('a function')
  if (system && name.parts.length > 1) throw errors.fail('MS-2002', { what: 'a system function with a catalog or database' }, name.at)
  cursor.expect('AS')
  const className = cursor.string('a class name').text
  const language = cursor.accept('LANGUAGE') ? cursor.expectOne('JAVA', 'SCALA', 'SQL', 'PYTHON') : null
  const jars: string[] = []
  if (cursor.at('USING') && (language === 'SQL' || language === 'PYTHON')) throw cursor.unexpected([';'])
  if (cursor.accept('USING')) {
    cursor.list(() => {
      cursor.expectOne('JAR', 'ARTIFACT')
      jars.push(cursor.string('a path').text)
    })
  }
  const options = cursor.accept('WITH') ? parseProperties(cursor) : []
  return {
    kind: 'create-function',
    temporary,
    system,
    ifNotExists: exists,
    name,
    className,
    language,
    jars,
    options,
    at: cursor.since(start),
  }
}

function createObject(cursor: Cursor, start: Token, object: 'CATALOG' | 'DATABASE'): CreateObjectStatement {
  const exists = ifNotExists(cursor)
  const name = cursor.name()
  const comment = parseComment(cursor)
  const options = cursor.accept('WITH') ? parseProperties(cursor) : []
  const rest = { temporary: false, replace: false, input: [], output: [], query: null }
  return { kind: 'create-object', object, ifNotExists: exists, name, comment, options, ...rest, at: cursor.since(start) }
}

function createModel(cursor: Cursor, start: Token, temporary: boolean, replace: boolean): CreateObjectStatement {
  const exists = ifNotExists(cursor)
  const name = cursor.name('a model')
  const columns = (word: 'INPUT' | 'OUTPUT'): readonly ColumnDefinition[] => (cursor.accept(word) ? parseTableElements(cursor).columns : [])
  const input = columns('INPUT')
  const output = columns('OUTPUT')
  const comment = parseComment(cursor)
  const options = cursor.accept('WITH') ? parseProperties(cursor) : []
  const query = cursor.accept('AS') ? parseQuery(cursor) : null
  const common = { kind: 'create-object' as const, object: 'MODEL' as const, temporary, replace, ifNotExists: exists, name }
  return { ...common, input, output, comment, options, query, at: cursor.since(start) }
}

function createMaterialized(cursor: Cursor, start: Token): Statement {
  const name = cursor.name('a table')
  const elements = cursor.at('(') ? parseTableElements(cursor) : noElements
  const comment = parseComment(cursor)
  const distribution = parseDistribution(cursor)
  const partitionedBy = cursor.accept('PARTITIONED', 'BY') ? cursor.identifiers() : []
  const options = cursor.accept('WITH') ? parseProperties(cursor) : []
  let freshness = null
  if (cursor.accept('FRESHNESS')) {
    cursor.expect('=')
    if (!cursor.at('INTERVAL')) throw cursor.unexpected(['INTERVAL'])
    freshness = cursor.expression()
  }
  let refreshMode: 'FULL' | 'CONTINUOUS' | null = null
  if (cursor.accept('REFRESH_MODE')) {
    cursor.expect('=')
    refreshMode = cursor.expectOne('FULL', 'CONTINUOUS')
  }
  cursor.expect('AS')
  const query = parseQuery(cursor)
  const common = { kind: 'create-materialized-table' as const, name, ...elements, comment, distribution, partitionedBy, options }
  return { ...common, freshness, refreshMode, query, at: cursor.since(start) }
}
