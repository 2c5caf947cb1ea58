import { crc32 } from 'node:zlib'
import { assert } from '../base/assert.ts'
import { FieldReader, FieldWriter } from './bytes.ts'

/*
 * A block is a group commit of one partition. It stands alone: its own dictionaries, no deltas. Little-endian.
 * Blocks and column sections start at multiples of 64 bytes; uint64 holds safe integers only.
 *
 *   block     = header, 0-63 zeros, sections                (in all: block bytes)
 *   header    = fixed, producers, directory, marker, zeros to a multiple of 8      (in all: header bytes)
 *   fixed     =   0 uint32 magic 'MBLK'      4 uint16 format version (1)     6 uint8 kind (0 rows, 1 marker)   7 uint8 flags (0)
 *                 8 uint32 header bytes     12 uint32 CRC-32 of the header without this field
 *                16 uint64 position of this block in its segment            24 uint64 block bytes
 *                32 uint64 base offset      40 uint32 rows                  44 uint32 rejected rows
 *                48 uint64 rejected rows of the partition before this block 56 uint64 position where this group commit began
 *                64 uint32 partition        68 uint32 contract version      72 uint64 writer attempt
 *                80 uint64 first append, epoch ms                           88 uint64 last append, epoch ms
 *                96 float64 least event time, epoch ms (NaN: none)         104 float64 greatest event time
 *               112 uint32 producers       116 uint32 directory entries    120 uint32 marker bytes   124 uint32 zero
 *               128 text stream uid
 *   text      = uint16 length, UTF-8
 *   producer  = uint8 kind (0 sequence, 1 key), text id or key hash, uint64 epoch, uint64 sequence, text body hash,
 *               uint32 first row, uint32 accepted, uint32 rejected, uint64 received, epoch ms
 *   directory entry = uint8 class (0 field of the contract, 1 system column, 2 column of the rejected rows), uint32 id,
 *               text encoding (data/arrow.ts), uint8 codec (0 none, 1 zstd),
 *               uint32 offset in the block, uint32 stored bytes, uint32 CRC-32 of the stored bytes, uint32 unpacked bytes,
 *               uint32 null count, uint16 buffers, uint32 length of each (each starts at a multiple of 64 of the unpacked bytes),
 *               min and max: uint8 tag (0 none, 1 int64, 2 float64, 3 text), then both values
 *   marker    = JSON (log/marker.ts)
 *
 * System columns: 1 row kinds, 2 key bytes, 3 headers, 4 event id, 5 ingest time, 6 trace id. Absent columns cost nothing.
 */
const blockFormat = 1
export const blockAlignment = 64
const magic = 0x4b4c424d
const fixedBytes = 128

export const columnClass = { field: 0, system: 1, rejected: 2 } as const
export const systemColumn = { kinds: 1, key: 2, headers: 3, eventId: 4, ingestTime: 5, traceId: 6 } as const
export const columnCodec = { none: 0, zstd: 1 } as const

export interface BlockHeader {
  readonly kind: 'rows' | 'marker'
  readonly streamUid: string
  readonly partition: number
  readonly contractVersion: number
  readonly attempt: number
  readonly position: number
  readonly groupPosition: number
  readonly baseOffset: number
  readonly rows: number
  readonly baseRejected: number
  readonly rejected: number
  readonly firstAppendMs: number
  readonly lastAppendMs: number
  /** Null: no event time, or no row that has one. */
  readonly minEventMs: number | null
  readonly maxEventMs: number | null
  readonly producers: readonly ProducerEntry[]
  readonly directory: readonly DirectoryEntry[]
  /** JSON text of a marker, else ''. */
  readonly marker: string
  readonly headerBytes: number
  readonly blockBytes: number
}

export interface ProducerEntry {
  readonly kind: 'sequence' | 'key'
  /** The producer's id, or the hash of an Idempotency-Key. */
  readonly id: string
  readonly epoch: number
  readonly sequence: number
  readonly bodyHash: string
  /** Within the block. */
  readonly firstRow: number
  readonly accepted: number
  readonly rejected: number
  readonly receivedAtMs: number
}

