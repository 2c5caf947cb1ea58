import { assert } from '../base/assert.ts'
import type { Storage, StorageFile } from '../base/ports.ts'
import { type BlockContent, type EncodedBlock, encodeBlock, encodeMarker } from './block.ts'
import type { BlockHeader } from './block-header.ts'
import { join, type SegmentName } from './layout.ts'
import { type Marker, markerText } from './marker.ts'

export interface SegmentOwner {
  readonly streamUid: string
  readonly partition: number
  readonly eventTime: string | null
}

/** Where the next block goes: the partition's counters as of what has been added. */
export interface AppendPoint {
  end: number
  rejectedEnd: number
  /** Append times never go back within a partition, so that a time can be sought. */
  lastAppendMs: number
}

type Rows = Pick<BlockContent, 'batch' | 'rejected' | 'producers' | 'contractVersion' | 'firstAppendMs' | 'lastAppendMs'>

/**
 * The open end of one segment. Blocks are added in memory, go out in one write, and are durable after `sync`.
 * After a failure the segment is not written to again; whoever owns it opens another one.
 */
export class SegmentWriter {
  readonly segment: SegmentName
  readonly #storage: Storage
  readonly #folder: string
  readonly #owner: SegmentOwner
  readonly #file: StorageFile
  #position: number
  #groupPosition: number
  #parts: Uint8Array[] = []
  #addedBytes = 0
  /** The folder's entry of this file may not be on the disk yet. */
  #fresh: boolean

  constructor(storage: Storage, folder: string, owner: SegmentOwner, segment: SegmentName, file: StorageFile, position: number) {
    this.#storage = storage
    this.#folder = folder
    this.#owner = owner
    this.#file = file
    this.segment = segment
    this.#position = position
    this.#groupPosition = position
    this.#fresh = position === 0
  }

  static async create(storage: Storage, folder: string, owner: SegmentOwner, segment: SegmentName): Promise<SegmentWriter> {
    return new SegmentWriter(storage, folder, owner, segment, await storage.open(join(folder, segment.name), 'create'), 0)
  }

  /** Bytes written so far. */
  get position(): number {
    return this.#position
  }

  /** Answers what the block accounts for. */
  addRows(rows: Rows, point: AppendPoint): Pick<BlockHeader, 'firstAppendMs' | 'baseOffset' | 'rows' | 'rejected'> {
    const firstAppendMs = Math.max(rows.firstAppendMs, point.lastAppendMs)
    const lastAppendMs = Math.max(rows.lastAppendMs, firstAppendMs)
    this.#add(encodeBlock({ ...this.#place(point), ...rows, firstAppendMs, lastAppendMs, eventTime: this.#owner.eventTime }))
    const account = { firstAppendMs, baseOffset: point.end, rows: rows.batch.rowCount, rejected: rows.rejected.length }
    point.end += rows.batch.rowCount
    point.rejectedEnd += rows.rejected.length
    point.lastAppendMs = lastAppendMs
    return account
  }

  addMarker(marker: Marker, nowMs: number, point: AppendPoint): void {
    point.lastAppendMs = Math.max(point.lastAppendMs, nowMs)
    const times = { firstAppendMs: point.lastAppendMs, lastAppendMs: point.lastAppendMs }
    this.#add(encodeMarker({ ...this.#place(point), ...times }, markerText(marker)))
  }

  /** Writes what was added, in one call. */
  async write(): Promise<void> {
    const parts = this.#parts
    const position = this.#position
    this.#parts = []
    this.#position += this.#addedBytes
    this.#addedBytes = 0
    if (parts.length > 0) await this.#file.write(parts, position)
  }

  /** Makes everything written durable and ends the group. */
  async sync(): Promise<void> {
    assert(this.#parts.length === 0, 'what was added is written before it is synced')
    await this.#file.sync()
    if (this.#fresh) await this.#storage.syncFolder(this.#folder)
    this.#fresh = false
    this.#groupPosition = this.#position
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  #place(point: AppendPoint) {
    return {
      streamUid: this.#owner.streamUid,
      partition: this.#owner.partition,
      attempt: this.segment.attempt,
      position: this.#position + this.#addedBytes,
      groupPosition: this.#groupPosition,
      baseOffset: point.end,
      baseRejected: point.rejectedEnd,
    }
  }

  #add(block: EncodedBlock): void {
    this.#parts.push(...block.parts)
    this.#addedBytes += block.blockBytes
  }
}
