import { errors } from '../base/errors.ts'
import type { Ports, Storage } from '../base/ports.ts'
import { join, layout } from './layout.ts'
import { readWhole, writeWhole } from './whole-file.ts'

/** The layout that this version writes. */
const dataFormat = 1

export interface DataFolder {
  readonly format: number
  /** One data folder belongs to one catalogue: it keeps this id, and a mismatch refuses to start. */
  readonly catalogueId: string
  readonly isNew: boolean
}

/** Brings a folder from the format before to `to`. Doing it again after a crash must be harmless. */
export interface Migration {
  readonly to: number
  run(storage: Storage, dataFolder: string): Promise<void>
}

/** In order, one for each format after the first. */
export const migrations: readonly Migration[] = []

/**
 * Opens a data folder, or makes one of an empty folder. A newer format is refused, an older one is migrated step by
 * step, each recorded when it is done. The file reads `millstream data 1`, then `catalogue ID`.
 */
export async function openDataFolder(ports: Ports, dataFolder: string, steps = migrations, known = dataFormat): Promise<DataFolder> {
  const { storage } = ports
  const path = join(dataFolder, layout.formatFile)
  const text = await readWhole(storage, path)
  if (text === null) {
    if ((await storage.list(join(dataFolder, layout.streamsFolder))).length > 0) {
      throw errors.fail('MS-3007', { path, reason: 'it is missing, though there are streams' })
    }
    const catalogueId = Array.from(ports.random.bytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
    await storage.makeFolder(dataFolder)
    await writeFormat(storage, dataFolder, known, catalogueId)
    return { format: known, catalogueId, isNew: true }
  }
  const match = /^millstream data (\d{1,6})\ncatalogue ([0-9a-f]{32})\n$/.exec(text)
  if (match === null) throw errors.fail('MS-3007', { path, reason: 'its text is not that of a format file' })
  const found = Number(match[1])
  const catalogueId = match[2] as string
  if (found > known) throw errors.fail('MS-3006', { found, known })
  for (const step of steps.filter((one) => one.to > found && one.to <= known)) {
    await step.run(storage, dataFolder)
    await writeFormat(storage, dataFolder, step.to, catalogueId)
  }
  return { format: known, catalogueId, isNew: false }
}

const writeFormat = (storage: Storage, dataFolder: string, format: number, catalogueId: string): Promise<void> =>
  writeWhole(storage, dataFolder, layout.formatFile, `millstream data ${format}\ncatalogue ${catalogueId}\n`)