export type Statistic = bigint | number | string

export interface DirectoryEntry {
  readonly class: number
  readonly id: number
  readonly encoding: string
  readonly codec: number
  readonly offset: number
  readonly storedBytes: number
  readonly crc: number
  readonly rawBytes: number
  readonly nullCount: number
  readonly bufferBytes: readonly number[]
  readonly min: Statistic | null
  readonly max: Statistic | null
}

export const aligned = (bytes: number): number => Math.ceil(bytes / blockAlignment) * blockAlignment

/** The header's bytes. Directory entries come with offsets from the first section; they are written with those from the block's start. */
export function writeHeader(header: Omit<BlockHeader, 'headerBytes' | 'blockBytes'>, sectionBytes: number): Uint8Array {
  const out = new FieldWriter()
  out.uint32(magic)
  out.uint16(blockFormat)
  out.uint8(header.kind === 'rows' ? 0 : 1)
  out.uint8(0)
  out.uint32(0)
  out.uint32(0)
  out.uint64(header.position)
  out.uint64(0)
  out.uint64(header.baseOffset)
  out.uint32(header.rows)
  out.uint32(header.rejected)
  out.uint64(header.baseRejected)
  out.uint64(header.groupPosition)
  out.uint32(header.partition)
  out.uint32(header.contractVersion)
  out.uint64(header.attempt)
  out.uint64(Math.floor(header.firstAppendMs))
  out.uint64(Math.floor(header.lastAppendMs))
  out.float64(header.minEventMs ?? Number.NaN)
  out.float64(header.maxEventMs ?? Number.NaN)
  out.uint32(header.producers.length)
  out.uint32(header.directory.length)
  const marker = new TextEncoder().encode(header.marker)
  out.uint32(marker.length)
  out.uint32(0)
  assert(out.length === fixedBytes, 'the fixed part of a block header has its size')
  out.text(header.streamUid)
  for (const producer of header.producers) writeProducer(out, producer)
  const offsets = header.directory.map((entry) => writeEntry(out, entry))
  out.raw(marker)
  out.pad(8)
  const start = aligned(out.length)
  header.directory.forEach((entry, index) => {
    out.patchUint32(offsets[index] as number, start + entry.offset)
  })
  out.patchUint32(8, out.length)
  out.patchUint64(24, start + sectionBytes)
  const bytes = out.done()
  out.patchUint32(12, checksum(bytes))
  return bytes
}

const checksum = (header: Uint8Array): number => crc32(header.subarray(16), crc32(header.subarray(0, 12)))

function writeProducer(out: FieldWriter, producer: ProducerEntry): void {
  out.uint8(producer.kind === 'sequence' ? 0 : 1)
  out.text(producer.id)
  out.uint64(producer.epoch)
  out.uint64(producer.sequence)
  out.text(producer.bodyHash)
  out.uint32(producer.firstRow)
  out.uint32(producer.accepted)
  out.uint32(producer.rejected)
  out.uint64(Math.floor(producer.receivedAtMs))
}

/** Answers where the entry's offset stands, to be set when the header's size is known. */
function writeEntry(out: FieldWriter, entry: DirectoryEntry): number {
  out.uint8(entry.class)
  out.uint32(entry.id)
  out.text(entry.encoding)
  out.uint8(entry.codec)
  const at = out.length
  out.uint32(0)
  out.uint32(entry.storedBytes)
  out.uint32(entry.crc)
  out.uint32(entry.rawBytes)
  out.uint32(entry.nullCount)
  out.uint16(entry.bufferBytes.length)
  for (const length of entry.bufferBytes) out.uint32(length)
  const { min, max } = entry
  if (typeof min === 'bigint' && typeof max === 'bigint') {
    out.uint8(1)
    out.int64(min)
    out.int64(max)
  } else if (typeof min === 'number' && typeof max === 'number') {
    out.uint8(2)
    out.float64(min)
    out.float64(max)
  } else if (typeof min === 'string' && typeof max === 'string') {
    out.uint8(3)
    out.text(min)
    out.text(max)
  } else out.uint8(0)
  return at
}

