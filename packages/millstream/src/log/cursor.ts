import type { Storage } from '../base/ports.ts'
import type { BlockHeader } from './block-header.ts'
import { join, type SegmentName } from './layout.ts'
import { findLaterGroup } from './scan.ts'
import {
  type BlockRead,
  type CountedSegment,
  corruption,
  countedSegments,
  listSegments,
  misplaced,
  type Opening,
  readOpening,
  SegmentFile,
  type SegmentIdentity,
} from './segment.ts'

/**
 * Walks the committed blocks of a partition over its segments, from any process. It looks at the folder again whenever
 * the committed end has moved: a segment that a failed group closed has its successor by then.
 */
export class BlockCursor {
  readonly #storage: Storage
  readonly #folder: string
  readonly #streamUid: string
  readonly #partition: number
  readonly #openings = new Map<string, Opening>()
  #segments: readonly CountedSegment[] = []
  #listedAtEnd = -1
  #file: SegmentFile | null = null
  #fileName = ''
  /** The segment being read, where the next block starts, and the offset it starts with. */
  #segment: SegmentName | null = null
  #position = 0
  #offset = 0
  #current: BlockHeader | null = null

  constructor(storage: Storage, folder: string, streamUid: string, partition: number) {
    this.#storage = storage
    this.#folder = folder
    this.#streamUid = streamUid
    this.#partition = partition
  }

  /** The block that holds the first row at or behind `offset` and below the committed end; null: there is none. */
  async blockAt(offset: number, end: number): Promise<BlockHeader | null> {
    if (offset >= end) return null
    const current = this.#current
    if (current !== null && offset >= current.baseOffset && offset < current.baseOffset + current.rows) return current
    for (let tries = 1; ; tries++) {
      await this.#list(end)
      try {
        return await this.#locate(offset, end)
      } catch (error) {
        // Retention removed a segment since we looked: another look.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === 3) throw error
        this.#listedAtEnd = -1
      }
    }
  }

  async #locate(offset: number, end: number): Promise<BlockHeader | null> {
    for (let wanted = offset; wanted < end; ) {
      const index = this.#indexOf(wanted)
      const counted = this.#segments[index]
      if (counted === undefined) return null
      const from = Math.max(wanted, counted.segment.base)
      const segmentEnd = Math.min(end, counted.end ?? end)
      if (from < segmentEnd) {
        const header = await this.#find(counted, from, segmentEnd)
        if (header !== null) return header
      }
      const next = this.#segments[index + 1]
      if (next === undefined) return null
      wanted = Math.max(next.segment.base, wanted)
      if (this.#indexOf(wanted) === index) return null
    }
    return null
  }

  /** Each block from the start, markers left out, while `take` answers true. For folds over headers. */
  async walk(end: number, take: (header: BlockHeader) => boolean | Promise<boolean>): Promise<void> {
    await this.#list(end)
    await this.#walk(this.#segments, end, take)
  }

  /** As `walk`, from a segment on before which nothing was appended at or after this time. */
  async walkFromTime(appendedAtMs: number, end: number, take: (header: BlockHeader) => boolean): Promise<void> {
    await this.#list(end)
    let first = 0
    for (let index = 1; index < this.#segments.length; index++) {
      const opening = await this.#openingOf((this.#segments[index] as CountedSegment).segment)
      if (opening !== 'unreadable' && opening.openedMs < appendedAtMs) first = index
    }
    await this.#walk(this.#segments.slice(first), end, take)
  }

