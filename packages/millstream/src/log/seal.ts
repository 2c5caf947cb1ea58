import { crc32, zstdCompress, zstdCompressSync } from 'node:zlib'
import { limits } from '../base/limits.ts'
import type { Storage } from '../base/ports.ts'
import { checksumHolds } from './block.ts'
import { aligned, type BlockHeader, columnCodec, type DirectoryEntry, writeHeader } from './block-header.ts'
import { join, layout, partitionFolder, type SegmentName } from './layout.ts'
import { markerText, parseMarker } from './marker.ts'
import {
  type CountedSegment,
  corruption,
  countedSegments,
  listSegments,
  misplaced,
  readOpening,
  SegmentFile,
  type SegmentIdentity,
} from './segment.ts'
import { readSnapshot } from './snapshot.ts'

/** How a segment is packed: by what, and what is waited for between two pieces so that the disk and the processor stay free. */
export interface SealPace {
  readonly pack: (bytes: Uint8Array) => Promise<Uint8Array>
  readonly pause: () => Promise<void>
}

export interface Sealed {
  readonly segment: string
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/**
 * Packs the columns of the first closed segment of a partition that is not packed yet, and puts the new file in the
 * place of the old one at once; null: there is none. Rows, offsets and the account are the same, only committed blocks
 * are in it. Who has the old file open reads on in it. Not to be run while retention removes segments of the partition.
 */
export async function sealNext(
  storage: Storage,
  dataFolder: string,
  streamUid: string,
  partition: number,
  committedEnd: number,
  pace: SealPace,
): Promise<Sealed | null> {
  const folder = partitionFolder(dataFolder, streamUid, partition)
  const segments = await countedSegments(await listSegments(storage, folder), (segment) => readOpening(storage, folder, segment))
  for (let index = 0; index < segments.length - 1; index++) {
    const counted = segments[index] as CountedSegment
    const next = segments[index + 1] as CountedSegment
    // Only once something of the next one is committed is it certain that this one gets no more.
    if (next.segment.base >= committedEnd) return null
    const opening = await readOpening(storage, folder, counted.segment)
    if (opening === 'unreadable' || opening.sealed === true) continue
    if (!(await remembered(storage, folder, counted.segment, next.segment.base))) return null
    const work = new SegmentPacking(storage, folder, { streamUid, partition, segment: counted.segment }, pace)
    return work.run(counted.bytes, Math.min(counted.end ?? next.segment.base, next.segment.base))
  }
  return null
}

/** What was remembered of a segment speaks of places in it: it must cover all of it before they change. */
async function remembered(storage: Storage, folder: string, segment: SegmentName, end: number): Promise<boolean> {
  const snapshot = await readSnapshot(storage, folder)
  return snapshot === null || snapshot.segment !== segment.name || snapshot.end >= end
}

/** In a thread of its own. */
export const packAside = (bytes: Uint8Array): Promise<Uint8Array> =>
  new Promise((resolve, reject) => zstdCompress(bytes, (error, packed) => (error === null ? resolve(packed) : reject(error))))

export const packHere = async (bytes: Uint8Array): Promise<Uint8Array> => zstdCompressSync(bytes)

class SegmentPacking {
  readonly #storage: Storage
  readonly #folder: string
  readonly #identity: SegmentIdentity
  readonly #pace: SealPace
  #parts: Uint8Array[] = []
  #partsBytes = 0
  #written = 0
  #group = { from: -1, to: -1 }

  constructor(storage: Storage, folder: string, identity: SegmentIdentity, pace: SealPace) {
    this.#storage = storage
    this.#folder = folder
    this.#identity = identity
    this.#pace = pace
  }

