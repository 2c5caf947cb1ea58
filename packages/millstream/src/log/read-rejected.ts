import type { Storage } from '../base/ports.ts'
import { Batch } from '../data/batch.ts'
import type { Column } from '../data/column.ts'
import type { StreamDescriptor } from '../model/streams.ts'
import { checksumHolds, decodeColumn } from './block.ts'
import { type BlockHeader, columnClass } from './block-header.ts'
import { BlockCursor } from './cursor.ts'
import { partitionFolder } from './layout.ts'
import type { RejectedRow } from './log.ts'
import { rejectedRows, rejectedSchema } from './rejected-rows.ts'

/** A dead letter of stage edge, with its place for life. */
export interface RejectedAt {
  /** Counts a partition's rejected rows from 0; never reused once committed. */
  readonly number: number
  /** Accepted rows of the partition that stood before its block. */
  readonly offset: number
  readonly partition: number
  readonly contractVersion: number
  readonly appendedAtMs: number
  readonly row: RejectedRow
}

export interface RejectedRange {
  /** Committed ends of the partition, as its writer says. */
  readonly end: number
  readonly rejectedEnd: number
  /** The first number wanted, and how many at most. */
  readonly from?: number
  readonly rowsMax: number
  /** Bytes of rows at most, but one row at least. */
  readonly bytesMax?: number
}

/** The rejected rows of a partition in the order they came. `dataFolder` is a path of `storage`. */
export async function readRejected(
  storage: Storage,
  dataFolder: string,
  stream: StreamDescriptor,
  partition: number,
  range: RejectedRange,
): Promise<RejectedAt[]> {
  const cursor = new BlockCursor(storage, partitionFolder(dataFolder, stream.uid, partition), stream.uid, partition)
  const from = range.from ?? 0
  const found: RejectedAt[] = []
  let room = range.bytesMax ?? Number.POSITIVE_INFINITY
  try {
    await cursor.walk(range.end, async (header) => {
      if (header.baseRejected >= range.rejectedEnd || found.length >= range.rowsMax || room <= 0) return false
      if (header.rejected === 0 || header.baseRejected + header.rejected <= from) return true
      const rows = rejectedRows(await section(cursor, header))
      const skip = Math.max(0, from - header.baseRejected)
      for (let index = skip; index < rows.length && found.length < range.rowsMax && room > 0; index++) {
        const row = rows[index] as RejectedRow
        room -= row.bytes.length
        found.push({
          number: header.baseRejected + index,
          offset: header.baseOffset,
          partition,
          contractVersion: header.contractVersion,
          appendedAtMs: header.firstAppendMs,
          row,
        })
      }
      return true
    })
  } finally {
    await cursor.close()
  }
  return found
}

async function section(cursor: BlockCursor, header: BlockHeader): Promise<Batch> {
  const columns: Column[] = []
  for (const [position, field] of rejectedSchema.fields.entries()) {
    const entry = header.directory.find((candidate) => candidate.class === columnClass.rejected && candidate.id === position + 1)
    if (entry === undefined) throw cursor.corrupt(header, 'its rejected rows lack a column')
    const stored = await cursor.bytes(header, entry.offset, entry.storedBytes)
    if (!checksumHolds(entry, stored)) throw cursor.corrupt(header, 'the checksum of its rejected rows does not match')
    columns.push(decodeColumn(entry, stored, field.type, header.rejected))
  }
  return new Batch(rejectedSchema, header.rejected, columns)
}
