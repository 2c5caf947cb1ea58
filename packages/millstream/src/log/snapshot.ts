import { crc32 } from 'node:zlib'
import type { Storage } from '../base/ports.ts'
import type { DuplicateRows } from './duplicates.ts'
import { join, layout } from './layout.ts'
import type { AccountRow } from './marker.ts'
import { readWhole, writeWhole } from './whole-file.ts'

/**
 * What a partition adds up to at a place in its log, written when a segment closes: opening it again reads the blocks
 * behind that place only. Blocks from `position` of `segment` on are not in it.
 */
export interface Snapshot {
  readonly version: 1
  readonly segment: string
  readonly position: number
  readonly end: number
  readonly rejectedEnd: number
  readonly duplicates: DuplicateRows
  readonly account: readonly AccountRow[]
}

export async function writeSnapshot(storage: Storage, folder: string, snapshot: Snapshot): Promise<void> {
  const text = JSON.stringify(snapshot)
  await writeWhole(storage, folder, layout.snapshotFile, `${crc32(text)}\n${text}\n`)
}

/** Null when there is none, or none that can be trusted: all of it then comes from the log itself. */
export async function readSnapshot(storage: Storage, folder: string): Promise<Snapshot | null> {
  const [checksum, text] = ((await readWhole(storage, join(folder, layout.snapshotFile))) ?? '').split('\n')
  if (text === undefined || String(crc32(text)) !== checksum) return null
  const snapshot = JSON.parse(text) as Snapshot
  return snapshot.version === 1 ? snapshot : null
}
