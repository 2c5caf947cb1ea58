import { endKey, type LedgerEntry } from '../model/hub.ts'
import type { RecordChange, RecordStore } from './record-store.ts'
import { keys, type LedgerMinute, type LedgerSums } from './records.ts'

/**
 * The account of one hop: entries of a checkpoint become changes of its minutes and of its total, for the checkpoint's
 * own transaction. A partition's ranges must join: `gaps` says where they do not.
 */
export async function accountChanges(
  records: RecordStore,
  entries: readonly LedgerEntry[],
): Promise<{ changes: RecordChange[]; gaps: string[] }> {
  const touched = new Map<string, { sums: Record<string, LedgerSums>; expect: number }>()
  const gaps: string[] = []
  for (const entry of entries) {
    const total = keys.total(entry.streamUid, entry.hop)
    for (const key of [keys.ledgerMinute(entry.streamUid, entry.hop, entry.minuteMs), total]) {
      let record = touched.get(key)
      if (record === undefined) {
        const stored = await records.fetch<LedgerMinute>(key)
        record = { sums: { ...stored?.value.partitions }, expect: stored?.version ?? 0 }
        touched.set(key, record)
      }
      const before = record.sums[entry.partition]
      if (key === total && before !== undefined && before.to !== entry.from) {
        gaps.push(`${entry.hop} ${endKey(entry.streamUid, entry.partition)}: ${before.to} is followed by ${entry.from}`)
      }
      record.sums[entry.partition] = before === undefined ? sumsOf(entry) : add(before, entry)
    }
  }
  return { changes: [...touched].map(([key, { sums, expect }]) => ({ key, expect, value: { partitions: sums } })), gaps }
}

const sumsOf = ({ from, to, in: taken, out, filtered, late, rejected, refused }: LedgerEntry): LedgerSums => ({
  from,
  to,
  in: taken,
  out,
  filtered,
  late,
  rejected,
  refused,
})

const add = (a: LedgerSums, b: LedgerSums): LedgerSums => ({
  from: Math.min(a.from, b.from),
  to: Math.max(a.to, b.to),
  in: a.in + b.in,
  out: a.out + b.out,
  filtered: a.filtered + b.filtered,
  late: a.late + b.late,
  rejected: a.rejected + b.rejected,
  refused: a.refused + b.refused,
})

/** Entries of a hop, a partition and a minute each, as the gateway's ledger route adds them up. */
export function entriesOf(streamUid: string, hop: string, minuteMs: number, minute: LedgerMinute): LedgerEntry[] {
  return Object.entries(minute.partitions).map(([partition, sums]) => ({ streamUid, hop, partition: Number(partition), minuteMs, ...sums }))
}
