import { crc32 } from 'node:zlib'
import type { Storage } from '../base/ports.ts'
import { join, layout } from './layout.ts'
import type { AccountRow } from './marker.ts'
import { readWhole, writeWhole } from './whole-file.ts'

/** What retention removed from a partition: where the log starts now, and the account of what was before. */
export interface Retired {
  readonly version: 1
  readonly start: number
  readonly rejectedStart: number
  readonly account: readonly AccountRow[]
}

export async function writeRetired(storage: Storage, folder: string, retired: Retired): Promise<void> {
  const text = JSON.stringify(retired)
  await writeWhole(storage, folder, layout.accountFile, `${crc32(text)}\n${text}\n`)
}

export async function readRetired(storage: Storage, folder: string): Promise<Retired | null> {
  const [checksum, text] = ((await readWhole(storage, join(folder, layout.accountFile))) ?? '').split('\n')
  if (text === undefined || String(crc32(text)) !== checksum) return null
  const retired = JSON.parse(text) as Retired
  return retired.version === 1 ? retired : null
}
