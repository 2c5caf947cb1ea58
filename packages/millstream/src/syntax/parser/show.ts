import type { DescribeStatement, ShowStatement, Statement, UseStatement } from '../ast/statement.ts'
import type { Cursor } from './cursor.ts'
import { parsePartitionSpec } from './partition.ts'

export function parseShow(cursor: Cursor): ShowStatement {
  const start = cursor.expect('SHOW')
  const result = { kind: 'show' as const, name: null, from: null, like: null, partition: null }
  if (cursor.accept('CREATE')) {
    const object = cursor.accept('MATERIALIZED', 'TABLE') ? 'MATERIALIZED TABLE' : cursor.expectOne('TABLE', 'VIEW', 'CATALOG', 'MODEL')
    return { ...result, what: `CREATE ${object}`, name: cursor.name(), at: cursor.since(start) }
  }
  if (cursor.accept('CURRENT')) return { ...result, what: `CURRENT ${cursor.expectOne('CATALOG', 'DATABASE')}`, at: cursor.since(start) }
  if (cursor.accept('FULL')) return { ...result, what: `FULL ${cursor.expectOne('MODULES')}`, at: cursor.since(start) }
  if (cursor.accept('PARTITIONS')) {
    const name = cursor.name('a table')
    const partition = cursor.at('PARTITION') ? parsePartitionSpec(cursor, false) : null
    return { ...result, what: 'PARTITIONS', name, partition, at: cursor.since(start) }
  }
  if (cursor.accept('COLUMNS')) {
    cursor.expectOne('FROM', 'IN')
    const name = cursor.name('a table')
    return { ...result, what: 'COLUMNS', name, like: like(cursor), at: cursor.since(start) }
  }
  const plain = cursor.acceptOne('MODULES', 'JARS', 'JOBS')
  if (plain !== null) return { ...result, what: plain, at: cursor.since(start) }
  const user = cursor.accept('USER') ? 'USER ' : ''
  const list =
    user === ''
      ? cursor.expectOne('TABLES', 'VIEWS', 'CATALOGS', 'DATABASES', 'FUNCTIONS', 'PROCEDURES', 'MODELS', 'MATERIALIZED')
      : cursor.expectOne('FUNCTIONS')
  if (list === 'MATERIALIZED') cursor.expect('TABLES')
  const from = list !== 'CATALOGS' && cursor.acceptOne('FROM', 'IN') !== null ? cursor.name() : null
  return {
    ...result,
    what: `${user}${list === 'MATERIALIZED' ? 'MATERIALIZED TABLES' : list}`,
    from,
    like: like(cursor),
    at: cursor.since(start),
  }
}

function like(cursor: Cursor): ShowStatement['like'] {
  const before = cursor.position
  const negated = cursor.accept('NOT')
  const operator = cursor.acceptOne('LIKE', 'ILIKE')
  if (operator !== null) return { operator, pattern: cursor.string('a pattern').text, negated }
  cursor.rewind(before)
  return null
}

/** DESCRIBE of an object, or of a statement as EXPLAIN has it. */
export function parseDescribe(cursor: Cursor, statementAt: (cursor: Cursor) => Statement): DescribeStatement {
  const start = cursor.next()
  const result = { kind: 'describe' as const, extended: false, name: null, statement: null }
  if (['SELECT', 'WITH', 'VALUES', '(', 'INSERT', 'UPSERT', 'DELETE', 'UPDATE', 'MERGE'].some((word) => cursor.at(word))) {
    return { ...result, object: 'STATEMENT', statement: statementAt(cursor), at: cursor.since(start) }
  }
  if (cursor.at('STATEMENT') && !cursor.isAt('EXPLAIN', 1) && cursor.accept('STATEMENT'))
    return { ...result, object: 'STATEMENT', statement: statementAt(cursor), at: cursor.since(start) }
  if (cursor.at('JOB') && cursor.peek(1).kind === 'string') {
    cursor.next()
    const id = cursor.string()
    const name = { kind: 'name' as const, parts: [{ name: id.text, quoted: true, at: id.at }], at: id.at }
    return { ...result, object: 'JOB', name, at: cursor.since(start) }
  }
  let explicit = false
  const named = (['CATALOG', 'DATABASE', 'FUNCTION', 'MODEL'] as const).find(
    (word) => cursor.at(word) && (cursor.atIdentifier(1) || cursor.isAt('EXTENDED', 1)),
  )
  if (named !== undefined) cursor.next()
  else explicit = cursor.accept('TABLE')
  const extended = cursor.accept('EXTENDED')
  const name = cursor.name()
  if (explicit && cursor.atIdentifier()) cursor.identifier('a column')
  return { ...result, object: named ?? 'TABLE', extended, name, at: cursor.since(start) }
}

export function parseUse(cursor: Cursor): UseStatement {
  const start = cursor.expect('USE')
  if (cursor.accept('MODULES'))
    return { kind: 'use', object: 'MODULES', names: cursor.list(() => cursor.name('a module')), at: cursor.since(start) }
  const object = cursor.at('CATALOG') && cursor.atIdentifier(1) && cursor.accept('CATALOG') ? 'CATALOG' : 'DATABASE'
  return { kind: 'use', object, names: [cursor.name()], at: cursor.since(start) }
}
