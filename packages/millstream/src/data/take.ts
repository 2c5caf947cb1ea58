import { assert, unreachable } from '../base/assert.ts'
import { type BytesColumn, bitmapBytes, type Column } from './column.ts'
import { joinDictionaries } from './join-dictionaries.ts'

/** These rows of a column, in this order. New buffers. */
export function takeRows(column: Column, rows: Int32Array): Column {
  const length = rows.length
  const common = { type: column.type, length, validity: takeBits(column.validity, rows) }
  switch (column.layout) {
    case 'empty':
      return { ...common, layout: 'empty' }
    case 'bool':
      return { ...common, layout: 'bool', values: gather(column.values, rows, new Uint8Array(length)) }
    case 'int8':
      return { ...common, layout: 'int8', values: gather(column.values, rows, new Int8Array(length)) }
    case 'int16':
      return { ...common, layout: 'int16', values: gather(column.values, rows, new Int16Array(length)) }
    case 'int32':
      return { ...common, layout: 'int32', values: gather(column.values, rows, new Int32Array(length)) }
    case 'float32':
      return { ...common, layout: 'float32', values: gather(column.values, rows, new Float32Array(length)) }
    case 'float64':
      return { ...common, layout: 'float64', values: gather(column.values, rows, new Float64Array(length)) }
    case 'safe':
      return { ...common, layout: 'safe', values: gather(column.values, rows, new Float64Array(length)) }
    case 'wide': {
      const values = new BigInt64Array(length)
      for (let i = 0; i < length; i++) values[i] = column.values[rows[i] as number] as bigint
      return { ...common, layout: 'wide', values }
    }
    case 'decimal128': {
      const words = new BigInt64Array(2 * length)
      for (let i = 0; i < length; i++) {
        words[2 * i] = column.words[2 * (rows[i] as number)] as bigint
        words[2 * i + 1] = column.words[2 * (rows[i] as number) + 1] as bigint
      }
      return { ...common, layout: 'decimal128', words }
    }
    case 'nanos':
      return {
        ...common,
        layout: 'nanos',
        millis: gather(column.millis, rows, new Float64Array(length)),
        nanos: gather(column.nanos, rows, new Int32Array(length)),
      }
    case 'bytes':
      return { ...common, ...takeBytes(column, rows) }
    case 'dictionary':
      return { ...common, layout: 'dictionary', ids: gather(column.ids, rows, new Int32Array(length)), dictionary: column.dictionary }
    case 'list': {
      const { offsets, children } = takeRanges(column.offsets, rows)
      return { ...common, layout: 'list', offsets, child: takeRows(column.child, children) }
    }
    case 'map': {
      const { offsets, children } = takeRanges(column.offsets, rows)
      return { ...common, layout: 'map', offsets, keys: takeRows(column.keys, children), values: takeRows(column.values, children) }
    }
    case 'row':
      return { ...common, layout: 'row', children: column.children.map((child) => takeRows(child, rows)) }
    default:
      return unreachable(column)
  }
}

/** Rows from (with) to (without). Value buffers are views; the bitmap is a view when `from` is a multiple of 8. */
export function sliceColumn(column: Column, from: number, to: number): Column {
  const length = to - from
  const common = { type: column.type, length, validity: sliceBits(column.validity, from, to) }
  switch (column.layout) {
    case 'empty':
      return { ...common, layout: 'empty' }
    case 'bool':
      return { ...common, layout: 'bool', values: column.values.subarray(from, to) }
    case 'int8':
      return { ...common, layout: 'int8', values: column.values.subarray(from, to) }
    case 'int16':
      return { ...common, layout: 'int16', values: column.values.subarray(from, to) }
    case 'int32':
      return { ...common, layout: 'int32', values: column.values.subarray(from, to) }
    case 'float32':
      return { ...common, layout: 'float32', values: column.values.subarray(from, to) }
    case 'float64':
      return { ...common, layout: 'float64', values: column.values.subarray(from, to) }
    case 'safe':
      return { ...common, layout: 'safe', values: column.values.subarray(from, to) }
    case 'wide':
      return { ...common, layout: 'wide', values: column.values.subarray(from, to) }
    case 'decimal128':
      return { ...common, layout: 'decimal128', words: column.words.subarray(2 * from, 2 * to) }
    case 'nanos':
      return { ...common, layout: 'nanos', millis: column.millis.subarray(from, to), nanos: column.nanos.subarray(from, to) }
    case 'bytes':
      return { ...common, layout: 'bytes', offsets: column.offsets.subarray(from, to + 1), bytes: column.bytes }
    case 'dictionary':
      return { ...common, layout: 'dictionary', ids: column.ids.subarray(from, to), dictionary: column.dictionary }
    case 'list':
      return { ...common, layout: 'list', offsets: column.offsets.subarray(from, to + 1), child: column.child }
    case 'map':
      return { ...common, layout: 'map', offsets: column.offsets.subarray(from, to + 1), keys: column.keys, values: column.values }
    case 'row':
      return { ...common, layout: 'row', children: column.children.map((child) => sliceColumn(child, from, to)) }
    default:
      return unreachable(column)
  }
}

