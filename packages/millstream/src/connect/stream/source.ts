import { must } from '../../base/assert.ts'
import { errors } from '../../base/errors.ts'
import { Batch } from '../../data/batch.ts'
import { constantColumn } from '../../data/builder.ts'
import type { Column } from '../../data/column.ts'
import { unknownFields } from '../../data/contract.ts'
import type { LogicalType, RowField } from '../../data/types.ts'
import type { Source, SourceRequest, SplitLag, SplitReader } from '../../flow/connector.ts'
import type { LogSlice } from '../../log/log.ts'
import { openPartitionReader, type SeekingReader } from '../../log/reader.ts'
import type { StreamDescriptor } from '../../model/streams.ts'
import type { StreamAccess } from './connector.ts'

/** A stream's partitions as splits. New partitions (of jobs that began to write it) are found as they come. */
export function streamSource(access: StreamAccess, request: SourceRequest): Source {
  const { streams, ends } = access
  const uid = must(request.table.uid, 'stream uid')
  const find = (): StreamDescriptor => {
    const stream = streams.byUid(uid)
    if (stream === null) throw errors.fail('MS-5012', { stream: request.table.name })
    return stream
  }
  const columns = request.columns.map((name) => planColumn(request, name))
  const stored = columns.flatMap((column) => (column.kind === 'metadata' ? [] : [column.name]))
  const waiting = new Map<number, () => void>()
  const stop = ends.onMove((moved, partition) => {
    if (moved !== uid) return
    waiting.get(partition)?.()
    waiting.delete(partition)
  })
  return {
    bounded: request.bounded,
    splits: async () => find().partitions.map(({ partition }) => String(partition)),
    async open(split, position) {
      const stream = find()
      // A job reads by the contract that it was deployed with, whatever the stream's is now.
      const { contractVersion } = request.table
      const contract = (contractVersion > 0 ? streams.contract(uid, contractVersion) : null) ?? stream.contract
      const partition = Number(split)
      const reader = openPartitionReader(access.ports.storage, access.dataFolder, { ...stream, contract }, partition, ends, {
        columns: stored,
        contract: (version) => streams.contract(uid, version),
      })
      if (typeof position === 'number') reader.seek(position)
      else if (request.fromMs !== null) await reader.seekTime(request.fromMs)
      const stopAt = request.bounded ? ends.end(uid, partition) : Number.POSITIVE_INFINITY
      return new PartitionSplit(
        reader,
        { request, columns, partition, stopAt },
        {
          end: () => ends.end(uid, partition),
          ready: () =>
            new Promise((resolve) => {
              if (ends.end(uid, partition) > reader.position()) resolve()
              else waiting.set(partition, resolve)
            }),
        },
      )
    },
    async close() {
      stop()
      for (const resolve of waiting.values()) resolve()
      waiting.clear()
    },
  }
}

type ColumnSource =
  | { readonly kind: 'physical'; readonly name: string }
  /** Stored beside the contract's columns. */
  | { readonly kind: 'unknown-fields'; readonly name: string }
  | { readonly kind: 'metadata'; readonly key: 'offset' | 'partition' | 'ingest_time' }

function planColumn(request: SourceRequest, name: string): ColumnSource {
  const column = must(
    request.table.columns.find((candidate) => candidate.name === name),
    `column ${name}`,
  )
  if (column.kind === 'physical') return { kind: 'physical', name }
  const key = column.kind === 'metadata' ? column.key : ''
  if (key === 'offset' || key === 'partition' || key === 'ingest_time') return { kind: 'metadata', key }
  const named = request.table.columns.some((each) => each.kind === 'physical' && each.name === unknownFields.name)
  if (key === unknownFields.name && !named) return { kind: 'unknown-fields', name: unknownFields.name }
  throw errors.fail('MS-5000', { feature: `The metadata column ${key || name} of a stream` })
}

interface SplitPlan {
  readonly request: SourceRequest
  readonly columns: readonly ColumnSource[]
  readonly partition: number
  readonly stopAt: number
}

class PartitionSplit implements SplitReader {
  readonly #reader: SeekingReader
  readonly #plan: SplitPlan
  readonly #ends: { end(): number; ready(): Promise<void> }
  #lastAppendedMs: number | null = null

  constructor(reader: SeekingReader, plan: SplitPlan, ends: { end(): number; ready(): Promise<void> }) {
    this.#reader = reader
    this.#plan = plan
    this.#ends = ends
  }

  async read(rowsMax: number): Promise<Batch | 'wait' | 'end'> {
    const left = this.#plan.stopAt - this.#reader.position()
    if (left <= 0) return 'end'
    const slice = await this.#reader.next(Math.min(rowsMax, left))
    if (slice === null) return this.#plan.stopAt === Number.POSITIVE_INFINITY ? 'wait' : 'end'
    this.#lastAppendedMs = slice.appendedAtMs
    return this.#batch(slice)
  }

  ready(): Promise<void> {
    return this.#ends.ready()
  }

  position(): number {
    return this.#reader.position()
  }

  lag(): SplitLag {
    const rows = Math.max(0, this.#ends.end() - this.#reader.position())
    return { rows, sinceMs: rows === 0 ? null : this.#lastAppendedMs }
  }

  close(): Promise<void> {
    return this.#reader.close()
  }

  #batch(slice: LogSlice): Batch {
    const { request, columns, partition } = this.#plan
    const { rowCount } = slice.batch
    const made = columns.map((column, position): Column => {
      const { type } = request.schema.fields[position] as RowField
      if (column.kind !== 'metadata') {
        const found = slice.batch.columns[slice.batch.schema.position(column.name)] as Column
        return column.kind === 'physical' ? found : { ...found, type }
      }
      return metadataColumn(column.key, type, slice, partition)
    })
    return new Batch(request.schema, rowCount, made, slice.batch.kinds)
  }
}

function metadataColumn(key: 'offset' | 'partition' | 'ingest_time', type: LogicalType, slice: LogSlice, partition: number): Column {
  const length = slice.batch.rowCount
  const common = { type, length, validity: null }
  switch (key) {
    case 'offset':
      return { ...common, layout: 'safe', values: Float64Array.from({ length }, (_, row) => slice.offset + row) }
    case 'partition':
      return constantColumn(type, partition, length)
    case 'ingest_time':
      return { ...common, layout: 'safe', values: slice.ingestTimesMs() }
  }
}
