import { errors } from '../base/errors.ts'
import { faultPlace } from '../base/fault.ts'
import { limits } from '../base/limits.ts'
import type { Cancel, Ports } from '../base/ports.ts'
import type { AccountBook } from './account-book.ts'
import { producerTable, rowsOf, runsOf, type Waiting } from './append-group.ts'
import { batchBytes } from './batch-bytes.ts'
import type { ProducerEntry } from './block-header.ts'
import type { DuplicateTable } from './duplicates.ts'
import { join, segmentName } from './layout.ts'
import type { Append, Appended, ProducerMark } from './log.ts'
import type { AccountRow, OpeningMarker } from './marker.ts'
import type { Recovered } from './recovery.ts'
import { type AppendPoint, type SegmentOwner, SegmentWriter } from './segment-writer.ts'
import { writeSnapshot } from './snapshot.ts'
import type { GatewayPartition } from './writer.ts'

/** Where a writer takes over: what recovery found. `writer` null: the next group opens a segment. */
export interface Start {
  readonly point: AppendPoint
  readonly recovered: Recovered
  readonly duplicates: DuplicateTable
  readonly account: AccountBook
  readonly attemptMax: number
  readonly writer: SegmentWriter | null
  readonly previous: OpeningMarker['previous']
  readonly previousBase: number
}

interface CommittedRun {
  readonly run: readonly Waiting[]
  readonly producers: readonly ProducerEntry[]
  readonly account: ReturnType<SegmentWriter['addRows']>
}

/**
 * Gathers appends into groups: one block (one a contract version), one write, one sync, then all are answered. One group
 * is on its way to the disk at a time; the next one gathers meanwhile.
 */
export class GroupCommitWriter implements GatewayPartition {
  readonly recovered: Recovered
  readonly #ports: Ports
  readonly #folder: string
  readonly #owner: SegmentOwner
  readonly #duplicates: DuplicateTable
  readonly #account: AccountBook
  readonly #inFlight = new Map<string, { readonly bodyHash: string; readonly result: Promise<Appended> }>()
  readonly #listeners: ((end: number, rejectedEnd: number) => void)[] = []
  #waiting: Waiting[] = []
  #waitingRows = 0
  #waitingBytes = 0
  #queuedBytes = 0
  #timer: Cancel | null = null
  #committing: Promise<void> | null = null
  #due = false
  #closed = false

  #writer: SegmentWriter | null
  #openedMs: number
  #attempt: number
  /** The last segment as far as it counts. */
  #previous: OpeningMarker['previous']
  #previousBase: number
  /** Where the next block goes; ahead of the committed end after a group failed. */
  #point: AppendPoint
  #end: number
  #rejectedEnd: number

  constructor(ports: Ports, folder: string, owner: SegmentOwner, start: Start) {
    this.#ports = ports
    this.#folder = folder
    this.#owner = owner
    this.recovered = start.recovered
    this.#duplicates = start.duplicates
    this.#account = start.account
    this.#attempt = start.attemptMax
    this.#writer = start.writer
    this.#openedMs = ports.clock.nowMs()
    this.#previous = start.previous
    this.#previousBase = start.previousBase
    this.#point = { ...start.point }
    this.#end = start.point.end
    this.#rejectedEnd = start.point.rejectedEnd
  }

  end(): number {
    return this.#end
  }

  rejectedEnd(): number {
    return this.#rejectedEnd
  }

  onMove(listener: (end: number, rejectedEnd: number) => void): void {
    this.#listeners.push(listener)
  }

  account(): readonly AccountRow[] {
    return this.#account.rows()
  }

  append(append: Append): Promise<Appended> {
    if (this.#closed) return Promise.reject(this.#notWritten('the partition is closed'))
    const { producer } = append
    if (producer === null) return this.#enqueue(append)
    try {
      const before = this.#duplicates.find(producer)
      if (before !== null) return Promise.resolve(before)
    } catch (error) {
      return Promise.reject(error)
    }
    const key = inFlightKey(producer)
    const bodyHash = producer.kind === 'key' ? producer.bodyHash : ''
    const flying = this.#inFlight.get(key)
    if (flying !== undefined) {
      if (flying.bodyHash !== bodyHash) return Promise.reject(errors.fail('MS-3010', {}))
      return flying.result.then((appended) => ({ ...appended, duplicate: true }))
    }
    const result = this.#enqueue(append)
    this.#inFlight.set(key, { bodyHash, result })
    const landed = () => this.#inFlight.delete(key)
    result.then(landed, landed)
    return result
  }

  async close(): Promise<void> {
    this.#closed = true
    while (this.#waiting.length > 0 || this.#committing !== null) {
      this.#commitSoon()
      await this.#committing
    }
    const writer = this.#writer
    this.#writer = null
    if (writer === null) return
    await this.#snapshot(writer)
    await writer.close()
  }

  #enqueue(append: Append): Promise<Appended> {
    const bytes = batchBytes(append.batch) + append.rejected.reduce((sum, row) => sum + row.bytes.length, 0)
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes > limits.appendQueueBytesMax) {
      const { streamUid, partition } = this.#owner
      return Promise.reject(errors.fail('MS-3005', { streamUid, partition, waitingBytes: this.#queuedBytes }))
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ append, bytes, resolve, reject })
      this.#waitingRows += append.batch.rowCount + append.rejected.length
      this.#waitingBytes += bytes
      this.#queuedBytes += bytes
      if (this.#waitingRows >= limits.blockRowsMax || this.#waitingBytes >= limits.blockBytesMax) this.#commitSoon()
      else this.#timer ??= this.#ports.scheduler.after(limits.blockDelayMs, () => this.#commitSoon())
    })
  }

