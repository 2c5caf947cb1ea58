import type { Storage } from '../base/ports.ts'
import type { LedgerEntry } from '../model/hub.ts'
import type { StreamDescriptor } from '../model/streams.ts'
import { AccountBook } from './account-book.ts'
import { BlockCursor } from './cursor.ts'
import { partitionFolder } from './layout.ts'
import type { AccountRow } from './marker.ts'
import { readRetired } from './retired.ts'

/** A partition's account as ledger entries of the hop `edge`: received = accepted (`out`) + `rejected`. */
export function edgeLedger(streamUid: string, partition: number, account: readonly AccountRow[]): LedgerEntry[] {
  return account.map(([minuteMs, from, to, accepted, rejected]) => ({
    ...{ streamUid, hop: 'edge', partition, from, to, minuteMs },
    ...{ in: accepted + rejected, out: accepted, filtered: 0, late: 0, rejected, refused: 0 },
  }))
}

/** The edge's account folded anew from the block headers on the disk: what audit holds against the ledger that is shown. */
export async function foldEdgeLedger(
  storage: Storage,
  dataFolder: string,
  stream: StreamDescriptor,
  partition: number,
  ends: { readonly end: number; readonly rejectedEnd: number },
): Promise<LedgerEntry[]> {
  const folder = partitionFolder(dataFolder, stream.uid, partition)
  const book = new AccountBook()
  const retired = await readRetired(storage, folder)
  for (const row of retired?.account ?? []) book.addRow(row)
  const cursor = new BlockCursor(storage, folder, stream.uid, partition)
  try {
    await cursor.walk(ends.end, (header) => {
      if (header.baseRejected + header.rejected > ends.rejectedEnd) return false
      if (retired === null || header.baseOffset >= retired.start) book.add(header)
      return true
    })
  } finally {
    await cursor.close()
  }
  return edgeLedger(stream.uid, partition, book.rows())
}

/** Where two ranges of one hop and partition do not join. */
export interface LedgerBreak {
  readonly kind: 'gap' | 'overlap' | 'unbalanced'
  readonly hop: string
  readonly partition: number
  readonly from: number
  readonly to: number
}

/** The proof of a ledger: ranges of a hop and partition join, and each entry adds up. Empty: it holds. */
export function auditLedger(entries: readonly LedgerEntry[]): LedgerBreak[] {
  const breaks: LedgerBreak[] = []
  const ends = new Map<string, number>()
  const sorted = [...entries].sort((a, b) => a.hop.localeCompare(b.hop) || a.partition - b.partition || a.from - b.from || a.to - b.to)
  for (const entry of sorted) {
    const { hop, partition, from, to } = entry
    const key = `${hop}/${partition}`
    const before = ends.get(key)
    if (before !== undefined && from > before) breaks.push({ kind: 'gap', hop, partition, from: before, to: from })
    if (before !== undefined && from < before) breaks.push({ kind: 'overlap', hop, partition, from, to: before })
    ends.set(key, Math.max(before ?? 0, to))
    const accounted = entry.out + entry.filtered + entry.late + entry.rejected + entry.refused
    if (hop === 'edge' && (entry.in !== accounted || entry.out > to - from)) breaks.push({ kind: 'unbalanced', hop, partition, from, to })
  }
  return breaks
}
