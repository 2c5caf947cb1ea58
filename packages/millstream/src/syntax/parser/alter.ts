import { errors } from '../../base/errors.ts'
import type {
  AlterElement,
  AlterObjectStatement,
  AlterTableAction,
  AlterTableStatement,
  PartitionSpec,
  Statement,
} from '../ast/statement.ts'
import type { Token } from '../token.ts'
import type { Cursor } from './cursor.ts'
import { parseProperties } from './hints.ts'
import { parsePartitionSpec } from './partition.ts'
import { parseQuery } from './query.ts'
import { atConstraint, distributionBody, parseColumn, parseConstraint, parseWatermark } from './table-elements.ts'

export function parseAlter(cursor: Cursor): Statement {
  const start = cursor.expect('ALTER')
  if (cursor.accept('TABLE')) return alterTable(cursor, start)
  if (cursor.accept('MATERIALIZED', 'TABLE')) return alterMaterialized(cursor, start)
  const temporary = cursor.accept('TEMPORARY')
  if (temporary) cursor.accept('SYSTEM')
  const object = temporary ? cursor.expectOne('FUNCTION') : cursor.expectOne('VIEW', 'CATALOG', 'DATABASE', 'FUNCTION', 'MODEL')
  const ifExists = cursor.accept('IF', 'EXISTS')
  const name = cursor.name()
  const changes: Omit<AlterObjectStatement, 'kind' | 'object' | 'temporary' | 'ifExists' | 'name' | 'at'> = objectChanges(cursor, object)
  return { kind: 'alter-object', object, temporary, ifExists, name, ...changes, at: cursor.since(start) }
}

function objectChanges(cursor: Cursor, object: AlterObjectStatement['object']) {
  const none = { renameTo: null, query: null, options: [], resetKeys: [], comment: null, className: null }
  if (object === 'FUNCTION') {
    cursor.expect('AS')
    const className = cursor.string('a class name').text
    if (cursor.accept('LANGUAGE')) cursor.expectOne('JAVA', 'SCALA', 'SQL', 'PYTHON')
    return { ...none, className }
  }
  if ((object === 'VIEW' || object === 'MODEL') && cursor.accept('RENAME', 'TO')) return { ...none, renameTo: cursor.name() }
  if (object === 'VIEW') {
    cursor.expect('AS')
    return { ...none, query: parseQuery(cursor) }
  }
  if (object === 'CATALOG' && cursor.accept('COMMENT')) return { ...none, comment: cursor.string().text }
  if (cursor.accept('SET')) return { ...none, options: parseProperties(cursor) }
  cursor.expect('RESET')
  return { ...none, resetKeys: keys(cursor) }
}

function keys(cursor: Cursor): string[] {
  cursor.expect('(')
  const found = cursor.at(')') ? [] : cursor.list(() => cursor.string('a key').text)
  cursor.expect(')')
  return found
}

function alterTable(cursor: Cursor, start: Token): AlterTableStatement {
  const ifExists = cursor.accept('IF', 'EXISTS')
  const name = cursor.name('a table')
  const partition = cursor.at('PARTITION') ? parsePartitionSpec(cursor, false) : null
  const action = partition !== null || cursor.at('COMPACT') ? compact(cursor, partition) : tableAction(cursor)
  return { kind: 'alter-table', object: 'TABLE', ifExists, name, action, at: cursor.since(start) }
}

function compact(cursor: Cursor, partition: PartitionSpec | null): AlterTableAction {
  cursor.expect('COMPACT')
  return { kind: 'compact', partition }
}

function tableAction(cursor: Cursor): AlterTableAction {
  const verb = cursor.expectOne('RENAME', 'SET', 'RESET', 'ADD', 'MODIFY', 'DROP')
  switch (verb) {
    case 'RENAME': {
      if (cursor.accept('TO')) return { kind: 'rename', to: cursor.name('a table') }
      const column = cursor.name('a column')
      cursor.expect('TO')
      const to = cursor.name('a column').parts
      return { kind: 'rename-column', column, to: to[to.length - 1] as (typeof to)[number] }
    }
    case 'SET':
      return { kind: 'set-options', options: parseProperties(cursor) }
    case 'RESET':
      return { kind: 'reset-options', keys: keys(cursor) }
    case 'ADD':
      if (cursor.at('IF', 'NOT', 'EXISTS') || cursor.at('PARTITION', '(')) {
        const exists = cursor.accept('IF', 'NOT', 'EXISTS')
        const partitions = [parsePartitionSpec(cursor, true)]
        while (cursor.at('PARTITION')) partitions.push(parsePartitionSpec(cursor, true))
        return { kind: 'add-partitions', ifExists: exists, partitions }
      }
      return { kind: 'add', elements: alterElements(cursor) }
    case 'MODIFY':
      return { kind: 'modify', elements: alterElements(cursor) }
    default:
      return drop(cursor)
  }
}