  /** Commits what waits, now or right after the commit that is under way. */
  #commitSoon(): void {
    this.#timer?.cancel()
    this.#timer = null
    if (this.#committing !== null) {
      this.#due = true
      return
    }
    if (this.#waiting.length === 0) return
    const group = this.#waiting
    this.#waiting = []
    this.#waitingRows = 0
    this.#waitingBytes = 0
    this.#committing = this.#commit(group).then(() => {
      this.#committing = null
      if (this.#due) {
        this.#due = false
        this.#commitSoon()
      }
    })
  }

  /** Makes a group durable, then answers it. Never rejects: a failure is the group's answer. */
  async #commit(group: readonly Waiting[]): Promise<void> {
    const point = { ...this.#point }
    const blocks: CommittedRun[] = []
    let writer = this.#writer
    try {
      if (writer !== null && this.#isFull(writer)) writer = await this.#seal(writer)
      writer ??= await this.#openSegment(point)
      this.#writer = writer
      for (const run of runsOf(group)) {
        const producers = producerTable(run)
        blocks.push({ run, producers, account: writer.addRows(rowsOf(run, producers), point) })
      }
      await writer.write()
      faultPlace('append')
      await writer.sync()
    } catch (error) {
      this.#release(group)
      this.#abandon(writer, point)
      const failure = this.#failure(error)
      for (const waiting of group) waiting.reject(failure)
      return
    }
    this.#release(group)
    this.#point = point
    this.#end = point.end
    this.#rejectedEnd = point.rejectedEnd
    this.#previous = { segment: writer.segment.name, bytes: writer.position, end: point.end, rejectedEnd: point.rejectedEnd }
    this.#previousBase = writer.segment.base
    for (const block of blocks) this.#settle(block)
    for (const listener of this.#listeners) listener(this.#end, this.#rejectedEnd)
  }

  #settle({ run, producers, account }: CommittedRun): void {
    this.#duplicates.record({ baseOffset: account.baseOffset, producers })
    this.#account.add(account)
    let offset = account.baseOffset
    for (const { append, resolve } of run) {
      resolve({ offset, accepted: append.batch.rowCount, rejected: append.rejected.length, duplicate: false })
      offset += append.batch.rowCount
    }
  }

  #release(group: readonly Waiting[]): void {
    for (const waiting of group) this.#queuedBytes -= waiting.bytes
  }

  /** After a failed write or sync: that segment is not touched again, and no offset of the group is used again. */
  #abandon(writer: SegmentWriter | null, point: AppendPoint): void {
    this.#point = { ...this.#point, end: Math.max(this.#point.end, point.end) }
    this.#writer = null
    if (writer === null) return
    const closed = writer.close().catch(() => {})
    if (writer.segment.name === this.#previous?.segment) return
    // Nothing in it was ever committed. Should it come back after a crash, nobody's opening marker names it.
    const path = join(this.#folder, writer.segment.name)
    closed.then(() => this.#ports.storage.remove(path)).catch(() => {})
  }

  #failure(error: unknown): Error {
    const { streamUid, partition } = this.#owner
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC' || code === 'EDQUOT') return errors.fail('MS-3004', { streamUid, partition }, undefined, error)
    return errors.fail('MS-3002', { streamUid, partition, reason: message }, undefined, error)
  }

  #notWritten(reason: string): Error {
    return errors.fail('MS-3002', { streamUid: this.#owner.streamUid, partition: this.#owner.partition, reason })
  }

  #isFull(writer: SegmentWriter): boolean {
    return writer.position >= limits.segmentBytesMax || this.#ports.clock.nowMs() - this.#openedMs >= limits.segmentAgeMsMax
  }

  async #seal(writer: SegmentWriter): Promise<null> {
    await this.#snapshot(writer)
    await writer.close()
    return null
  }

  #snapshot(writer: SegmentWriter): Promise<void> {
    return writeSnapshot(this.#ports.storage, this.#folder, {
      version: 1,
      segment: writer.segment.name,
      position: writer.position,
      end: this.#end,
      rejectedEnd: this.#rejectedEnd,
      duplicates: this.#duplicates.snapshot(),
      account: this.#account.rows(),
    })
  }

  async #openSegment(point: AppendPoint): Promise<SegmentWriter> {
    this.#attempt++
    // Names tell segments apart by their base: one that starts where its predecessor did would take its place.
    if (point.end === this.#previousBase) point.end++
    const segment = segmentName(point.end, this.#attempt)
    const writer = await SegmentWriter.create(this.#ports.storage, this.#folder, this.#owner, segment)
    this.#openedMs = this.#ports.clock.nowMs()
    writer.addMarker({ type: 'opening', previous: this.#previous }, this.#openedMs, point)
    return writer
  }
}

function inFlightKey(mark: ProducerMark): string {
  return mark.kind === 'key' ? `k ${mark.keyHash}` : `s ${mark.epoch} ${mark.sequence} ${mark.producer}`
}
