import { assert, must, unreachable } from '../base/assert.ts'
import { type Encoding, encodingText, parseEncoding } from './arrow-encoding.ts'
import { bitsToBools, boolsToBits, int64ToSafe, readIds, safeToInt64, writeIds } from './arrow-words.ts'
import { type BytesColumn, bitmapBytes, type Column, nullCount } from './column.ts'
import { isSafeRange, rangeOf } from './range.ts'
import { plainBytes, sliceColumn } from './take.ts'
import type { LogicalType } from './types.ts'

/**
 * A column as it lies on disk and in frames between threads: Arrow's buffers (little-endian), without Arrow's messages.
 *
 * | encoding                | buffers, after the validity bitmap (empty: no nulls)                    |
 * |-------------------------|-------------------------------------------------------------------------|
 * | bool                    | bits                                                                    |
 * | int8 int16 int32 float32 float64 | values                                                         |
 * | int64, int64wide        | values; `int64`: all fit a double exactly, and are read as a safe column |
 * | decimal128              | values of 16 bytes                                                      |
 * | nanos                   | milliseconds as int64, nanoseconds within them as int32                 |
 * | bytes                   | int32 offsets from 0, bytes                                             |
 * | dictionary8/16/32       | unsigned ids, offsets of the dictionary, bytes of the dictionary        |
 * | list(c), map(k,v)       | int32 offsets from 0, then the buffers of the children                  |
 * | row(a,b,...)            | the buffers of the children                                             |
 * | empty                   | nothing, not even validity                                              |
 */
export interface WrittenColumn {
  readonly encoding: string
  /** In the order of the table. Views of the column where layouts agree: write them out before the column's buffers change. */
  readonly buffers: readonly Uint8Array[]
  readonly nullCount: number
  /** Over the values that are present, in the column's own unit. Null: none is, or the layout has no order in numbers. NaN is left out. */
  readonly min: number | bigint | null
  readonly max: number | bigint | null
}

export function writeColumn(column: Column): WrittenColumn {
  const { min, max } = rangeOf(column)
  const buffers: Uint8Array[] = []
  const encoding = encodingText(write(column, buffers))
  return { encoding, buffers, nullCount: nullCount(column), min, max }
}

/** The column that was written. It keeps views of the buffers where they lie at multiples of their width, else copies. */
export function readColumn(type: LogicalType, encoding: string, buffers: readonly Uint8Array[], rows: number): Column {
  const reader = { buffers, at: 0 }
  const column = read(type, parseEncoding(encoding), reader, rows)
  assert(reader.at === buffers.length, `${encoding} has ${reader.at} buffers, not ${buffers.length}`)
  return column
}

function write(column: Column, out: Uint8Array[]): Encoding {
  const { length, validity } = column
  if (column.layout === 'empty') return { name: 'empty', children: [] }
  out.push(validity === null || nullCount(column) === 0 ? none : validity.subarray(0, bitmapBytes(length)))
  switch (column.layout) {
    case 'bool':
      out.push(boolsToBits(column.values, length))
      return leaf('bool')
    case 'int8':
    case 'int16':
    case 'int32':
    case 'float32':
    case 'float64':
      out.push(bytesOf(column.values.subarray(0, length)))
      return leaf(column.layout)
    case 'safe':
      out.push(safeToInt64(column.values, length))
      return leaf('int64')
    case 'wide':
      out.push(bytesOf(column.values.subarray(0, length)))
      return leaf(isSafeRange(rangeOf(column)) ? 'int64' : 'int64wide')
    case 'decimal128':
      out.push(bytesOf(column.words.subarray(0, 2 * length)))
      return leaf('decimal128')
    case 'nanos':
      out.push(safeToInt64(column.millis, length), bytesOf(column.nanos.subarray(0, length)))
      return leaf('nanos')
    case 'bytes':
      out.push(...textBuffers(column))
      return leaf('bytes')
    case 'dictionary': {
      if (column.dictionary.length > length) {
        out.push(...textBuffers(plainBytes(column)))
        return leaf('bytes')
      }
      const entries = column.dictionary.length
      out.push(writeIds(column.ids, length, entries), ...textBuffers(column.dictionary))
      return leaf(entries <= 256 ? 'dictionary8' : entries <= 65_536 ? 'dictionary16' : 'dictionary32')
    }
    case 'list': {
      out.push(bytesOf(offsetsFromZero(column.offsets, length)))
      return { name: 'list', children: [write(childOf(column.child, column.offsets, length), out)] }
    }
    case 'map': {
      out.push(bytesOf(offsetsFromZero(column.offsets, length)))
      const keys = write(childOf(column.keys, column.offsets, length), out)
      return { name: 'map', children: [keys, write(childOf(column.values, column.offsets, length), out)] }
    }
    case 'row':
      return { name: 'row', children: column.children.map((child) => write(sliceColumn(child, 0, length), out)) }
    default:
      return unreachable(column)
  }
}

interface Reader {
  readonly buffers: readonly Uint8Array[]
  at: number
}

