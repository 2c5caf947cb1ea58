import { faultPlace } from '../base/fault.ts'
import type { Storage } from '../base/ports.ts'
import { AccountBook } from './account-book.ts'
import { DuplicateTable } from './duplicates.ts'
import { join, parseSegmentName, type SegmentName, segmentName } from './layout.ts'
import { readRetired } from './retired.ts'
import { type Damage, type Scan, scanSegment } from './scan.ts'
import { corruption, countedSegments, listSegments, liveSegments, readOpening, SegmentFile, type SegmentIdentity } from './segment.ts'
import type { AppendPoint } from './segment-writer.ts'
import { readSnapshot } from './snapshot.ts'

/** What opening a partition found and did. */
export interface Recovered {
  readonly end: number
  readonly rejectedEnd: number
  /** Bytes behind the last whole block: a group that was never acknowledged. */
  readonly tornBytes: number
  readonly segments: number
  readonly damaged: readonly Damage[]
}

export interface RecoveredPartition {
  readonly point: AppendPoint
  readonly recovered: Recovered
  readonly duplicates: DuplicateTable
  readonly account: AccountBook
  /** The last segment and what it holds; null: an empty partition. */
  readonly last: { readonly segment: SegmentName; readonly scan: Scan; readonly sizeBytes: number } | null
  readonly attemptMax: number
}

/**
 * Takes every whole block of the last segment and makes it durable; what was never acknowledged may so appear, what was
 * acknowledged must. Doing it again finds the same.
 */
export async function recoverPartition(
  storage: Storage,
  folder: string,
  streamUid: string,
  partition: number,
): Promise<RecoveredPartition> {
  const names = await listSegments(storage, folder)
  const attemptMax = Math.max(0, ...names.map((name) => name.attempt))
  const identity = (segment: SegmentName) => ({ streamUid, partition, segment })
  const retired = await readRetired(storage, folder)
  const snapshot = await readSnapshot(storage, folder)

  const duplicates = new DuplicateTable()
  const account = new AccountBook()
  for (const row of snapshot?.account ?? retired?.account ?? []) account.addRow(row)
  if (snapshot !== null) duplicates.restore(snapshot.duplicates)

  // A last segment without one whole block never held anything acknowledged: it is gone, and the one before it is the last.
  let rest = names
  for (;;) {
    const last = liveSegments(rest).at(-1)
    if (last === undefined || (await hasBlocks(storage, folder, identity(last)))) break
    if (snapshot !== null && compare(last, snapshot.segment) <= 0) {
      throw corruption(identity(last), 0, last.base, `no block of it is whole, though rows up to ${snapshot.end} were committed`)
    }
    await storage.remove(join(folder, last.name))
    rest = rest.filter((name) => name !== last)
  }
  const counted = (await countedSegments(rest, (segment) => readOpening(storage, folder, segment))).filter(
    ({ segment, end }) => retired === null || end === null || end > retired.start || segment.base >= retired.start,
  )
  for (const name of rest) {
    if (!counted.some(({ segment }) => segment === name)) await storage.remove(join(folder, name.name))
  }

  const damaged: Damage[] = []
  let last: RecoveredPartition['last'] = null
  for (const { segment, bytes, end: closedEnd } of counted) {
    const covers = snapshot === null ? 1 : compare(segment, snapshot.segment)
    if (covers < 0 && segment !== counted.at(-1)?.segment) continue
    const file = new SegmentFile(await storage.open(join(folder, segment.name), 'read'))
    try {
      const sizeBytes = await file.sizeBytes()
      const mode = segment === counted.at(-1)?.segment ? 'tail' : 'closed'
      // A packed segment is shorter than its successor says.
      const limit = Math.min(bytes ?? sizeBytes, sizeBytes)
      const scan = await scanSegment(file, identity(segment), limit, mode, (header) => {
        if (header.kind === 'marker' || covers < 0 || (covers === 0 && header.position < (snapshot?.position ?? 0))) return
        account.add(header)
        duplicates.record(header)
      })
      last = { segment, scan, sizeBytes }
      damaged.push(...scan.damaged)
      if (mode === 'closed' && bytes !== null && closedEnd !== null && scan.damaged.length === 0 && scan.end < closedEnd) {
        damaged.push({ segment: segment.name, position: scan.position, offset: scan.end, reason: 'it is cut off' })
      }
    } finally {
      await file.close()
    }
  }
  const end = last === null ? (retired?.start ?? 0) : last.scan.end
  const rejectedEnd = last === null ? (retired?.rejectedStart ?? 0) : last.scan.rejectedEnd
  if (snapshot !== null && (end < snapshot.end || rejectedEnd < snapshot.rejectedEnd)) {
    const reason = `it ends at offset ${end}, though rows up to ${snapshot.end} were committed`
    const segment = last?.segment ?? parseSegmentName(snapshot.segment) ?? segmentName(0, 0)
    throw corruption(identity(segment), last?.scan.position ?? 0, end, reason)
  }
  faultPlace('recovery')
  if (last !== null) await settle(storage, folder, last)
  return {
    point: { end, rejectedEnd, lastAppendMs: last?.scan.lastAppendMs ?? 0 },
    recovered: {
      end,
      rejectedEnd,
      tornBytes: last === null ? 0 : last.sizeBytes - last.scan.position,
      segments: counted.length,
      damaged,
    },
    duplicates,
    account,
    last,
    attemptMax,
  }
}

/**
 * The last group may have been read back from memory after a sync that failed, and the system would take its pages for
 * clean: it is written again, as it stands, so that this sync means it. Groups before it were synced before it was written.
 */
async function settle(storage: Storage, folder: string, last: NonNullable<RecoveredPartition['last']>): Promise<void> {
  const { scan, segment } = last
  const file = await storage.open(join(folder, segment.name), 'write')
  try {
    const bytes = new Uint8Array(scan.position - scan.groupPosition)
    await file.read(bytes, scan.groupPosition)
    await file.write([bytes], scan.groupPosition)
    await file.sync()
  } finally {
    await file.close()
  }
  await storage.syncFolder(folder)
}

async function hasBlocks(storage: Storage, folder: string, identity: SegmentIdentity): Promise<boolean> {
  const file = new SegmentFile(await storage.open(join(folder, identity.segment.name), 'read'))
  try {
    const sizeBytes = await file.sizeBytes()
    if ((await file.header(0, sizeBytes)).kind === 'block') return true
    return (await scanSegment(file, identity, sizeBytes, 'tail', () => {})).blocks > 0
  } finally {
    await file.close()
  }
}

/** Before, at or behind the segment of this name? Segments of a partition are ordered by attempt. */
function compare(segment: SegmentName, name: string): number {
  const attempt = Number(/-(\d+)\.log$/.exec(name)?.[1] ?? -1)
  return segment.attempt - attempt
}