  async #walk(segments: readonly CountedSegment[], end: number, take: (header: BlockHeader) => boolean | Promise<boolean>): Promise<void> {
    for (const counted of segments) {
      if (counted.segment.base > end) return
      this.#enter(counted.segment)
      for (;;) {
        const header = await this.#next(counted, end, 0)
        if (header === null) break
        if (header.kind === 'marker') continue
        if (header.baseOffset + header.rows > Math.min(end, counted.end ?? end)) return
        if (!(await take(header))) return
      }
    }
  }

  /** The first offset that is kept. */
  async start(end: number): Promise<number> {
    await this.#list(end)
    return this.#segments[0]?.segment.base ?? 0
  }

  /** Bytes of a block just found, `from` counted from its start. */
  async bytes(header: BlockHeader, from: number, length: number): Promise<Uint8Array> {
    return (await this.#open(this.#segmentOf(header))).bytes(header.position + from, length)
  }

  /** Drops what was read ahead: the writer may have written there since. */
  forget(): void {
    this.#file?.forget()
  }

  corrupt(header: BlockHeader, reason: string): Error {
    return corruption(this.#identity(this.#segmentOf(header)), header.position, header.baseOffset, reason)
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = null
    await file?.close()
  }

  async #find(counted: CountedSegment, offset: number, end: number): Promise<BlockHeader | null> {
    if (this.#segment?.name !== counted.segment.name || offset < this.#offset) this.#enter(counted.segment)
    while (this.#offset < end) {
      const header = await this.#next(counted, end, offset)
      if (header === null) return null
      if (header.rows > 0 && offset < header.baseOffset + header.rows) {
        this.#current = header
        return header
      }
    }
    return null
  }

  #enter(segment: SegmentName): void {
    this.#segment = segment
    this.#position = 0
    this.#offset = segment.base
    this.#current = null
  }

  /**
   * The block at the position, and a step behind it; null at the end of what counts. Rows from `wanted` on are asked for:
   * damage before them is passed over.
   */
  async #next(counted: CountedSegment, end: number, wanted: number): Promise<BlockHeader | null> {
    const { segment } = counted
    const file = await this.#open(segment)
    const limit = counted.bytes ?? Number.MAX_SAFE_INTEGER
    let read = await file.header(this.#position, limit)
    if (read.kind === 'bad') {
      file.forget()
      read = await this.#again(file, limit)
    }
    // At the committed end the writer may be in the middle of its next block.
    if (read.kind === 'end' || (read.kind === 'bad' && this.#offset >= end)) return null
    const identity = this.#identity(segment)
    const wrong = read.kind === 'block' ? misplaced(read.header, identity, this.#position) : read.reason
    if (read.kind === 'bad' || wrong !== null) {
      const behind = await this.#behindDamage(file, identity, limit, wanted)
      if (behind === null) throw corruption(identity, this.#position, this.#offset, wrong ?? 'it is unreadable')
      this.#position = behind.position
      this.#offset = behind.baseOffset
      return this.#next(counted, end, wanted)
    }
    const { header } = read
    if (header.baseOffset !== this.#offset) {
      throw corruption(identity, this.#position, this.#offset, `it starts at offset ${header.baseOffset}`)
    }
    this.#position += header.blockBytes
    this.#offset += header.rows
    return header
  }

  /** The next block that is whole, if the damage holds nothing that is asked for. */
  async #behindDamage(file: SegmentFile, identity: SegmentIdentity, limit: number, wanted: number): Promise<BlockHeader | null> {
    if (wanted <= this.#offset) return null
    const to = Math.min(limit, await file.sizeBytes())
    const position = await findLaterGroup(file, identity, this.#position, to)
    const read = position === null ? null : await file.header(position, to)
    return read?.kind === 'block' && read.header.baseOffset <= wanted ? read.header : null
  }

  /** A second look, at the file's real size: an end in good order is no damage. */
  async #again(file: SegmentFile, limit: number): Promise<BlockRead> {
    return file.header(this.#position, Math.min(limit, await file.sizeBytes()))
  }

  async #open(segment: SegmentName): Promise<SegmentFile> {
    if (this.#file !== null && this.#fileName === segment.name) return this.#file
    await this.#file?.close()
    this.#file = null
    this.#file = new SegmentFile(await this.#storage.open(join(this.#folder, segment.name), 'read'))
    this.#fileName = segment.name
    return this.#file
  }

  async #list(end: number): Promise<void> {
    if (end === this.#listedAtEnd) return
    for (let tries = 1; ; tries++) {
      const names = (await listSegments(this.#storage, this.#folder)).filter((name) => name.base <= end)
      try {
        this.#segments = await countedSegments(names, (segment) => this.#openingOf(segment))
        break
      } catch (error) {
        // Retention removed one between the list and the look: the list is old.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === 3) throw error
      }
    }
    this.#listedAtEnd = end
  }

  async #openingOf(segment: SegmentName): Promise<Opening> {
    let opening = this.#openings.get(segment.name)
    if (opening === undefined) {
      opening = await readOpening(this.#storage, this.#folder, segment)
      if (opening !== 'unreadable') this.#openings.set(segment.name, opening)
    }
    return opening
  }

  /** The last segment that starts at or before the offset, else the first. */
  #indexOf(offset: number): number {
    let found = 0
    for (let index = 1; index < this.#segments.length; index++) {
      if ((this.#segments[index] as CountedSegment).segment.base <= offset) found = index
    }
    return found
  }

  #segmentOf(header: BlockHeader): SegmentName {
    return this.#segments.findLast(({ segment }) => segment.attempt === header.attempt && segment.base <= header.baseOffset)
      ?.segment as SegmentName
  }

  #identity(segment: SegmentName) {
    return { streamUid: this.#streamUid, partition: this.#partition, segment }
  }
}
