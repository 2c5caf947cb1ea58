import { crc32 } from 'node:zlib'
import type { Storage } from '../../packages/millstream/src/base/ports.ts'
import type { SimulatedStorage } from '../../packages/millstream/src/base/simulated/storage.ts'
import { aligned, readHeader, writeHeader } from '../../packages/millstream/src/log/block-header.ts'
import { partitionFolder } from '../../packages/millstream/src/log/layout.ts'
import { testStream } from '../../packages/millstream/src/log/testing.ts'
import type { Variant } from './log.ts'

/** Logs with a fault of ours, made around the real one. The simulation is worth something if it finds each of them. */
export const brokenVariants: Readonly<Record<string, Variant>> = {
  'no sync': { storage: (disk) => withSync(disk, async () => {}) },
  'acknowledges before the sync is done': {
    storage: (disk) =>
      withSync(disk, async (sync) => {
        sync().catch(() => {})
      }),
  },
  'takes a failed sync for a good one': { storage: (disk) => withSync(disk, (sync) => sync().catch(() => {})) },
  'does not check the checksums of columns': { afterCrash: forgeChecksums },
  'forgets sequences across restarts': {
    mark: ({ mark }, life) => {
      if (mark === null) return null
      return mark.kind === 'key' ? { ...mark, keyHash: `${mark.keyHash} ${life}` } : { ...mark, producer: `${mark.producer} ${life}` }
    },
  },
  'forgets sequences at once': { mark: () => null },
  'never syncs folders': { storage: (disk) => wrap(disk, { syncFolder: async () => {} }) },
}

function wrap(disk: SimulatedStorage, over: Partial<Storage>): Storage {
  return {
    open: (path, mode) => disk.open(path, mode),
    list: (folder) => disk.list(folder),
    stat: (path) => disk.stat(path),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    makeFolder: (path) => disk.makeFolder(path),
    syncFolder: (folder) => disk.syncFolder(folder),
    freeBytes: () => disk.freeBytes(),
    ...over,
  }
}

function withSync(disk: SimulatedStorage, sync: (real: () => Promise<void>) => Promise<void>): Storage {
  return wrap(disk, {
    open: async (path, mode) => {
      const file = await disk.open(path, mode)
      return { ...file, sync: () => sync(() => file.sync()) }
    },
  })
}

/** Makes each block's checksums those of the bytes that the crash left: what a log does that does not look at them. */
async function forgeChecksums(disk: SimulatedStorage): Promise<void> {
  const folder = partitionFolder('', testStream.uid, 0)
  for (const name of await disk.list(folder)) {
    if (!name.endsWith('.log')) continue
    const file = await disk.open(`${folder}/${name}`, 'write')
    const bytes = new Uint8Array(await file.sizeBytes())
    await file.read(bytes, 0)
    for (let at = 0; at < bytes.length; ) {
      const read = readHeader(bytes.subarray(at))
      if (read.kind !== 'header') break
      const { header } = read
      const start = aligned(header.headerBytes)
      const directory = header.directory.map((entry) => {
        const crc = crc32(bytes.subarray(at + entry.offset, at + entry.offset + entry.storedBytes))
        return { ...entry, offset: entry.offset - start, crc }
      })
      await file.write([writeHeader({ ...header, directory }, header.blockBytes - start)], at)
      at += header.blockBytes
    }
    await file.sync()
    await file.close()
  }
}
