import type { DropStatement } from '../ast/statement.ts'
import type { Cursor } from './cursor.ts'

export function parseDrop(cursor: Cursor): DropStatement {
  const start = cursor.expect('DROP')
  const temporary = cursor.accept('TEMPORARY')
  const system = temporary && cursor.accept('SYSTEM')
  let object: DropStatement['object']
  if (!temporary && cursor.accept('MATERIALIZED', 'TABLE')) object = 'MATERIALIZED TABLE'
  else if (system) object = cursor.expectOne('FUNCTION')
  else if (temporary) object = cursor.expectOne('TABLE', 'VIEW', 'FUNCTION', 'MODEL')
  else object = cursor.expectOne('TABLE', 'VIEW', 'FUNCTION', 'CATALOG', 'DATABASE', 'MODEL')
  const ifExists = cursor.accept('IF', 'EXISTS')
  const name = cursor.name()
  const behaviour = object === 'DATABASE' ? cursor.acceptOne('CASCADE', 'RESTRICT') : null
  return { kind: 'drop', object, temporary, system, ifExists, name, behaviour, at: cursor.since(start) }
}
