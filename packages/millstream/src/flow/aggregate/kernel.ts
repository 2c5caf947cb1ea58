import { unreachable } from '../../base/assert.ts'
import type { Column } from '../../data/column.ts'
import type { Words } from '../state/region.ts'
import type { Selected } from './accumulator.ts'

type Kernel = (
  column: Column | null,
  rows: Int32Array,
  slots: Int32Array,
  count: number,
  a: Words,
  b: Words,
  c: Words,
  d: Words,
  help: unknown,
) => void
const made = new Map<string, Kernel>()

/**
 * Runs `body` for each selected row whose value is present: `x` is the value (a number, or a bigint in wide, decimal128
 * and nanos columns; `bytes`, `from` and `to` of strings), `s` the slot, `a` to `d` the accumulator's arrays, `help` what
 * the body calls. One function is made of each body and layout, so that each loop has its own type feedback.
 */
export function eachValue(body: string, column: Column | null, selected: Selected, arrays: readonly Words[], help: unknown = null): void {
  const shape = column === null ? 'rows' : `${column.layout}${column.validity === null ? '' : '?'}`
  const key = `${shape}:${body}`
  let kernel = made.get(key)
  if (kernel === undefined) {
    kernel = new Function('column', 'rows', 'slots', 'count', 'a', 'b', 'c', 'd', 'help', text(body, column)) as Kernel
    made.set(key, kernel)
  }
  const [a, b, c, d] = arrays
  kernel(column, selected.rows, selected.slots, selected.count, a as Words, b as Words, c as Words, d as Words, help)
}

function text(body: string, column: Column | null): string {
  const [setup, value] = column === null ? ['', ''] : access(column)
  const nullable = column !== null && column.validity !== null
  return `'use strict'
${setup}
${nullable ? 'const validity = column.validity' : ''}
for (let i = 0; i < count; i++) {
const row = rows[i]
${nullable ? 'if (((validity[row >> 3] >> (row & 7)) & 1) === 0) continue' : ''}
const s = slots[i]
${value}
${body}
}`
}

function access(column: Column): readonly [setup: string, value: string] {
  switch (column.layout) {
    case 'empty':
      return ['', 'continue']
    case 'decimal128':
      return ['const words = column.words', 'const x = (words[2 * row + 1] << 64n) | BigInt.asUintN(64, words[2 * row])']
    case 'nanos':
      return ['const millis = column.millis, nanos = column.nanos', 'const x = BigInt(millis[row]) * 1000000n + BigInt(nanos[row])']
    case 'bytes':
      return ['const offsets = column.offsets, bytes = column.bytes', 'const from = offsets[row], to = offsets[row + 1]']
    case 'dictionary':
      return [
        'const ids = column.ids, offsets = column.dictionary.offsets, bytes = column.dictionary.bytes',
        'const from = offsets[ids[row]], to = offsets[ids[row] + 1]',
      ]
    case 'list':
    case 'map':
    case 'row':
      return ['', '']
    case 'bool':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'float32':
    case 'float64':
    case 'safe':
    case 'wide':
      return ['const values = column.values', 'const x = values[row]']
    default:
      return unreachable(column)
  }
}

/** Whether the layout's values are bigints in a kernel. */
export const isBigLayout = (column: Column): boolean =>
  column.layout === 'wide' || column.layout === 'decimal128' || column.layout === 'nanos'
