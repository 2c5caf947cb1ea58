import type { Storage } from '../base/ports.ts'

/**
 * Where things stand in the data folder; no other file spells these names.
 *
 *   DATA/format                                       the layout's version (data-folder.ts)
 *   DATA/streams/<stream uid>/<partition>/
 *     <base offset>-<attempt>.log                     a segment: blocks, one after the other (block-header.ts)
 *     <base offset>-<attempt>.log.sealing             a closed segment that is being packed (seal.ts); takes its place when it is whole
 *     snapshot.json                                   duplicates and account at a place in the log (snapshot.ts)
 *     account.json                                    what retention removed: where the log starts, and its ledger (retention.ts)
 */
export const layout = {
  formatFile: 'format',
  streamsFolder: 'streams',
  snapshotFile: 'snapshot.json',
  accountFile: 'account.json',
  sealingSuffix: '.sealing',
} as const

export const join = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('/')

export const streamFolder = (dataFolder: string, streamUid: string): string => join(dataFolder, layout.streamsFolder, streamUid)

export const partitionFolder = (dataFolder: string, streamUid: string, partition: number): string =>
  join(streamFolder(dataFolder, streamUid), String(partition))

/** Makes a partition's folder; it and all above it, up to the data folder, survive a crash. */
export async function makePartitionFolder(storage: Storage, dataFolder: string, streamUid: string, partition: number): Promise<string> {
  const folder = partitionFolder(dataFolder, streamUid, partition)
  await storage.makeFolder(folder)
  await storage.syncFolder(streamFolder(dataFolder, streamUid))
  await storage.syncFolder(join(dataFolder, layout.streamsFolder))
  await storage.syncFolder(dataFolder)
  return folder
}

export interface SegmentName {
  readonly name: string
  readonly base: number
  readonly attempt: number
}

export function segmentName(base: number, attempt: number): SegmentName {
  return { name: `${base}-${attempt}.log`, base, attempt }
}

export function parseSegmentName(name: string): SegmentName | null {
  const match = /^(\d{1,16})-(\d{1,16})\.log$/.exec(name)
  return match === null ? null : { name, base: Number(match[1]), attempt: Number(match[2]) }
}
