import { Worker } from 'node:worker_threads'
import { errors } from '../../base/errors.ts'
import type { CommitStore } from '../../base/ports.ts'

export interface StoreRequest {
  readonly id: number
  readonly method: 'get' | 'list' | 'commit' | 'close'
  readonly args: readonly unknown[]
}
interface Failed {
  readonly id: number
  readonly failed: string
  readonly why: 'full' | 'damaged' | 'other'
}
export type StoreAnswer = { readonly id: number; readonly result: unknown } | Failed

function failureOf(path: string, { failed, why }: Failed): Error {
  if (why === 'full') return errors.fail('MS-7024', {})
  return why === 'damaged' ? errors.fail('MS-7025', { path, reason: failed }) : new Error(failed)
}

const suffix = import.meta.filename.endsWith('.ts') ? 'ts' : 'js'

/** The catalogue's SQLite file in a thread of its own, since it blocks while it syncs. `lost`: the thread ended by itself, nothing is answered any more. */
export function openCatalogueStore(path: string, lost: (error: Error) => void): CommitStore & { close(): Promise<void> } {
  const worker = new Worker(new URL(`./catalogue-thread.${suffix}`, import.meta.url), {
    workerData: { path },
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 2 },
  })
  const waiting = new Map<number, { resolve(result: never): void; reject(error: Error): void }>()
  let nextId = 1
  let isClosing = false
  let ended: Error | null = null
  worker.on('message', (answer: StoreAnswer) => {
    const caller = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('failed' in answer) caller?.reject(failureOf(path, answer))
    else caller?.resolve(answer.result as never)
  })
  const gone = (error: Error): void => {
    if (ended !== null) return
    ended = error
    if (!isClosing) lost(error)
    for (const caller of waiting.values()) caller.reject(error)
    waiting.clear()
  }
  worker.on('error', gone)
  worker.on('exit', () => gone(new Error('the catalogue thread ended')))
  const ask = <T>(method: StoreRequest['method'], ...args: readonly unknown[]): Promise<T> =>
    new Promise((resolve, reject) => {
      if (ended !== null) return reject(ended)
      const id = nextId++
      waiting.set(id, { resolve, reject })
      worker.postMessage({ id, method, args } satisfies StoreRequest)
    })
  return {
    get: (key) => ask('get', key),
    list: (prefix) => ask('list', prefix),
    commit: (changes) => ask('commit', changes),
    close: async () => {
      isClosing = true
      await ask('close')
      await worker.terminate()
    },
  }
}
