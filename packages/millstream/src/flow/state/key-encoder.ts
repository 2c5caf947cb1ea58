import { unreachable } from '../../base/assert.ts'
import type { Batch } from '../../data/batch.ts'
import type { Column } from '../../data/column.ts'
import { hashBytes } from './hash.ts'
import type { KeyedRows } from './keyed-rows.ts'

type Assign = (
  columns: readonly Column[],
  rows: Int32Array,
  count: number,
  into: KeyedRows,
  slots: Int32Array,
  scratch: Scratch,
  hash: typeof hashBytes,
) => void

/** Where one key is put together; grows when a string needs it. */
class Scratch {
  bytes = new Uint8Array(256)
  readonly #number = new Float64Array(1)
  readonly #words = new Int32Array(this.#number.buffer)

  reserve(length: number): void {
    if (this.bytes.length < length) this.bytes = new Uint8Array(length)
  }

  larger(length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(length, this.bytes.length * 2))
    bytes.set(this.bytes)
    this.bytes = bytes
    return bytes
  }

  words(value: number): Int32Array {
    this.#number[0] = Number.isNaN(value) ? Number.NaN : value
    return this.#words
  }
}

const made = new Map<string, Assign>()

/** Finds the slot of each row's key in `into`, making new ones. One kernel for each combination of layouts. */
export class KeyEncoder {
  readonly #keys: readonly number[]
  readonly #scratch = new Scratch()

  constructor(keys: readonly number[]) {
    this.#keys = keys
  }

  assign(batch: Batch, rows: Int32Array, count: number, into: KeyedRows, slots: Int32Array): void {
    const columns = this.#keys.map((key) => batch.columns[key] as Column)
    const shape = columns.map((column) => `${column.layout}${column.validity === null ? '' : '?'}`).join(',')
    let kernel = made.get(shape)
    if (kernel === undefined) {
      kernel = new Function('columns', 'rows', 'count', 'into', 'slots', 'scratch', 'hash', kernelText(columns)) as Assign
      made.set(shape, kernel)
    }
    this.#scratch.reserve(roomOf(columns))
    kernel(columns, rows, count, into, slots, this.#scratch, hashBytes)
  }
}

/** Bytes of a key besides those of its strings, at most. */
const roomOf = (columns: readonly Column[]): number => 64 + 17 * columns.length

function kernelText(columns: readonly Column[]): string {
  const cached = columns.length === 1 && columns[0]?.layout === 'dictionary'
  const setup = columns.map((column, i) => columnSetup(column, i)).join('\n')
  const encode = columns.map((column, i) => columnEncode(column, i, roomOf(columns))).join('\n')
  const find = `let at = 0
${encode}
slot = into.slot(out, 0, at, hash(out, 0, at))`
  const body = cached
    ? `const cacheId = ${columns[0]?.validity === null ? '' : '((validity0[row >> 3] >> (row & 7)) & 1) === 0 ? dictionary0.length : '}ids0[row]
slot = cache[cacheId]
if (slot < 0) {
${find}
cache[cacheId] = slot
}`
    : find
  return `'use strict'
let out = scratch.bytes
${setup}
${cached ? 'const cache = new Int32Array(dictionary0.length + 1).fill(-1)' : ''}
for (let i = 0; i < count; i++) {
const row = rows[i]
let slot = 0
${body}
slots[i] = slot
}`
}

function columnSetup(column: Column, i: number): string {
  const lines = [`const column${i} = columns[${i}]`]
  if (column.validity !== null) lines.push(`const validity${i} = column${i}.validity`)
  if (column.layout === 'dictionary') lines.push(`const ids${i} = column${i}.ids, dictionary${i} = column${i}.dictionary`)
  if (column.layout === 'dictionary') lines.push(`const offsets${i} = dictionary${i}.offsets, bytes${i} = dictionary${i}.bytes`)
  else if (column.layout === 'bytes') lines.push(`const offsets${i} = column${i}.offsets, bytes${i} = column${i}.bytes`)
  else if (column.layout === 'wide')
    lines.push(`const words${i} = new Int32Array(column${i}.values.buffer, column${i}.values.byteOffset, 2 * column${i}.length)`)
  else if (column.layout === 'decimal128')
    lines.push(`const words${i} = new Int32Array(column${i}.words.buffer, column${i}.words.byteOffset, 4 * column${i}.length)`)
  else if (column.layout === 'nanos') lines.push(`const values${i} = column${i}.millis, nanos${i} = column${i}.nanos`)
  else lines.push(`const values${i} = column${i}.values`)
  return lines.join('\n')
}

function columnEncode(column: Column, i: number, room: number): string {
  if (column.layout === 'empty') return 'out[at++] = 0'
  const value = `out[at++] = 1\n${valueEncode(column, i, room)}`
  if (column.validity === null) return value
  return `if (((validity${i}[row >> 3] >> (row & 7)) & 1) === 0) out[at++] = 0
else {
${value}
}`
}

const int32Bytes = (word: string): string =>
  `{ const w = ${word}; out[at] = w; out[at + 1] = w >> 8; out[at + 2] = w >> 16; out[at + 3] = w >> 24; at += 4 }`

function valueEncode(column: Column, i: number, room: number): string {
  switch (column.layout) {
    case 'bool':
    case 'int8':
      return `out[at++] = values${i}[row]`
    case 'int16':
      return `{ const w = values${i}[row]; out[at++] = w; out[at++] = w >> 8 }`
    case 'int32':
      return int32Bytes(`values${i}[row]`)
    case 'safe':
      return `${int32Bytes(`values${i}[row] | 0`)}\n${int32Bytes(`Math.floor(values${i}[row] / 4294967296)`)}`
    case 'wide':
      return `${int32Bytes(`words${i}[2 * row]`)}\n${int32Bytes(`words${i}[2 * row + 1]`)}`
    case 'float32':
    case 'float64':
      return `{ const both = scratch.words(values${i}[row]); const low = both[0], high = both[1]
${int32Bytes('low')}
${int32Bytes('high')} }`
    case 'decimal128':
      return [0, 1, 2, 3].map((word) => int32Bytes(`words${i}[4 * row + ${word}]`)).join('\n')
    case 'nanos':
      return `${int32Bytes(`values${i}[row] | 0`)}\n${int32Bytes(`Math.floor(values${i}[row] / 4294967296)`)}\n${int32Bytes(`nanos${i}[row]`)}`
    case 'bytes':
    case 'dictionary': {
      const row = column.layout === 'bytes' ? 'row' : `ids${i}[row]`
      return `{ const from = offsets${i}[${row}], to = offsets${i}[${row} + 1]
if (at + to - from + ${room} > out.length) out = scratch.larger(at + to - from + ${room})
${int32Bytes('to - from')}
for (let b = from; b < to; b++) out[at++] = bytes${i}[b] }`
    }
    case 'empty':
    case 'list':
    case 'map':
    case 'row':
      throw new Error(`keys of layout ${column.layout} are refused when the graph is built`)
    default:
      return unreachable(column)
  }
}
