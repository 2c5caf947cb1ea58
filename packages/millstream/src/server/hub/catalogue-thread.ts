import { parentPort, workerData } from 'node:worker_threads'
import { openSqliteCommitStore, type SqliteCommitStore } from '../../base/real/sqlite-commit-store.ts'
import type { StoreAnswer, StoreRequest } from './catalogue-store.ts'

/** SQLITE_FULL; SQLITE_CORRUPT and SQLITE_NOTADB. */
const sqliteFull = 13
const damaged: readonly number[] = [11, 26]

/** The thread that owns the catalogue's file: answers requests in the order they came. */
const port = parentPort
if (port === null) throw new Error('catalogue-thread runs as a thread')
const { path } = workerData as { path: string }

let store: SqliteCommitStore | null = null

async function answer({ id, method, args }: StoreRequest): Promise<StoreAnswer> {
  try {
    if (method === 'close') {
      store?.close()
      store = null
      return { id, result: null }
    }
    store ??= openSqliteCommitStore(path)
    const run = store[method] as (...args: readonly unknown[]) => Promise<unknown>
    return { id, result: await run(...args) }
  } catch (error) {
    const { message, errcode } = error as Error & { readonly errcode?: number }
    const why = errcode === sqliteFull ? 'full' : damaged.includes(errcode ?? 0) ? 'damaged' : 'other'
    return { id, failed: message, why }
  }
}

port.on('message', async (request: StoreRequest) => {
  port.postMessage(await answer(request))
})
