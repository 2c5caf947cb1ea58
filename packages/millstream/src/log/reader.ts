import { errors } from '../base/errors.ts'
import type { Storage } from '../base/ports.ts'
import { Batch } from '../data/batch.ts'
import type { Column } from '../data/column.ts'
import type { StreamDescriptor } from '../model/streams.ts'
import { checksumHolds, decodeColumn, kindsType } from './block.ts'
import { type BlockHeader, columnClass, type DirectoryEntry, systemColumn } from './block-header.ts'
import { BlockCursor } from './cursor.ts'
import { partitionFolder } from './layout.ts'
import type { Ends, LogSlice, PartitionReader } from './log.ts'
import { type ColumnPlan, type ContractOf, missingColumn, Resolver, widened } from './resolve.ts'

export interface ReaderOptions {
  /** Names of physical columns, in any order; they come in the contract's order, then `unknown_fields` if asked for. Absent: all physical ones. */
  readonly columns?: readonly string[]
  /** Contracts that blocks were written under; that of `stream` itself is known. */
  readonly contract: ContractOf
}

/** A reader that can also go to a time. */
export interface SeekingReader extends PartitionReader {
  /** Goes on at the first block appended at or after this time (epoch ms); answers its offset. */
  seekTime(appendedAtMs: number): Promise<number>
  /** The first offset that retention has left. */
  start(): Promise<number>
}

/** Reads as `stream.contract` says, from any process that knows the committed ends. `dataFolder` is a path of `storage`. */
export function openPartitionReader(
  storage: Storage,
  dataFolder: string,
  stream: StreamDescriptor,
  partition: number,
  ends: Ends,
  options: ReaderOptions,
): SeekingReader {
  const cursor = new BlockCursor(storage, partitionFolder(dataFolder, stream.uid, partition), stream.uid, partition)
  const resolver = new Resolver(stream.contract, options.columns, options.contract)
  return new SegmentReader(cursor, resolver, () => ends.end(stream.uid, partition), stream.uid, partition)
}

interface OpenBlock {
  readonly header: BlockHeader
  readonly batch: Batch
}

class SegmentReader implements SeekingReader {
  readonly #cursor: BlockCursor
  readonly #resolver: Resolver
  readonly #end: () => number
  readonly #streamUid: string
  readonly #partition: number
  #offset = 0
  #block: OpenBlock | null = null

  constructor(cursor: BlockCursor, resolver: Resolver, end: () => number, streamUid: string, partition: number) {
    this.#cursor = cursor
    this.#resolver = resolver
    this.#end = end
    this.#streamUid = streamUid
    this.#partition = partition
  }

  async next(rowsMax: number): Promise<LogSlice | null> {
    const first = await this.#piece(rowsMax)
    if (first === null) return null
    // Small blocks are joined, so that reading up an old stream does not go block by block.
    const pieces = [first]
    let rows = first.batch.rowCount
    while (rows < rowsMax) {
      const next = await this.#follow(first, rowsMax - rows)
      if (next === null) break
      pieces.push(next)
      rows += next.batch.rowCount
    }
    const last = pieces.at(-1) as Piece
    return {
      batch:
        pieces.length === 1
          ? first.batch
          : Batch.concat(
              this.#resolver.schema,
              pieces.map((piece) => piece.batch),
            ),
      offset: first.offset,
      partition: this.#partition,
      contractVersion: first.header.contractVersion,
      appendedAtMs: last.header.firstAppendMs,
      ingestTimesMs: () => ingestTimes(pieces, rows),
    }
  }

  seek(offset: number): void {
    this.#offset = offset
  }

  position(): number {
    return this.#offset
  }

  start(): Promise<number> {
    return this.#cursor.start(this.#end())
  }

