import { errors, MillstreamError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { Cancel, Clock, Scheduler, Storage } from '../base/ports.ts'
import type { Batch } from '../data/batch.ts'
import type { Contract } from '../data/contract.ts'
import { metricLayout } from '../druid/dataset-layout.ts'
import type { Ends } from '../log/log.ts'
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
  const readerOf = async (stream: StreamDescriptor, partition: number): Promise<SeekingReader> => {
    let reader = readers.get(partition)
    if (reader === undefined) {
      const contract = host.contract(stream.uid, dataset.contractVersion) ?? stream.contract
      const versions = (version: number): Contract | null => host.contract(stream.uid, version)
      reader = openPartitionReader(host.storage, host.dataFolder, { ...stream, contract }, partition, host.ends, {
        columns,
        contract: versions,
      })
      reader.seek(Math.max(file.offset(partition), await reader.start()))
      readers.set(partition, reader)
    }
    return reader
  }

  const bury = async (
    batch: Batch,
    rows: Int32Array,
    stage: DeadRows['stage'],
    reason: string,
    partition: number,
    offset: number,
    contractVersion: number,
  ): Promise<void> => {
    if (rows.length === 0) return
    await host.deadRows({
      dataset,
      stage,
      reason,
      partition,
      contractVersion,
      batch: batch.take(rows),
      offsets: [...rows].map((row) => offset + row),
    })
  }

  /** Reads until the ends or until enough groups are held; answers whether there may be more. */
  const drain = async (): Promise<boolean> => {
    const stream = host.stream(dataset.streamUid)
    if (stream === null) return false
    const taken = new Map<string, TakenRange>()
    let more = false
    for (const { partition } of stream.partitions) {
      if (host.ends.end(dataset.streamUid, partition) <= file.offset(partition)) continue
      const reader = await readerOf(stream, partition)
      for (;;) {
        if (rollup.rowCount >= limits.datasetFlushRowsMax) {
          more = true
          break
        }
        const slice = await reader.next(limits.datasetReadRowsMax)
        if (slice === null) break
        const { batch, offset, contractVersion } = slice
        const { kept, late, timeless } = rollup.add(batch, slice.appendedAtMs)
        await bury(batch, late, 'late', `later than the dataset's lateness of ${dataset.latenessMs} ms`, partition, offset, contractVersion)
        await bury(batch, timeless, 'pipeline', `no event time in ${dataset.timestampColumn}`, partition, offset, contractVersion)
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
      if (dataset.retentionMs !== null) await file.dropBefore(host.clock.nowMs() - dataset.retentionMs)
    } catch (error) {
      failure =
        error instanceof MillstreamError
          ? error
          : errors.fail('MS-6008', { dataset: dataset.name, reason: String(error) }, undefined, error)
      rollup.clear()
      for (const reader of readers.values()) await reader.close().catch(() => {})
      readers.clear()
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