function drop(cursor: Cursor): AlterTableAction {
  if (cursor.at('IF', 'EXISTS') || cursor.at('PARTITION', '(')) {
    const ifExists = cursor.accept('IF', 'EXISTS')
    const partitions = cursor.list(() => parsePartitionSpec(cursor, false))
    return { kind: 'drop-partitions', ifExists, partitions }
  }
  if (cursor.accept('PRIMARY', 'KEY')) return { kind: 'drop', what: 'PRIMARY KEY', names: [] }
  if (cursor.accept('CONSTRAINT')) return { kind: 'drop', what: 'CONSTRAINT', names: [cursor.name('a constraint')] }
  if (cursor.accept('WATERMARK')) return { kind: 'drop', what: 'WATERMARK', names: [] }
  if (cursor.accept('DISTRIBUTION')) return { kind: 'drop', what: 'DISTRIBUTION', names: [] }
  if (!cursor.accept('(')) return { kind: 'drop', what: 'COLUMNS', names: [cursor.name('a column')] }
  const names = cursor.list(() => cursor.name('a column'))
  cursor.expect(')')
  return { kind: 'drop', what: 'COLUMNS', names }
}

function alterElements(cursor: Cursor): AlterElement[] {
  if (!cursor.accept('(')) return [alterElement(cursor)].flat()
  const elements = cursor.list(() => alterElement(cursor)).flat()
  cursor.expect(')')
  const marks = elements.filter((each) => each.kind === 'watermark')
  if (marks.length > 1 && marks[1]?.kind === 'watermark')
    throw errors.fail('MS-2002', { what: 'a second WATERMARK: a table has one' }, marks[1].watermark.at)
  return elements
}

function alterElement(cursor: Cursor): AlterElement[] {
  const start = cursor.peek()
  if (atConstraint(cursor)) return [{ kind: 'constraint', constraint: parseConstraint(cursor) }]
  if (cursor.at('WATERMARK')) return [{ kind: 'watermark', watermark: parseWatermark(cursor) }]
  if (cursor.accept('DISTRIBUTION')) {
    const distribution = { ...distributionBody(cursor), at: cursor.since(start) }
    return [{ kind: 'distribution', distribution }]
  }
  const before = cursor.position
  const name = cursor.name('a column')
  // A nested field is added by its path; the last part is the column's name.
  if (name.parts.length > 1) cursor.rewind(cursor.position - 1)
  else cursor.rewind(before)
  const { column, key } = parseColumn(cursor)
  const position = cursor.accept('FIRST') ? ('FIRST' as const) : cursor.accept('AFTER') ? { after: cursor.name('a column') } : null
  const element: AlterElement = { kind: 'column', column, position }
  return key === null ? [element] : [element, { kind: 'constraint', constraint: key }]
}

function alterMaterialized(cursor: Cursor, start: Token): AlterTableStatement {
  const name = cursor.name('a table')
  const action = materializedAction(cursor)
  return { kind: 'alter-table', object: 'MATERIALIZED TABLE', ifExists: false, name, action, at: cursor.since(start) }
}

function materializedAction(cursor: Cursor): AlterTableAction {
  const plain = (verb: string): AlterTableAction => ({ kind: 'materialized', verb, query: null, options: [] })
  if (cursor.accept('SUSPEND')) return plain('SUSPEND')
  if (cursor.accept('RESUME'))
    return { kind: 'materialized', verb: 'RESUME', query: null, options: cursor.accept('WITH') ? parseProperties(cursor) : [] }
  if (cursor.accept('REFRESH')) {
    if (cursor.at('PARTITION')) parsePartitionSpec(cursor, false)
    return plain('REFRESH')
  }
  if (cursor.accept('SET', 'FRESHNESS', '=')) {
    const token = cursor.peek()
    const freshness = cursor.expression()
    if (freshness.kind === 'interval' && freshness.text !== null) return plain('SET FRESHNESS')
    cursor.rewind(cursor.position - 1)
    throw errors.fail('MS-2001', { found: token.raw, expected: ["INTERVAL '...'"], near: [], quoted: null }, token.at)
  }
  if (cursor.accept('SET', 'REFRESH_MODE', '=')) return plain(`SET REFRESH_MODE ${cursor.expectOne('FULL', 'CONTINUOUS')}`)
  if (cursor.accept('SET')) return { kind: 'set-options', options: parseProperties(cursor) }
  if (cursor.accept('RESET')) return { kind: 'reset-options', keys: keys(cursor) }
  if (cursor.accept('AS')) return { kind: 'materialized', verb: 'AS', query: parseQuery(cursor), options: [] }
  const verb = cursor.acceptOne('ADD', 'MODIFY')
  if (verb !== null) return { kind: verb === 'ADD' ? 'add' : 'modify', elements: alterElements(cursor) }
  if (cursor.accept('DROP')) return drop(cursor)
  throw cursor.unexpected(['SUSPEND', 'RESUME', 'REFRESH', 'SET', 'RESET', 'AS', 'ADD', 'MODIFY', 'DROP'])
}
