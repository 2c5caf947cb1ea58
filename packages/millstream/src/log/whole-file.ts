import type { Storage } from '../base/ports.ts'
import { join } from './layout.ts'

/** Replaces a small file: after a crash the old text stands there or the new one, whole. */
export async function writeWhole(storage: Storage, folder: string, name: string, text: string): Promise<void> {
  const temporary = join(folder, `${name}.new`)
  await storage.remove(temporary)
  const file = await storage.open(temporary, 'create')
  try {
    await file.write([new TextEncoder().encode(text)], 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await storage.rename(temporary, join(folder, name))
  await storage.syncFolder(folder)
}

/** Null when it is absent. */
export async function readWhole(storage: Storage, path: string): Promise<string | null> {
  if ((await storage.stat(path)) === null) return null
  const file = await storage.open(path, 'read')
  try {
    const bytes = new Uint8Array(await file.sizeBytes())
    return new TextDecoder().decode(bytes.subarray(0, await file.read(bytes, 0)))
  } finally {
    await file.close()
  }
}
