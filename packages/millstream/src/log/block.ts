import { crc32, zstdDecompressSync } from 'node:zlib'
import { assert } from '../base/assert.ts'
import { readColumn, writeColumn } from '../data/arrow.ts'
import type { Batch } from '../data/batch.ts'
import type { Column } from '../data/column.ts'
import { plainBytes } from '../data/take.ts'
import { isTimestamp, type LogicalType, types } from '../data/types.ts'
import {
  aligned,
  type BlockHeader,
  columnClass,
  columnCodec,
  type DirectoryEntry,
  type ProducerEntry,
  systemColumn,
  writeHeader,
} from './block-header.ts'
import type { RejectedRow } from './log.ts'
import { rejectedBatch } from './rejected-rows.ts'

/** What a block is made of; the grammar is in block-header.ts. */
export interface BlockContent {
  readonly streamUid: string
  readonly partition: number
  readonly contractVersion: number
  readonly attempt: number
  readonly position: number
  readonly groupPosition: number
  readonly baseOffset: number
  readonly baseRejected: number
  readonly firstAppendMs: number
  readonly lastAppendMs: number
  /** Fields carry their contract's ids. */
  readonly batch: Batch
  readonly rejected: readonly RejectedRow[]
  readonly producers: readonly ProducerEntry[]
  /** The column whose least and greatest values are the block's event times; null: none. */
  readonly eventTime: string | null
}

export interface EncodedBlock {
  readonly parts: readonly Uint8Array[]
  readonly blockBytes: number
}

export const kindsType: LogicalType = types.tinyint(false)
const zeros = new Uint8Array(64)
/** Below this size one copy is cheaper than many small writes. */
const oneWriteBytesMax = 64 * 1024

export function encodeBlock(content: BlockContent): EncodedBlock {
  const sections = new Sections()
  const { batch } = content
  let eventTimes: readonly [number, number] | null = null
  batch.columns.forEach((column, position) => {
    const field = batch.schema.fields[position]
    assert(field?.id !== undefined, 'a column that is stored has its field id')
    const entry = sections.add(columnClass.field, field.id, ownDictionary(column))
    if (field.name === content.eventTime) eventTimes = eventRange(field.type, entry)
  })
  if (batch.kinds !== null) {
    const values = new Int8Array(batch.kinds.buffer, batch.kinds.byteOffset, batch.rowCount)
    sections.add(columnClass.system, systemColumn.kinds, {
      layout: 'int8',
      type: kindsType,
      length: batch.rowCount,
      validity: null,
      values,
    })
  }
  if (content.rejected.length > 0) {
    rejectedBatch(content.rejected).columns.forEach((column, position) => {
      sections.add(columnClass.rejected, position + 1, column)
    })
  }
  const range = eventTimes as readonly [number, number] | null
  return sections.block({
    ...content,
    kind: 'rows',
    rows: batch.rowCount,
    rejected: content.rejected.length,
    minEventMs: range === null ? null : range[0],
    maxEventMs: range === null ? null : range[1],
    directory: sections.directory,
    marker: '',
  })
}

/** A scanner's dictionary outlives its batches: with more entries than the block has rows, the rows' own bytes are less. */
function ownDictionary(column: Column): Column {
  return column.layout === 'dictionary' && column.dictionary.length > column.length ? plainBytes(column) : column
}

/** A block without rows that carries a marker. */
export function encodeMarker(
  content: Omit<BlockContent, 'batch' | 'rejected' | 'producers' | 'eventTime' | 'contractVersion'>,
  marker: string,
): EncodedBlock {
  const none = { rows: 0, rejected: 0, contractVersion: 0, minEventMs: null, maxEventMs: null, producers: [], directory: [] }
  return new Sections().block({ ...content, ...none, kind: 'marker', marker })
}

/** The column of a directory entry, from its stored bytes, which must be those that its checksum names. */
export function decodeColumn(entry: DirectoryEntry, stored: Uint8Array, type: LogicalType, rows: number): Column {
  const bytes = entry.codec === columnCodec.zstd ? unpack(stored, entry.rawBytes) : stored
  const buffers: Uint8Array[] = []
  let at = 0
  for (const length of entry.bufferBytes) {
    buffers.push(bytes.subarray(at, at + length))
    at += aligned(length)
  }
  return readColumn(type, entry.encoding, buffers, rows)
}

export const checksumHolds = (entry: DirectoryEntry, stored: Uint8Array): boolean =>
  stored.length === entry.storedBytes && crc32(stored) === entry.crc

/** All columns of a whole block are what their checksums say. */
export function sectionsHold(header: BlockHeader, block: Uint8Array): boolean {
  return header.directory.every((entry) => checksumHolds(entry, block.subarray(entry.offset, entry.offset + entry.storedBytes)))
}

function unpack(stored: Uint8Array, rawBytes: number): Uint8Array {
  const unpacked = zstdDecompressSync(stored)
  const own = new Uint8Array(rawBytes)
  own.set(unpacked)
  return own
}

/** Least and greatest event time in milliseconds, from the directory's statistics. */
function eventRange(type: LogicalType, entry: DirectoryEntry): readonly [number, number] | null {
  if (!isTimestamp(type) || entry.min === null || entry.max === null || typeof entry.min === 'string') return null
  const perMs = 'precision' in type && type.precision > 3 && type.precision <= 6 ? 1000 : 1
  return [Math.floor(Number(entry.min) / perMs), Math.floor(Number(entry.max) / perMs)]
}

/** Column sections in the order they are added, each at a multiple of 64 bytes. */
class Sections {
  readonly directory: DirectoryEntry[] = []
  readonly #parts: Uint8Array[] = []
  #bytes = 0

  add(kind: number, id: number, column: Column): DirectoryEntry {
    const { encoding, buffers, nullCount, min, max } = writeColumn(column)
    const offset = this.#bytes
    let crc = 0
    for (const buffer of buffers) {
      crc = crc32(buffer, crc)
      this.#parts.push(buffer)
      const padding = aligned(buffer.length) - buffer.length
      if (padding > 0) {
        const pad = zeros.subarray(0, padding)
        crc = crc32(pad, crc)
        this.#parts.push(pad)
      }
      this.#bytes += buffer.length + padding
    }
    const storedBytes = this.#bytes - offset
    const entry = {
      ...{ class: kind, id, encoding, codec: columnCodec.none, offset, storedBytes, crc, rawBytes: storedBytes, nullCount },
      bufferBytes: buffers.map((buffer) => buffer.length),
      min,
      max,
    }
    this.directory.push(entry)
    return entry
  }

  block(header: Omit<BlockHeader, 'headerBytes' | 'blockBytes'>): EncodedBlock {
    const head = writeHeader(header, this.#bytes)
    const start = aligned(head.length)
    const parts = [head, zeros.subarray(0, start - head.length), ...this.#parts]
    const blockBytes = start + this.#bytes
    if (blockBytes > oneWriteBytesMax) return { parts, blockBytes }
    const whole = new Uint8Array(blockBytes)
    let at = 0
    for (const part of parts) {
      whole.set(part, at)
      at += part.length
    }
    return { parts: [whole], blockBytes }
  }
}
