import fs from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** Where a path really is, links resolved. What does not exist yet is named below the nearest folder that does. */
export async function realPath(path: string): Promise<string> {
  const full = resolve(path)
  try {
    return await fs.promises.realpath(full)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(full) === full) throw error
    return join(await realPath(dirname(full)), basename(full))
  }
}