/** What stands at the start of `bytes`: a header, or why there is none. `more`: this many bytes are needed to know. */
export type HeaderRead =
  | { readonly kind: 'header'; readonly header: BlockHeader }
  | { readonly kind: 'more'; readonly bytes: number }
  | { readonly kind: 'bad'; readonly reason: string }

const headerBytesMax = 256 * 1024 * 1024

export function readHeader(bytes: Uint8Array): HeaderRead {
  if (bytes.length < fixedBytes) return { kind: 'more', bytes: fixedBytes }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== magic) return { kind: 'bad', reason: 'no block starts here' }
  const headerBytes = view.getUint32(8, true)
  if (headerBytes < fixedBytes || headerBytes > headerBytesMax) return { kind: 'bad', reason: 'the size of its header is impossible' }
  if (bytes.length < headerBytes) return { kind: 'more', bytes: headerBytes }
  if (checksum(bytes.subarray(0, headerBytes)) !== view.getUint32(12, true)) {
    return { kind: 'bad', reason: 'the checksum of its header does not match' }
  }
  const version = view.getUint16(4, true)
  if (version !== blockFormat) return { kind: 'bad', reason: `its format ${version} is not known here` }
  try {
    return { kind: 'header', header: parse(bytes.subarray(0, headerBytes)) }
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'bad', reason: 'a field reaches beyond its header' }
    throw error
  }
}

function parse(bytes: Uint8Array): BlockHeader {
  const read = new FieldReader(bytes, 6)
  const kind = read.uint8() === 0 ? 'rows' : 'marker'
  read.uint8()
  const headerBytes = read.uint32()
  read.uint32()
  const position = read.uint64()
  const blockBytes = read.uint64()
  const baseOffset = read.uint64()
  const rows = read.uint32()
  const rejected = read.uint32()
  const baseRejected = read.uint64()
  const groupPosition = read.uint64()
  const partition = read.uint32()
  const contractVersion = read.uint32()
  const attempt = read.uint64()
  const firstAppendMs = read.uint64()
  const lastAppendMs = read.uint64()
  const minEventMs = read.float64()
  const maxEventMs = read.float64()
  const producerCount = read.uint32()
  const entryCount = read.uint32()
  const markerBytes = read.uint32()
  read.uint32()
  const streamUid = read.text()
  const producers = Array.from({ length: producerCount }, () => readProducer(read))
  const directory = Array.from({ length: entryCount }, () => readEntry(read))
  const marker = new TextDecoder().decode(read.raw(markerBytes))
  return {
    ...{ kind, streamUid, partition, contractVersion, attempt, position, groupPosition, baseOffset, rows, baseRejected, rejected },
    ...{ firstAppendMs, lastAppendMs, producers, directory, marker, headerBytes, blockBytes },
    minEventMs: Number.isNaN(minEventMs) ? null : minEventMs,
    maxEventMs: Number.isNaN(maxEventMs) ? null : maxEventMs,
  }
}

function readProducer(read: FieldReader): ProducerEntry {
  return {
    kind: read.uint8() === 0 ? 'sequence' : 'key',
    id: read.text(),
    epoch: read.uint64(),
    sequence: read.uint64(),
    bodyHash: read.text(),
    firstRow: read.uint32(),
    accepted: read.uint32(),
    rejected: read.uint32(),
    receivedAtMs: read.uint64(),
  }
}

function readEntry(read: FieldReader): DirectoryEntry {
  const head = { class: read.uint8(), id: read.uint32(), encoding: read.text(), codec: read.uint8() }
  const body = {
    offset: read.uint32(),
    storedBytes: read.uint32(),
    crc: read.uint32(),
    rawBytes: read.uint32(),
    nullCount: read.uint32(),
    bufferBytes: Array.from({ length: read.uint16() }, () => read.uint32()),
  }
  const tag = read.uint8()
  if (tag === 1) return { ...head, ...body, min: read.int64(), max: read.int64() }
  if (tag === 2) return { ...head, ...body, min: read.float64(), max: read.float64() }
  if (tag === 3) return { ...head, ...body, min: read.text(), max: read.text() }
  return { ...head, ...body, min: null, max: null }
}
