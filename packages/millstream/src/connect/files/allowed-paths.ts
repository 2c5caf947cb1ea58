import { errors } from '../../base/errors.ts'
import type { Storage } from '../../base/ports.ts'

/** Where files may be. Paths are absolute, or relative to the first folder. */
export interface FileAccess {
  /** Reaches all of `folders`. */
  readonly storage: Storage
  /** DATA/files first, then what --allow-path named. */
  readonly folders: readonly string[]
  /** A path with its links resolved; what does not exist is named below the nearest folder that does. */
  realPath(path: string): Promise<string>
}

/** The real place of a path that a user wrote, or an error when it is outside the folders allowed. */
export async function allowedPath(access: FileAccess, path: string): Promise<string> {
  const [home = ''] = access.folders
  const plain = path.startsWith('file://') ? decodeURIComponent(path.slice('file://'.length)) : path
  const refused = errors.fail('MS-5005', { path, allowed: access.folders })
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(plain) || plain.includes('\0')) throw refused
  const real = await access.realPath(plain.startsWith('/') ? plain : `${home}/${plain}`)
  for (const folder of access.folders) {
    const root = await access.realPath(folder)
    if (real === root || real.startsWith(root.endsWith('/') ? root : `${root}/`)) return real
  }
  throw refused
}
