import { errors } from '../base/errors.ts'
import type { Storage, StorageFile } from '../base/ports.ts'
import { type BlockHeader, blockAlignment, readHeader } from './block-header.ts'
import { join, parseSegmentName, type SegmentName } from './layout.ts'
import { type OpeningMarker, parseMarker } from './marker.ts'

/**
 * The segments that count, in order. An attempt starts where its predecessors had committed when it was raised, and
 * nothing of theirs commits afterwards; so a segment is dead when a later attempt has one that starts at or before it,
 * and an offset stands in the highest attempt's segment that starts at or before it.
 */
export function liveSegments(names: readonly SegmentName[]): SegmentName[] {
  const sorted = [...names].sort((a, b) => a.base - b.base || a.attempt - b.attempt)
  const live: SegmentName[] = []
  for (const segment of sorted) {
    const last = live.at(-1)
    if (last !== undefined && last.base === segment.base) live.pop()
    else if (last !== undefined && last.attempt > segment.attempt) continue
    live.push(segment)
  }
  return live
}

/** A segment as far as it counts. `bytes` and `end` null: all of it, as far as the partition is committed. */
export interface CountedSegment {
  readonly segment: SegmentName
  readonly bytes: number | null
  readonly end: number | null
}

/** What a segment's opening marker says of the one before it; 'unreadable' when it is damaged. */
export type Opening = (OpeningMarker & { readonly openedMs: number }) | 'unreadable'

/**
 * The live segments that were ever committed: an opening marker names the segment it follows, so that one between, whose
 * only group failed, does not count. A job's segments follow nobody: each ends where the next one starts.
 */
export async function countedSegments(
  names: readonly SegmentName[],
  openingOf: (segment: SegmentName) => Promise<Opening>,
): Promise<CountedSegment[]> {
  const live = liveSegments(names)
  const counted: CountedSegment[] = []
  let next: SegmentName | undefined
  while (live.length > 0) {
    const segment = live.pop() as SegmentName
    const opening = next === undefined ? null : await openingOf(next)
    if (opening === null) counted.push({ segment, bytes: null, end: null })
    else if (opening === 'unreadable' || opening.previous === null) counted.push({ segment, bytes: null, end: (next as SegmentName).base })
    else if (opening.previous.segment !== segment.name) continue
    else counted.push({ segment, bytes: opening.previous.bytes, end: opening.previous.end })
    next = segment
  }
  return counted.reverse()
}

export async function readOpening(storage: Storage, folder: string, segment: SegmentName): Promise<Opening> {
  const file = new SegmentFile(await storage.open(join(folder, segment.name), 'read'))
  try {
    const read = await file.header(0, await file.sizeBytes())
    if (read.kind !== 'block' || read.header.kind !== 'marker') return 'unreadable'
    const marker = parseMarker(read.header.marker)
    return marker === null ? 'unreadable' : { ...marker, openedMs: read.header.firstAppendMs }
  } finally {
    await file.close()
  }
}

export async function listSegments(storage: Storage, folder: string): Promise<SegmentName[]> {
  return (await storage.list(folder)).flatMap((name) => parseSegmentName(name) ?? [])
}

/** Who a segment's blocks must say they belong to. */
export interface SegmentIdentity {
  readonly streamUid: string
  readonly partition: number
  readonly segment: SegmentName
}

/** A valid block in the wrong place is corruption: says what is wrong with its place, or null. */
export function misplaced(header: BlockHeader, identity: SegmentIdentity, position: number): string | null {
  if (header.streamUid !== identity.streamUid) return `it belongs to stream ${header.streamUid}`
  if (header.partition !== identity.partition) return `it belongs to partition ${header.partition}`
  if (header.attempt !== identity.segment.attempt) return `it was written by attempt ${header.attempt}`
  if (header.position !== position) return `it was written at byte ${header.position}`
  return null
}

export function corruption(identity: SegmentIdentity, position: number, offset: number, reason: string): Error {
  const { streamUid, partition, segment } = identity
  return errors.fail('MS-3003', { streamUid, partition, segment: segment.name, position, offset, reason })
}

/** What a segment holds at a position. `end`: nothing more than `limit` allows. */
export type BlockRead =
  | { readonly kind: 'block'; readonly header: BlockHeader }
  | { readonly kind: 'end' }
  | { readonly kind: 'bad'; readonly reason: string }

const windowBytes = 256 * 1024
const headerGuessBytes = 4096
/** Reads land here first: what is kept is as long as what came, and a tail of small blocks does not hold big buffers. */
const scratches: Uint8Array[] = []

/**
 * Reads an open segment through a window, so that small blocks cost one read for many. A window may be older than what
 * the writer has written since: who finds something bad drops it with `forget` and looks again.
 */
export class SegmentFile {
  readonly #file: StorageFile
  #window: Uint8Array = new Uint8Array(0)
  #start = 0

  constructor(file: StorageFile) {
    this.#file = file
  }

  /** The header of the block at `position`; blocks never reach beyond `limit`. */
  async header(position: number, limit: number): Promise<BlockRead> {
    if (position >= limit) return { kind: 'end' }
    let wanted = headerGuessBytes
    for (;;) {
      const bytes = await this.bytes(position, Math.min(wanted, limit - position))
      const read = readHeader(bytes)
      if (read.kind === 'header') {
        const { blockBytes, headerBytes } = read.header
        if (blockBytes % blockAlignment !== 0 || blockBytes < headerBytes || position + blockBytes > limit) {
          return { kind: 'bad', reason: 'it reaches beyond the end of its segment' }
        }
        return { kind: 'block', header: read.header }
      }
      if (read.kind === 'bad') return read
      if (read.bytes > limit - position || bytes.length < Math.min(wanted, limit - position)) {
        return { kind: 'bad', reason: 'it is cut off within its header' }
      }
      wanted = read.bytes
    }
  }

  /** At most `length` bytes from `position`; fewer at the end of the file. Shared: not to be written to. */
  async bytes(position: number, length: number): Promise<Uint8Array> {
    const from = position - this.#start
    if (from >= 0 && from + length <= this.#window.length) return this.#window.subarray(from, from + length)
    if (length >= windowBytes) {
      const target = new Uint8Array(length)
      return target.subarray(0, await this.#file.read(target, position))
    }
    const scratch = scratches.pop() ?? new Uint8Array(windowBytes)
    const count = await this.#file.read(scratch, position)
    this.#window = scratch.slice(0, count)
    scratches.push(scratch)
    this.#start = position
    return this.#window.subarray(0, Math.min(length, count))
  }

  forget(): void {
    this.#window = new Uint8Array(0)
  }

  sizeBytes(): Promise<number> {
    return this.#file.sizeBytes()
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
