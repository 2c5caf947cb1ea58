import { unreachable } from '../base/assert.ts'
import type { Batch } from '../data/batch.ts'
import type { Column } from '../data/column.ts'

/** About how many bytes a batch takes, for limits of queues and blocks. */
export function batchBytes(batch: Batch): number {
  let bytes = 0
  for (const column of batch.columns) bytes += columnBytes(column)
  return bytes
}

function columnBytes(column: Column): number {
  switch (column.layout) {
    case 'empty':
      return 0
    case 'bool':
    case 'int8':
      return column.length
    case 'int16':
      return 2 * column.length
    case 'int32':
    case 'float32':
      return 4 * column.length
    case 'float64':
    case 'safe':
    case 'wide':
      return 8 * column.length
    case 'decimal128':
      return 16 * column.length
    case 'nanos':
      return 12 * column.length
    case 'bytes':
      return 4 * column.length + (column.offsets[column.length] as number) - (column.offsets[0] as number)
    case 'dictionary':
      return 4 * column.length + columnBytes(column.dictionary)
    case 'list':
      return 4 * column.length + columnBytes(column.child)
    case 'map':
      return 4 * column.length + columnBytes(column.keys) + columnBytes(column.values)
    case 'row':
      return column.children.reduce((sum, child) => sum + columnBytes(child), 0)
    default:
      return unreachable(column)
  }
}