function read(type: LogicalType, encoding: Encoding, reader: Reader, length: number): Column {
  if (encoding.name === 'empty') return { type, length, validity: null, layout: 'empty' }
  const bits = next(reader)
  const validity = bits.length === 0 ? null : bits
  const common = { type, length, validity }
  switch (encoding.name) {
    case 'bool':
      return { ...common, layout: 'bool', values: bitsToBools(next(reader), length) }
    case 'int8':
      return { ...common, layout: 'int8', values: viewOf(Int8Array, next(reader), length) }
    case 'int16':
      return { ...common, layout: 'int16', values: viewOf(Int16Array, next(reader), length) }
    case 'int32':
      return { ...common, layout: 'int32', values: viewOf(Int32Array, next(reader), length) }
    case 'float32':
      return { ...common, layout: 'float32', values: viewOf(Float32Array, next(reader), length) }
    case 'float64':
      return { ...common, layout: 'float64', values: viewOf(Float64Array, next(reader), length) }
    case 'int64':
      return { ...common, layout: 'safe', values: int64ToSafe(viewOf(Int32Array, next(reader), 2 * length), length) }
    case 'int64wide':
      return { ...common, layout: 'wide', values: viewOf(BigInt64Array, next(reader), length) }
    case 'decimal128':
      return { ...common, layout: 'decimal128', words: viewOf(BigInt64Array, next(reader), 2 * length) }
    case 'nanos': {
      const millis = int64ToSafe(viewOf(Int32Array, next(reader), 2 * length), length)
      return { ...common, layout: 'nanos', millis, nanos: viewOf(Int32Array, next(reader), length) }
    }
    case 'bytes':
      return { ...common, layout: 'bytes', offsets: viewOf(Int32Array, next(reader), length + 1), bytes: next(reader) }
    case 'dictionary8':
    case 'dictionary16':
    case 'dictionary32': {
      const ids = readIds(encoding.name, next(reader), length)
      const offsets = next(reader)
      const entries = offsets.length / 4 - 1
      const dictionary: BytesColumn = {
        type,
        length: entries,
        validity: null,
        layout: 'bytes',
        offsets: viewOf(Int32Array, offsets, entries + 1),
        bytes: next(reader),
      }
      return { ...common, layout: 'dictionary', ids, dictionary }
    }
    case 'list': {
      assert(type.kind === 'ARRAY', 'a list is an ARRAY')
      const offsets = viewOf(Int32Array, next(reader), length + 1)
      return { ...common, layout: 'list', offsets, child: read(type.element, childAt(encoding, 0), reader, offsets[length] as number) }
    }
    case 'map': {
      assert(type.kind === 'MAP' || type.kind === 'MULTISET', 'a map is a MAP or a MULTISET')
      const offsets = viewOf(Int32Array, next(reader), length + 1)
      const entries = offsets[length] as number
      const keys = read(type.kind === 'MAP' ? type.key : type.element, childAt(encoding, 0), reader, entries)
      const valueType: LogicalType = type.kind === 'MAP' ? type.value : { kind: 'INT', nullable: false }
      return { ...common, layout: 'map', offsets, keys, values: read(valueType, childAt(encoding, 1), reader, entries) }
    }
    case 'row': {
      assert(type.kind === 'ROW' && type.fields.length === encoding.children.length, 'a row has the fields of its ROW')
      const children = type.fields.map((field, position) => read(field.type, childAt(encoding, position), reader, length))
      return { ...common, layout: 'row', children }
    }
    default:
      return unreachable(encoding.name)
  }
}

const none = new Uint8Array(0)
const leaf = (name: Encoding['name']): Encoding => ({ name, children: [] })

function childAt(encoding: Encoding, position: number): Encoding {
  return must(encoding.children[position], `child ${position} of ${encoding.name}`)
}

function next(reader: Reader): Uint8Array {
  return must(reader.buffers[reader.at++], 'a buffer')
}

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

function textBuffers(column: BytesColumn): [Uint8Array, Uint8Array] {
  const { offsets, bytes, length } = column
  return [bytesOf(offsetsFromZero(offsets, length)), bytes.subarray(offsets[0], offsets[length])]
}

function offsetsFromZero(offsets: Int32Array, length: number): Int32Array {
  const first = offsets[0] as number
  const used = offsets.subarray(0, length + 1)
  return first === 0 ? used : used.map((offset) => offset - first)
}

function childOf(child: Column, offsets: Int32Array, length: number): Column {
  return sliceColumn(child, offsets[0] as number, offsets[length] as number)
}

type ViewConstructor<T> = { new (buffer: ArrayBufferLike, byteOffset: number, length: number): T; readonly BYTES_PER_ELEMENT: number }

function viewOf<T>(kind: ViewConstructor<T>, bytes: Uint8Array, length: number): T {
  const width = kind.BYTES_PER_ELEMENT
  assert(bytes.byteLength >= length * width, `a buffer of ${length} values of ${width} bytes`)
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice()
  return new kind(aligned.buffer, aligned.byteOffset, length)
}
