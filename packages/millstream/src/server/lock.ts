import { DatabaseSync } from 'node:sqlite'

/** Held until `release`, or until the kernel ends the process: an exclusive SQLite lock on an empty database. */
export interface FolderLock {
  release(): void
}

/** Null: somebody else has it. */
export function tryLock(path: string): FolderLock | null {
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE')
    return { release: () => database.close() }
  } catch {
    database.close()
    return null
  }
}
