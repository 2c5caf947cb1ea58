import type { Storage } from '../base/ports.ts'
import { AccountBook } from './account-book.ts'
import { join, partitionFolder } from './layout.ts'
import { readRetired, writeRetired } from './retired.ts'
import { scanSegment } from './scan.ts'
import { type CountedSegment, countedSegments, listSegments, readOpening, SegmentFile } from './segment.ts'

export interface RetentionPolicy {
  /** Rows appended longer ago than this may go. */
  readonly ageMsMax: number
  /** What a partition may take on the disk. */
  readonly bytesMax: number
}

export interface Retention {
  readonly removedSegments: number
  readonly removedBytes: number
  /** The first offset that is left. */
  readonly start: number
}

/**
 * Removes whole segments from the front of a partition, never the last one, nothing at or behind `keepFrom` (the
 * committed end, or what a job still has to read). The account of what goes is on the disk before it goes.
 */
export async function retainPartition(
  storage: Storage,
  dataFolder: string,
  streamUid: string,
  partition: number,
  policy: RetentionPolicy,
  at: { readonly nowMs: number; readonly keepFrom: number },
): Promise<Retention> {
  const folder = partitionFolder(dataFolder, streamUid, partition)
  const segments = await countedSegments(await listSegments(storage, folder), (segment) => readOpening(storage, folder, segment))
  const retired = await readRetired(storage, folder)
  const sizes = await Promise.all(segments.map(async ({ segment }) => (await storage.stat(join(folder, segment.name)))?.sizeBytes ?? 0))
  let total = sizes.reduce((sum, size) => sum + size, 0)
  const book = new AccountBook()
  for (const row of retired?.account ?? []) book.addRow(row)

  let rejectedStart = retired?.rejectedStart ?? 0
  const going: string[] = []
  let removedBytes = 0
  for (let index = 0; index < segments.length - 1; index++) {
    const counted = segments[index] as CountedSegment
    const next = segments[index + 1] as CountedSegment
    if (next.segment.base > at.keepFrom) break
    const file = new SegmentFile(await storage.open(join(folder, counted.segment.name), 'read'))
    const rows = new AccountBook()
    let scan: Awaited<ReturnType<typeof scanSegment>>
    try {
      const limit = Math.min(counted.bytes ?? Number.MAX_SAFE_INTEGER, await file.sizeBytes())
      scan = await scanSegment(file, { streamUid, partition, segment: counted.segment }, limit, 'closed', (header) => {
        if (header.kind === 'rows' && header.baseOffset < next.segment.base) rows.add(header)
      })
    } finally {
      await file.close()
    }
    const tooOld = scan.lastAppendMs < at.nowMs - policy.ageMsMax
    if (!tooOld && total <= policy.bytesMax) break
    if (retired === null || counted.segment.base >= retired.start) for (const row of rows.rows()) book.addRow(row)
    rejectedStart = Math.max(rejectedStart, scan.rejectedEnd)
    going.push(counted.segment.name)
    total -= sizes[index] as number
    removedBytes += sizes[index] as number
  }
  const start = segments[going.length]?.segment.base ?? retired?.start ?? 0
  if (going.length > 0) await writeRetired(storage, folder, { version: 1, start, rejectedStart, account: book.rows() })
  // From the oldest on, each for good before the next: a crash leaves a log without its beginning, never one with a hole.
  for (const name of going) {
    await storage.remove(join(folder, name))
    await storage.syncFolder(folder)
  }
  return { removedSegments: going.length, removedBytes, start }
}
