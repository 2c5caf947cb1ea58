import { errors, MillstreamError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { Cancel, Clock, Scheduler, Storage } from '../base/ports.ts'
import { durationText } from '../config/units.ts'
import { Batch } from '../data/batch.ts'
import type { Contract } from '../data/contract.ts'
import { metricLayout } from '../druid/dataset-layout.ts'
import type { Ends, LogSlice } from '../log/log.ts'
import { openPartitionReader, type SeekingReader } from '../log/reader.ts'
import type { DatasetDescriptor } from '../model/datasets.ts'
import type { StreamDescriptor } from '../model/streams.ts'
import type { DatasetFile, TakenRange } from './dataset-file.ts'
import { rollupOf } from './rollup.ts'

/** Rows that a dataset could not take. `offsets[i]` is where row i stood in the partition: a key for who keeps them once. */
export interface DeadRows {
  readonly dataset: DatasetDescriptor
  readonly stage: 'late' | 'pipeline'
  readonly reason: string
  readonly partition: number
  readonly offsets: readonly number[]
  readonly batch: Batch
  readonly contractVersion: number
}

export interface IngestHost {
  readonly storage: Storage
  readonly clock: Clock
  readonly scheduler: Scheduler
  /** The log's folder: a path of `storage`. */
  readonly dataFolder: string
  readonly ends: Ends
  readonly stream: (uid: string) => StreamDescriptor | null
  /** A version of a stream's contract. */
  readonly contract: (streamUid: string, version: number) => Contract | null
  /** Called before the rows around them count; after a crash again with the same offsets. */
  readonly deadRows: (rows: DeadRows) => Promise<void>
  /** The store cannot be asked any more: it has to be opened anew, by a process anew. */
  readonly lost: (error: unknown) => void
  /** Told why an ingest stands still, once for each reason in a row. It is tried again by itself. */
  readonly failed?: (dataset: DatasetDescriptor, error: Error) => void
  /** What was committed, for the account. */
  readonly taken: (dataset: DatasetDescriptor, ranges: readonly TakenRange[]) => void
}

export interface Ingest {
  /** Rows that are committed in the log and not here. */
  lagRows(): number
  readonly failure: Error | null
  /** Resolves when all that was committed in the log at the call is queryable. */
  settled(): Promise<void>
  stop(): Promise<void>
}

const retryDelayMs = 1000

/**
 * Follows the partitions of a stream into a dataset. After the end of one has moved, rows are gathered for a moment, so
 * that they roll up together; then everything up to the ends is read, rolled up and committed with its offsets. A failure
 * forgets what was not committed and reads it again.
 */
export function startIngest(dataset: DatasetDescriptor, file: DatasetFile, host: IngestHost): Ingest {
  const rollup = rollupOf(dataset, file.interner)
  const readers = new Map<number, SeekingReader>()
  const columns = columnsRead(dataset)
  let failure: Error | null = null
  let stopped = false
  let timer: Cancel | null = null
  let cycle: Promise<void> = Promise.resolve()
  let running = false

  const partitions = (): readonly number[] => (host.stream(dataset.streamUid)?.partitions ?? []).map(({ partition }) => partition)
  const lagRows = (): number =>
    partitions().reduce((sum, partition) => sum + Math.max(0, host.ends.end(dataset.streamUid, partition) - file.offset(partition)), 0)

  /** Reads under the contract that the dataset was defined over. */
  const openReader = (stream: StreamDescriptor, partition: number, names: readonly string[] | undefined): SeekingReader => {
    const contract = host.contract(stream.uid, dataset.contractVersion) ?? stream.contract
    const versions = (version: number): Contract | null => host.contract(stream.uid, version)
    const options = names === undefined ? { contract: versions } : { contract: versions, columns: names }
    return openPartitionReader(host.storage, host.dataFolder, { ...stream, contract }, partition, host.ends, options)
  }
  const readerOf = async (stream: StreamDescriptor, partition: number): Promise<SeekingReader> => {
    let reader = readers.get(partition)
    if (reader === undefined) {
      reader = openReader(stream, partition, columns)
      reader.seek(file.offset(partition))
      readers.set(partition, reader)
    }
    return reader
  }

  /** Hands rows over that cannot be taken, with all their columns: the dataset itself reads only its own. */
  const bury = async (
    stream: StreamDescriptor,
    slice: LogSlice,
    rows: Int32Array,
    stage: DeadRows['stage'],
    reason: string,
  ): Promise<void> => {
    if (rows.length === 0) return
    const { partition, offset, contractVersion } = slice
    const offsets = [...rows].map((row) => offset + row)
    const reader = openReader(stream, partition, undefined)
    try {
      const batch = await readRows(reader, offsets)
      await host.deadRows({ dataset, stage, reason, partition, contractVersion, batch, offsets })
    } finally {
      await reader.close()
    }
  }

  /** Reads until the ends or until enough groups are held; answers whether there may be more. */
  const drain = async (): Promise<boolean> => {
    const stream = host.stream(dataset.streamUid)
    if (stream === null) return false
    const taken = new Map<string, TakenRange>()
    let more = false
    let buried = 0
    for (const { partition } of stream.partitions) {
      if (host.ends.end(dataset.streamUid, partition) <= file.offset(partition)) continue
      const reader = await readerOf(stream, partition)
      for (;;) {
        if (rollup.rowCount >= limits.datasetFlushRowsMax || buried >= limits.datasetDeadRowsMax) {
          more = true
          break
        }
        const slice = await reader.next(limits.datasetReadRowsMax)
        if (slice === null) break
        const { batch, offset } = slice
        const { kept, late, timeless } = rollup.add(batch, slice.appendedAtMs)
        await bury(stream, slice, late, 'late', `later than the dataset's lateness of ${durationText(dataset.latenessMs ?? 0)}`)
        await bury(stream, slice, timeless, 'pipeline', `no event time in ${dataset.timestampColumn}`)
        buried += late.length + timeless.length
        const minuteMs = Math.floor(slice.appendedAtMs / 60_000) * 60_000
        const key = `${partition}/${minuteMs}`
        const before = taken.get(key)
        const range = {
          partition,
          from: offset,
          to: offset + batch.rowCount,
          in: batch.rowCount,
          out: kept,
          late: late.length,
          refused: timeless.length,
          minuteMs,
        }
        taken.set(key, before === undefined ? range : joined(before, range))
      }
    }
    if (taken.size > 0) {
      await file.commit(rollup.rowCount > 0 ? rollup.take() : null, [...taken.values()])
      rollup.clear()
      host.taken(dataset, [...taken.values()])
    }
    return more
  }

  const run = async (): Promise<void> => {
    running = true
    try {
      while (!stopped && (await drain()));
      failure = null
      await file.compact()
      if (dataset.retentionMs !== null) await file.dropBefore(host.clock.nowMs() - dataset.retentionMs)
    } catch (error) {
      const before = failure?.message
      failure =
        error instanceof MillstreamError
          ? error
          : errors.fail('MS-6008', { dataset: dataset.name, reason: String(error) }, undefined, error)
      if (failure.message !== before) host.failed?.(dataset, failure)
      rollup.clear()
      for (const reader of readers.values()) await reader.close().catch(() => {})
      readers.clear()
      // Whether a commit that failed was done says the file alone; a store that cannot say so any more is given up.
      await file.reload().catch(host.lost)
      if (!stopped) timer = host.scheduler.after(retryDelayMs, wake)
    } finally {
      running = false
      if (!stopped && timer === null && lagRows() > 0) schedule()
    }
  }
  const wake = (): void => {
    timer = null
    if (!running && !stopped) cycle = run()
  }
  const schedule = (): void => {
    if (timer === null && !stopped) timer = host.scheduler.after(limits.datasetFlushDelayMs, wake)
  }
  const stopListening = host.ends.onMove((streamUid) => {
    if (streamUid === dataset.streamUid && !running) schedule()
  })
  schedule()

  return {
    lagRows,
    get failure() {
      return failure
    },
    async settled() {
      while (!stopped && lagRows() > 0) {
        if (failure !== null) throw failure
        timer?.cancel()
        timer = null
        if (!running) cycle = run()
        await cycle
      }
    },
    async stop() {
      stopped = true
      stopListening()
      timer?.cancel()
      await cycle
      for (const reader of readers.values()) await reader.close()
    },
  }
}

const joined = (a: TakenRange, b: TakenRange): TakenRange => ({
  ...a,
  to: b.to,
  in: a.in + b.in,
  out: a.out + b.out,
  late: a.late + b.late,
  refused: a.refused + b.refused,
})

/** The stream's columns that the dataset needs. */
function columnsRead(dataset: DatasetDescriptor): string[] {
  const names = new Set([dataset.timestampColumn, ...dataset.dimensions.map(({ column }) => column)])
  for (const aggregator of dataset.metrics) {
    const { column } = metricLayout(aggregator, dataset.name)
    if (column !== null) names.add(column)
  }
  return [...names]
}

/** The rows at these offsets, ascending. */
async function readRows(reader: SeekingReader, offsets: readonly number[]): Promise<Batch> {
  const parts: Batch[] = []
  let at = 0
  reader.seek(offsets[0] ?? 0)
  while (at < offsets.length) {
    const slice = await reader.next(limits.datasetReadRowsMax)
    if (slice === null) throw new Error('rows that were read are no longer in the log')
    const rows: number[] = []
    for (; at < offsets.length && (offsets[at] as number) < slice.offset + slice.batch.rowCount; at++)
      rows.push((offsets[at] as number) - slice.offset)
    if (rows.length > 0) parts.push(slice.batch.take(Int32Array.from(rows)))
  }
  return parts.length === 1 ? (parts[0] as Batch) : Batch.concat((parts[0] as Batch).schema, parts)
}
