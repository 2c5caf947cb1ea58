import { errors } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { Ports } from '../base/ports.ts'
import { Batch } from '../data/batch.ts'
import type { StreamDescriptor } from '../model/streams.ts'
import { batchBytes } from './batch-bytes.ts'
import { makePartitionFolder, segmentName } from './layout.ts'
import { type AppendPoint, type SegmentOwner, SegmentWriter } from './segment-writer.ts'

/**
 * A partition that a job writes. Rows are visible only when the catalogue has committed an end beyond them; each attempt
 * has segment files of its own, so a worker that should be dead writes where nobody looks.
 */
export interface JobPartition {
  /** Takes the rows; the batch is free again when this resolves. Its fields carry the contract's ids. */
  write(batch: Batch): Promise<void>
  /** Everything written is durable; answers the end to commit, and the files of this attempt that hold it. After a failure the attempt is over. */
  prepare(): Promise<{ readonly end: number; readonly segments: readonly string[] }>
  /** Where the next row goes. */
  end(): number
  close(): Promise<void>
}

/** `attempt` is the catalogue's, higher than any before; `end` is the committed end as of then. */
export async function openJobPartition(
  ports: Ports,
  dataFolder: string,
  stream: StreamDescriptor,
  partition: number,
  start: { readonly attempt: number; readonly end: number },
): Promise<JobPartition> {
  const folder = await makePartitionFolder(ports.storage, dataFolder, stream.uid, partition)
  const owner: SegmentOwner = { streamUid: stream.uid, partition, eventTime: stream.contract.watermark?.column ?? null }
  return new AttemptWriter(ports, folder, owner, stream.contract.version, start.attempt, start.end)
}

class AttemptWriter implements JobPartition {
  readonly #ports: Ports
  readonly #folder: string
  readonly #owner: SegmentOwner
  readonly #contractVersion: number
  readonly #attempt: number
  readonly #point: AppendPoint
  #segments: string[] = []
  #writer: SegmentWriter | null = null
  /** Rows taken but not yet in a block, copied. */
  #gathered: Batch[] = []
  #gatheredRows = 0
  #failed: unknown = null

  constructor(ports: Ports, folder: string, owner: SegmentOwner, contractVersion: number, attempt: number, end: number) {
    this.#ports = ports
    this.#folder = folder
    this.#owner = owner
    this.#contractVersion = contractVersion
    this.#attempt = attempt
    this.#point = { end, rejectedEnd: 0, lastAppendMs: 0 }
  }

  end(): number {
    return this.#point.end + this.#gatheredRows
  }

  async write(batch: Batch): Promise<void> {
    if (batch.rowCount === 0) return
    if (this.#gatheredRows + batch.rowCount >= limits.jobBlockRows || batchBytes(batch) >= limits.blockBytesMax) {
      await this.#block([...this.#gathered, batch])
      return
    }
    this.#gathered.push(batch.take(Int32Array.from({ length: batch.rowCount }, (_, row) => row)))
    this.#gatheredRows += batch.rowCount
  }

  async prepare(): Promise<{ end: number; segments: readonly string[] }> {
    // Rows of a write that failed are in no block: nothing may be committed as if they were.
    if (this.#gathered.length > 0 || this.#failed !== null) await this.#block(this.#gathered)
    const writer = this.#writer
    if (writer !== null) {
      await this.#act(() => writer.sync())
      if (writer.position >= limits.segmentBytesMax) {
        await writer.close()
        this.#writer = null
      }
    }
    const segments = this.#segments
    this.#segments = this.#writer === null ? [] : [this.#writer.segment.name]
    return { end: this.#point.end, segments }
  }

  async close(): Promise<void> {
    const writer = this.#writer
    this.#writer = null
    await writer?.close()
  }

  async #block(batches: readonly Batch[]): Promise<void> {
    this.#gathered = []
    this.#gatheredRows = 0
    await this.#act(async () => {
      const nowMs = this.#ports.clock.nowMs()
      this.#writer ??= await this.#open(nowMs)
      const batch = Batch.concat((batches[0] as Batch).schema, batches)
      const rows = { batch, rejected: [], producers: [], contractVersion: this.#contractVersion, firstAppendMs: nowMs, lastAppendMs: nowMs }
      this.#writer.addRows(rows, this.#point)
      await this.#writer.write()
    })
  }

  async #open(nowMs: number): Promise<SegmentWriter> {
    const segment = segmentName(this.#point.end, this.#attempt)
    const writer = await SegmentWriter.create(this.#ports.storage, this.#folder, this.#owner, segment)
    writer.addMarker({ type: 'opening', previous: null }, nowMs, this.#point)
    this.#segments.push(segment.name)
    return writer
  }

  /** A write or sync that failed ends the attempt: what is on the disk is not known. */
  async #act(run: () => Promise<void>): Promise<void> {
    try {
      if (this.#failed !== null) throw this.#failed
      await run()
    } catch (error) {
      this.#failed = error
      const { streamUid, partition } = this.#owner
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'ENOSPC' || code === 'EDQUOT') throw errors.fail('MS-3004', { streamUid, partition }, undefined, error)
      throw errors.fail('MS-3002', { streamUid, partition, reason: message }, undefined, error)
    }
  }
}