  async run(bytes: number | null, end: number): Promise<Sealed> {
    const { segment } = this.#identity
    const path = join(this.#folder, segment.name)
    const temporary = join(this.#folder, `${segment.name}${layout.sealingSuffix}`)
    await this.#storage.remove(temporary)
    const source = new SegmentFile(await this.#storage.open(path, 'read'))
    let position = 0
    try {
      const target = await this.#storage.open(temporary, 'create')
      try {
        const limit = Math.min(bytes ?? Number.MAX_SAFE_INTEGER, await source.sizeBytes())
        for (let offset = segment.base; ; ) {
          // What a job's attempt wrote beyond the committed end may be anything.
          if (offset >= end && position > 0) break
          const header = await this.#next(source, position, limit, offset)
          if (header === null || header.baseOffset + header.rows > end) break
          await this.#add(header, await source.bytes(position, header.blockBytes))
          position += header.blockBytes
          offset += header.rows
          if (this.#partsBytes >= limits.sealPieceBytes) {
            await this.#write(target)
            await this.#pace.pause()
          }
        }
        await this.#write(target)
        await target.sync()
      } finally {
        await target.close()
      }
      await this.#storage.rename(temporary, path)
      await this.#storage.syncFolder(this.#folder)
    } catch (error) {
      await this.#storage.remove(temporary)
      throw error
    } finally {
      await source.close()
    }
    return { segment: segment.name, bytesBefore: position, bytesAfter: this.#written }
  }

  async #next(source: SegmentFile, position: number, limit: number, offset: number): Promise<BlockHeader | null> {
    const read = await source.header(position, limit)
    if (read.kind === 'end') return null
    const reason =
      read.kind === 'bad'
        ? read.reason
        : (misplaced(read.header, this.#identity, position) ??
          (read.header.baseOffset === offset ? null : `it starts at offset ${read.header.baseOffset}`))
    if (read.kind === 'bad' || reason !== null) throw corruption(this.#identity, position, offset, reason ?? '')
    return read.header
  }

  /** The block with its columns packed, at its new place. */
  async #add(header: BlockHeader, block: Uint8Array): Promise<void> {
    const sections: Uint8Array[] = []
    const directory: DirectoryEntry[] = []
    let at = 0
    for (const entry of header.directory) {
      const stored = block.subarray(entry.offset, entry.offset + entry.storedBytes)
      if (!checksumHolds(entry, stored)) {
        throw corruption(this.#identity, header.position, header.baseOffset, 'the checksum of a column does not match')
      }
      const packed = await this.#packed(entry, stored)
      directory.push({ ...entry, ...packed.entry, offset: at })
      const padded = new Uint8Array(aligned(packed.bytes.length))
      padded.set(packed.bytes)
      sections.push(padded)
      at += padded.length
    }
    const position = this.#written + this.#partsBytes
    if (header.groupPosition !== this.#group.from) this.#group = { from: header.groupPosition, to: position }
    const opening = header.kind === 'marker' ? parseMarker(header.marker) : null
    const marker = opening === null ? header.marker : markerText({ ...opening, sealed: true })
    const head = writeHeader({ ...header, position, groupPosition: this.#group.to, directory, marker }, at)
    const start = new Uint8Array(aligned(head.length))
    start.set(head)
    this.#parts.push(start, ...sections)
    this.#partsBytes += start.length + at
  }

  async #packed(
    entry: DirectoryEntry,
    stored: Uint8Array,
  ): Promise<{ readonly bytes: Uint8Array; readonly entry: Pick<DirectoryEntry, 'codec' | 'storedBytes' | 'crc'> }> {
    const asItIs = { bytes: stored, entry: { codec: entry.codec, storedBytes: entry.storedBytes, crc: entry.crc } }
    if (entry.codec !== columnCodec.none || stored.length <= aligned(1)) return asItIs
    const bytes = await this.#pace.pack(stored)
    if (aligned(bytes.length) >= stored.length) return asItIs
    return { bytes, entry: { codec: columnCodec.zstd, storedBytes: bytes.length, crc: crc32(bytes) } }
  }

  async #write(target: { write(parts: readonly Uint8Array[], position: number): Promise<void> }): Promise<void> {
    if (this.#parts.length === 0) return
    await target.write(this.#parts, this.#written)
    this.#written += this.#partsBytes
    this.#parts = []
    this.#partsBytes = 0
  }
}
