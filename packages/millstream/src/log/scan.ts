import { sectionsHold } from './block.ts'
import { type BlockHeader, blockAlignment } from './block-header.ts'
import { corruption, misplaced, type SegmentFile, type SegmentIdentity } from './segment.ts'

/** Acknowledged bytes of a segment that are not what was written. */
export interface Damage {
  readonly segment: string
  readonly position: number
  readonly offset: number
  readonly reason: string
}

export interface Scan {
  /** Where the first byte stands that belongs to no block taken. */
  readonly position: number
  /** The last whole group begins here. */
  readonly groupPosition: number
  readonly end: number
  readonly rejectedEnd: number
  readonly lastAppendMs: number
  readonly blocks: number
  readonly damaged: readonly Damage[]
}

/**
 * `tail`: the last segment; every byte is verified. `closed`: one before it, as far as it counts; headers only, and
 * whatever does not hold is damage, since all of it had been acknowledged.
 */
export type ScanMode = 'tail' | 'closed'

/**
 * Walks a segment's blocks up to `limit` bytes. A block that does not hold is a torn tail if no later group follows it:
 * the walk ends before it. A later group was written after this one had been synced, so then it is damage, and the walk
 * goes on behind it. A valid block in the wrong place is an error.
 */
export async function scanSegment(
  file: SegmentFile,
  identity: SegmentIdentity,
  limit: number,
  mode: ScanMode,
  onBlock: (header: BlockHeader) => void,
): Promise<Scan> {
  let position = 0
  let end = identity.segment.base
  let rejectedEnd = -1
  let [groupPosition, lastAppendMs, blocks] = [0, 0, 0]
  let skipped = false
  const damaged: Damage[] = []
  for (;;) {
    const read = await file.header(position, limit)
    if (read.kind === 'end') break
    const { header } = read.kind === 'block' ? read : { header: null }
    let reason = read.kind === 'bad' ? read.reason : null
    if (header !== null && mode === 'tail' && !sectionsHold(header, await file.bytes(position, header.blockBytes))) {
      reason = 'the checksum of a column does not match'
    }
    if (header === null || reason !== null) {
      const next = await findLaterGroup(file, identity, position, limit)
      if (next === null && mode === 'tail') break
      damaged.push({ segment: identity.segment.name, position, offset: end, reason: reason ?? 'it is unreadable' })
      if (next === null) break
      position = next
      skipped = true
      continue
    }
    const wrong = misplaced(header, identity, position) ?? (skipped ? null : outOfLine(header, end, rejectedEnd))
    if (wrong !== null) throw corruption(identity, position, end, wrong)
    skipped = false
    onBlock(header)
    end = header.baseOffset + header.rows
    rejectedEnd = header.baseRejected + header.rejected
    lastAppendMs = header.lastAppendMs
    groupPosition = header.groupPosition
    position += header.blockBytes
    blocks++
  }
  return { position, groupPosition, end, rejectedEnd: Math.max(rejectedEnd, 0), lastAppendMs, blocks, damaged }
}

function outOfLine(header: BlockHeader, end: number, rejectedEnd: number): string | null {
  if (header.baseOffset !== end) return `it starts at offset ${header.baseOffset}`
  if (rejectedEnd >= 0 && header.baseRejected !== rejectedEnd) return `its rejected rows start at ${header.baseRejected}`
  return null
}

const searchBytes = 1024 * 1024

/** Where a block of a later group stands behind `position`, or null. */
export async function findLaterGroup(
  file: SegmentFile,
  identity: SegmentIdentity,
  position: number,
  limit: number,
): Promise<number | null> {
  for (let start = position + blockAlignment; start < limit; start += searchBytes) {
    const bytes = await file.bytes(start, Math.min(searchBytes, limit - start))
    for (let at = 0; at + 4 <= bytes.length; at += blockAlignment) {
      if (bytes[at] !== 0x4d || bytes[at + 1] !== 0x42 || bytes[at + 2] !== 0x4c || bytes[at + 3] !== 0x4b) continue
      const read = await file.header(start + at, limit)
      if (read.kind !== 'block' || misplaced(read.header, identity, start + at) !== null) continue
      if (read.header.groupPosition > position) return start + at
    }
  }
  return null
}
