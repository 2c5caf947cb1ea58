import type { Column } from '../../data/column.ts'
import type { Expression } from '../expression.ts'
import { textView, wholeText } from './runtime.ts'

const encoder = new TextEncoder()

/** UPPER and LOWER of a column in ASCII: all its text at once, at the same offsets. Null: the expression, or the column, is none of those. */
export function caseMap(expression: Expression): ((column: Column) => Column | null) | null {
  if (expression.kind !== 'call' || expression.type.kind !== 'VARCHAR' || expression.args[0]?.kind !== 'input') return null
  const { type } = expression
  const upper = expression.function === 'UPPER'
  if (!upper && expression.function !== 'LOWER') return null
  return (column) => {
    if (column.layout !== 'bytes') return null
    const text = wholeText(textView(column.bytes), column, column.length)
    if (text === null) return null
    const start = column.offsets[0] as number
    const offsets = start === 0 ? column.offsets : column.offsets.subarray(0, column.length + 1).map((offset) => offset - start)
    return { ...column, type, offsets, bytes: encoder.encode(upper ? text.toUpperCase() : text.toLowerCase()) }
  }
}