/** The columns one after the other; they share a type. Layouts that differ (safe and wide, bytes and dictionary) meet in the general one; dictionaries are joined where that pays. */
export function concatColumns(columns: readonly Column[]): Column {
  assert(columns.length > 0, 'something to concatenate')
  const first = columns[0] as Column
  if (columns.length === 1) return first
  const length = columns.reduce((sum, column) => sum + column.length, 0)
  const common = { type: first.type, length, validity: concatBits(columns, length) }
  switch (first.layout) {
    case 'empty':
      return { ...common, layout: 'empty' }
    case 'bool':
      return { ...common, layout: 'bool', values: join(columns, new Uint8Array(length)) }
    case 'int8':
      return { ...common, layout: 'int8', values: join(columns, new Int8Array(length)) }
    case 'int16':
      return { ...common, layout: 'int16', values: join(columns, new Int16Array(length)) }
    case 'int32':
      return { ...common, layout: 'int32', values: join(columns, new Int32Array(length)) }
    case 'float32':
      return { ...common, layout: 'float32', values: join(columns, new Float32Array(length)) }
    case 'float64':
      return { ...common, layout: 'float64', values: join(columns, new Float64Array(length)) }
    case 'safe':
    case 'wide': {
      if (columns.every((column) => column.layout === 'safe')) {
        return { ...common, layout: 'safe', values: join(columns, new Float64Array(length)) }
      }
      const values = new BigInt64Array(length)
      let at = 0
      for (const column of columns) {
        if (column.layout === 'wide') values.set(column.values.subarray(0, column.length), at)
        else if (column.layout === 'safe') {
          for (let row = 0; row < column.length; row++) values[at + row] = BigInt(column.values[row] as number)
        }
        at += column.length
      }
      return { ...common, layout: 'wide', values }
    }
    case 'decimal128': {
      const words = new BigInt64Array(2 * length)
      let at = 0
      for (const column of columns) {
        if (column.layout === 'decimal128') words.set(column.words.subarray(0, 2 * column.length), 2 * at)
        at += column.length
      }
      return { ...common, layout: 'decimal128', words }
    }
    case 'nanos': {
      const millis = new Float64Array(length)
      const nanos = new Int32Array(length)
      let at = 0
      for (const column of columns) {
        if (column.layout === 'nanos') {
          millis.set(column.millis.subarray(0, column.length), at)
          nanos.set(column.nanos.subarray(0, column.length), at)
        }
        at += column.length
      }
      return { ...common, layout: 'nanos', millis, nanos }
    }
    case 'bytes':
    case 'dictionary':
      return { ...common, ...(joinDictionaries(columns, length) ?? concatBytes(columns.map(plainBytes))) }
    case 'list': {
      const lists = columns.map((column) => {
        assert(column.layout === 'list', 'lists concatenate with lists')
        return column
      })
      return {
        ...common,
        layout: 'list',
        offsets: concatOffsets(lists),
        child: concatColumns(lists.map((list) => childRange(list.child, list.offsets, list.length))),
      }
    }
    case 'map': {
      const maps = columns.map((column) => {
        assert(column.layout === 'map', 'maps concatenate with maps')
        return column
      })
      return {
        ...common,
        layout: 'map',
        offsets: concatOffsets(maps),
        keys: concatColumns(maps.map((map) => childRange(map.keys, map.offsets, map.length))),
        values: concatColumns(maps.map((map) => childRange(map.values, map.offsets, map.length))),
      }
    }
    case 'row': {
      const width = first.children.length
      const children = Array.from({ length: width }, (_, position) =>
        concatColumns(
          columns.map((column) => {
            assert(column.layout === 'row', 'rows concatenate with rows')
            return sliceColumn(column.children[position] as Column, 0, column.length)
          }),
        ),
      )
      return { ...common, layout: 'row', children }
    }
    default:
      return unreachable(first)
  }
}

/** A strings or bytes column without its dictionary. */
export function plainBytes(column: Column): BytesColumn {
  if (column.layout === 'bytes') return column
  assert(column.layout === 'dictionary', 'a column of strings or bytes')
  const { ids, dictionary, type, length, validity } = column
  if (dictionary.length === 0)
    return { type, length, validity, layout: 'bytes', offsets: new Int32Array(length + 1), bytes: new Uint8Array(0) }
  return { type, length, validity, ...takeBytes(dictionary, ids.subarray(0, length)) }
}

