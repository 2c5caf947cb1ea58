import type { CommandStatement } from '../ast/statement.ts'
import type { Cursor } from './cursor.ts'
import { parseProperties } from './hints.ts'
import { parsePartitionSpec } from './partition.ts'

/** The small commands: CALL, ANALYZE TABLE, TRUNCATE TABLE, LOAD MODULE, ADD JAR, STOP JOB; null when none is next. */
export function parseCommand(cursor: Cursor): CommandStatement | null {
  const start = cursor.peek()
  const command = (name: string, found: Partial<CommandStatement> = {}): CommandStatement => ({
    kind: 'command',
    command: name,
    name: null,
    call: null,
    texts: [],
    options: [],
    ...found,
    at: cursor.since(start),
  })
  if (cursor.accept('CALL')) {
    const token = cursor.position
    const call = cursor.expression()
    if (call.kind === 'call') return command('CALL', { call })
    cursor.rewind(token)
    throw cursor.unexpected(['a procedure with its arguments'])
  }
  if (cursor.accept('TRUNCATE', 'TABLE')) return command('TRUNCATE TABLE', { name: cursor.name('a table') })
  if (cursor.accept('LOAD', 'MODULE')) {
    const name = cursor.name('a module')
    return command('LOAD MODULE', { name, options: cursor.accept('WITH') ? parseProperties(cursor) : [] })
  }
  if (cursor.accept('UNLOAD', 'MODULE')) return command('UNLOAD MODULE', { name: cursor.name('a module') })
  if (cursor.accept('ADD', 'JAR')) return command('ADD JAR', { texts: [cursor.string('a path').text] })
  if (cursor.accept('REMOVE', 'JAR')) return command('REMOVE JAR', { texts: [cursor.string('a path').text] })
  if (cursor.accept('STOP', 'JOB')) {
    const texts = [cursor.string('a job').text]
    if (cursor.accept('WITH')) {
      cursor.expect('SAVEPOINT')
      texts.push('SAVEPOINT')
      if (cursor.accept('WITH', 'DRAIN')) texts.push('DRAIN')
    }
    return command('STOP JOB', { texts })
  }
  if (cursor.accept('ANALYZE', 'TABLE')) {
    const name = cursor.name('a table')
    if (cursor.at('PARTITION')) parsePartitionSpec(cursor, false)
    cursor.expect('COMPUTE', 'STATISTICS')
    let texts: string[] = []
    if (cursor.accept('FOR')) {
      if (cursor.accept('ALL')) cursor.expect('COLUMNS')
      else {
        cursor.expect('COLUMNS')
        texts = cursor.list(() => cursor.identifier('a column').name)
      }
    }
    return command('ANALYZE TABLE', { name, texts })
  }
  return null
}