  async seekTime(appendedAtMs: number): Promise<number> {
    const end = this.#end()
    let found = end
    await this.#cursor.walkFromTime(appendedAtMs, end, (header) => {
      if (header.rows === 0 || header.lastAppendMs < appendedAtMs) return true
      found = header.baseOffset
      return false
    })
    this.#offset = found
    return found
  }

  close(): Promise<void> {
    this.#block = null
    return this.#cursor.close()
  }

  /** The next rows of one block; the position moves behind them. */
  async #piece(rowsMax: number): Promise<Piece | null> {
    const block = await this.#blockAt(this.#offset)
    if (block === null) return null
    const { header, batch } = block
    const from = Math.max(this.#offset - header.baseOffset, 0)
    const to = Math.min(header.rows, from + rowsMax)
    this.#offset = header.baseOffset + to
    return { header, offset: header.baseOffset + from, batch: batch.slice(from, to) }
  }

  /** Rows that join on to a piece: the next offset, the same contract. */
  async #follow(first: Piece, rowsMax: number): Promise<Piece | null> {
    const header = await this.#cursor.blockAt(this.#offset, this.#end())
    if (header === null || header.baseOffset > this.#offset || header.contractVersion !== first.header.contractVersion) return null
    return this.#piece(rowsMax)
  }

  async #blockAt(offset: number): Promise<OpenBlock | null> {
    const open = this.#block
    if (open !== null && offset >= open.header.baseOffset && offset < open.header.baseOffset + open.header.rows) return open
    const header = await this.#cursor.blockAt(offset, this.#end())
    if (header === null) return null
    if (offset > 0 && header.baseOffset > offset) await this.#checkKept(offset)
    const columns: Column[] = []
    for (const plan of this.#resolver.plan(header)) columns.push(await this.#column(header, plan))
    const kindsEntry = header.directory.find((entry) => entry.class === columnClass.system && entry.id === systemColumn.kinds)
    const kinds =
      kindsEntry === undefined ? null : kindsOf(decodeColumn(kindsEntry, await this.#stored(header, kindsEntry), kindsType, header.rows))
    this.#block = { header, batch: new Batch(this.#resolver.schema, header.rows, columns, kinds) }
    return this.#block
  }

  /** A group that failed leaves a gap in the offsets, and nothing is missing; what retention removed is. */
  async #checkKept(offset: number): Promise<void> {
    const start = await this.#cursor.start(this.#end())
    const [streamUid, partition] = [this.#streamUid, this.#partition]
    if (start > offset) throw errors.fail('MS-3013', { streamUid, partition, offset, start })
  }

  async #column(header: BlockHeader, plan: ColumnPlan): Promise<Column> {
    if (plan.kind === 'missing') return missingColumn(plan.field, header.rows)
    return widened(decodeColumn(plan.entry, await this.#stored(header, plan.entry), plan.type, header.rows), plan.field.type)
  }

  /** A column's bytes, which are what their checksum says. */
  async #stored(header: BlockHeader, entry: DirectoryEntry): Promise<Uint8Array> {
    const bytes = await this.#cursor.bytes(header, entry.offset, entry.storedBytes)
    if (checksumHolds(entry, bytes)) return bytes
    this.#cursor.forget()
    const again = await this.#cursor.bytes(header, entry.offset, entry.storedBytes)
    if (checksumHolds(entry, again)) return again
    throw this.#cursor.corrupt(header, 'the checksum of a column does not match')
  }
}

interface Piece {
  readonly header: BlockHeader
  readonly offset: number
  readonly batch: Batch
}

const kindsOf = (column: Column): Uint8Array | null =>
  column.layout === 'int8' ? new Uint8Array(column.values.buffer, column.values.byteOffset, column.length) : null

function ingestTimes(pieces: readonly Piece[], rows: number): Float64Array {
  const times = new Float64Array(rows)
  let at = 0
  for (const { header, batch } of pieces) {
    times.fill(header.firstAppendMs, at, at + batch.rowCount)
    at += batch.rowCount
  }
  return times
}