type Numbers = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array

function gather<T extends Numbers>(from: T, rows: Int32Array, to: T): T {
  for (let i = 0; i < rows.length; i++) to[i] = from[rows[i] as number] as number
  return to
}

function join<T extends Numbers>(columns: readonly Column[], to: T): T {
  let at = 0
  for (const column of columns) {
    assert('values' in column && ArrayBuffer.isView(column.values), 'layouts of one type agree')
    to.set((column.values as T).subarray(0, column.length), at)
    at += column.length
  }
  return to
}

function takeBytes(column: BytesColumn, rows: Int32Array): { layout: 'bytes'; offsets: Int32Array; bytes: Uint8Array } {
  const offsets = new Int32Array(rows.length + 1)
  let size = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    size += (column.offsets[row + 1] as number) - (column.offsets[row] as number)
    offsets[i + 1] = size
  }
  const bytes = new Uint8Array(size)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    const start = column.offsets[row] as number
    const end = column.offsets[row + 1] as number
    const at = offsets[i] as number
    if (end - start < 24) for (let b = start; b < end; b++) bytes[at + b - start] = column.bytes[b] as number
    else bytes.set(column.bytes.subarray(start, end), at)
  }
  return { layout: 'bytes', offsets, bytes }
}

function concatBytes(columns: readonly BytesColumn[]): { layout: 'bytes'; offsets: Int32Array; bytes: Uint8Array } {
  const bytes = new Uint8Array(
    columns.reduce((sum, column) => sum + (column.offsets[column.length] as number) - (column.offsets[0] as number), 0),
  )
  let at = 0
  for (const column of columns) {
    const used = column.bytes.subarray(column.offsets[0], column.offsets[column.length])
    bytes.set(used, at)
    at += used.length
  }
  return { layout: 'bytes', offsets: concatOffsets(columns), bytes }
}

function concatOffsets(columns: readonly { readonly offsets: Int32Array; readonly length: number }[]): Int32Array {
  const offsets = new Int32Array(columns.reduce((sum, column) => sum + column.length, 0) + 1)
  let row = 0
  let base = 0
  for (const column of columns) {
    const start = column.offsets[0] as number
    for (let i = 1; i <= column.length; i++) offsets[row + i] = base + (column.offsets[i] as number) - start
    row += column.length
    base = offsets[row] as number
  }
  return offsets
}

function childRange(child: Column, offsets: Int32Array, length: number): Column {
  return sliceColumn(child, offsets[0] as number, offsets[length] as number)
}

function takeRanges(offsets: Int32Array, rows: Int32Array): { offsets: Int32Array; children: Int32Array } {
  const taken = new Int32Array(rows.length + 1)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    taken[i + 1] = (taken[i] as number) + (offsets[row + 1] as number) - (offsets[row] as number)
  }
  const children = new Int32Array(taken[rows.length] as number)
  for (let i = 0; i < rows.length; i++) {
    const start = offsets[rows[i] as number] as number
    for (let at = taken[i] as number; at < (taken[i + 1] as number); at++) children[at] = start + at - (taken[i] as number)
  }
  return { offsets: taken, children }
}

function takeBits(bits: Uint8Array | null, rows: Int32Array): Uint8Array | null {
  if (bits === null) return null
  const taken = new Uint8Array(bitmapBytes(rows.length))
  let present = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    const bit = ((bits[row >> 3] as number) >> (row & 7)) & 1
    present += bit
    taken[i >> 3] = (taken[i >> 3] as number) | (bit << (i & 7))
  }
  return present === rows.length ? null : taken
}

function sliceBits(bits: Uint8Array | null, from: number, to: number): Uint8Array | null {
  if (bits === null) return null
  if ((from & 7) === 0) return bits.subarray(from >> 3, bitmapBytes(to))
  const sliced = new Uint8Array(bitmapBytes(to - from))
  for (let row = from; row < to; row++) {
    const bit = ((bits[row >> 3] as number) >> (row & 7)) & 1
    const at = row - from
    sliced[at >> 3] = (sliced[at >> 3] as number) | (bit << (at & 7))
  }
  return sliced
}

function concatBits(columns: readonly Column[], length: number): Uint8Array | null {
  if (columns.every((column) => column.validity === null)) return null
  const bits = new Uint8Array(bitmapBytes(length))
  let at = 0
  for (const { validity, length: rows } of columns) {
    for (let row = 0; row < rows; row++, at++) {
      const bit = validity === null ? 1 : ((validity[row >> 3] as number) >> (row & 7)) & 1
      bits[at >> 3] = (bits[at >> 3] as number) | (bit << (at & 7))
    }
  }
  return bits
}
