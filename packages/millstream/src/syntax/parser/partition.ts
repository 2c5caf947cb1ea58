import type { PartitionSpec } from '../ast/statement.ts'
import type { Cursor } from './cursor.ts'
import { parseProperties } from './hints.ts'

/** `PARTITION (a = 1, b = 'x')`, with options where a statement takes them. */
export function parsePartitionSpec(cursor: Cursor, withOptions: boolean): PartitionSpec {
  cursor.expect('PARTITION', '(')
  const values = cursor.list(() => {
    const column = cursor.identifier('a column')
    const value = cursor.accept('=') ? cursor.expression() : null
    return { column, value }
  })
  cursor.expect(')')
  const options = withOptions && cursor.accept('WITH') ? parseProperties(cursor) : []
  return { values, options }
}
