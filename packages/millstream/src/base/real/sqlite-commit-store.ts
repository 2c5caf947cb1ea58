import { DatabaseSync } from 'node:sqlite'
import type { CommitChange, CommitStore, Committed } from '../ports.ts'

export interface SqliteCommitStore extends CommitStore {
  close(): void
}

/**
 * Values by key in one SQLite table: WAL, synchronous=FULL, so that a commit that answered survives a power cut.
 * It blocks while it syncs: the hub runs it in a thread of its own. The file is held exclusively.
 */
export function openSqliteCommitStore(path: string): SqliteCommitStore {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec('CREATE TABLE IF NOT EXISTS record (key TEXT PRIMARY KEY, value TEXT NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID')
  const one = database.prepare('SELECT value, version FROM record WHERE key = ?')
  const range = database.prepare('SELECT key, value, version FROM record WHERE key >= ? AND key < ? ORDER BY key')
  const insert = database.prepare('INSERT INTO record (key, value, version) VALUES (?, ?, 1) ON CONFLICT DO NOTHING')
  const update = database.prepare('UPDATE record SET value = ?, version = version + 1 WHERE key = ? AND version = ?')
  const remove = database.prepare('DELETE FROM record WHERE key = ? AND version = ?')

  const apply = ({ key, expect, value }: CommitChange): boolean => {
    if (value === null && expect === 0) return one.get(key) === undefined
    const result = value === null ? remove.run(key, expect) : expect === 0 ? insert.run(key, value) : update.run(value, key, expect)
    return result.changes === 1
  }

  return {
    async get(key): Promise<Committed | null> {
      const row = one.get(key) as { value: string; version: number } | undefined
      return row === undefined ? null : { value: row.value, version: row.version }
    },
    async list(prefix) {
      const rows = range.all(prefix, `${prefix}\u{10ffff}`) as unknown as { key: string; value: string; version: number }[]
      return rows.map(({ key, value, version }) => [key, { value, version }] as const)
    },
    async commit(changes): Promise<boolean> {
      database.exec('BEGIN IMMEDIATE')
      try {
        if (changes.every(apply)) {
          database.exec('COMMIT')
          return true
        }
        database.exec('ROLLBACK')
        return false
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK')
        throw error
      }
    },
    close: () => database.close(),
  }
}
