import { errors } from '../base/errors.ts'
import type { CommitStore } from '../base/ports.ts'

/** One change of a transaction. `expect` is the version that was read (0: the key must be absent); `value` null removes. */
export interface RecordChange {
  readonly key: string
  readonly expect: number
  readonly value: unknown
}

export interface StoredRecord<T> {
  readonly value: T
  readonly version: number
}

interface Waiting {
  readonly changes: readonly RecordChange[]
  readonly done: (versions: boolean) => void
  readonly failed: (error: unknown) => void
}

/**
 * The catalogue's records: JSON values by key, mirrored in memory, changed only through the commit store. The hub is
 * the only writer, so reads are synchronous and a version that stands in memory stands on disk. Changes that wait at
 * the same time and touch different keys share one transaction: checkpoints of many jobs cost one sync.
 */
export class RecordStore {
  readonly #store: CommitStore
  /** By the first part of the key, so that a list looks at its own kind only. */
  readonly #kinds = new Map<string, Kind>()
  #waiting: Waiting[] = []
  #pumping = false

  private constructor(store: CommitStore) {
    this.#store = store
  }

  /** Reads the records under `prefixes` into memory; others are read by `fetch` when they are needed. */
  static async open(store: CommitStore, prefixes: readonly string[]): Promise<RecordStore> {
    const records = new RecordStore(store)
    for (const prefix of prefixes) {
      for (const [key, { value, version }] of await store.list(prefix)) records.#set(key, { value: JSON.parse(value), version })
    }
    return records
  }

  get<T>(key: string): StoredRecord<T> | null {
    return (this.#kinds.get(kindOf(key))?.records.get(key) as StoredRecord<T> | undefined) ?? null
  }

  /** Like `get`, for records that are not kept in memory from the start. */
  async fetch<T>(key: string): Promise<StoredRecord<T> | null> {
    const known = this.get<T>(key)
    if (known !== null) return known
    const stored = await this.#store.get(key)
    const raced = this.get<T>(key)
    if (raced !== null || stored === null) return raced
    const record = { value: JSON.parse(stored.value) as T, version: stored.version }
    this.#set(key, record)
    return record
  }

  /** Reads past the memory: what is old and large is not kept. */
  async scan<T>(prefix: string): Promise<readonly (readonly [key: string, value: T])[]> {
    return (await this.#store.list(prefix)).map(([key, { value }]) => [key, JSON.parse(value) as T] as const)
  }

  /** By key, ascending. */
  list<T>(prefix: string): (readonly [key: string, record: StoredRecord<T>])[] {
    const kind = this.#kinds.get(kindOf(prefix))
    if (kind === undefined) return []
    kind.sorted ??= [...kind.records].sort(([one], [other]) => (one < other ? -1 : 1))
    const found = kind.sorted as (readonly [string, StoredRecord<T>])[]
    return prefix === `${kindOf(prefix)}/` ? [...found] : found.filter(([key]) => key.startsWith(prefix))
  }

  /** Lets go of a record's copy in memory. */
  forget(key: string): void {
    this.#set(key, null)
  }

  /** All changes or none; resolves when they are durable. False: somebody else's change came first. */
  tryCommit(changes: readonly RecordChange[]): Promise<boolean> {
    return new Promise((done, failed) => {
      this.#waiting.push({ changes, done, failed })
      if (!this.#pumping) void this.#pump()
    })
  }

  async commit(changes: readonly RecordChange[]): Promise<void> {
    if (!(await this.tryCommit(changes))) throw errors.fail('MS-7021', { key: changes[0]?.key ?? '' })
  }

  async #pump(): Promise<void> {
    this.#pumping = true
    try {
      while (this.#waiting.length > 0) {
        const group = this.#takeGroup()
        if (group.length > 0) await this.#write(group)
      }
    } finally {
      this.#pumping = false
    }
  }

  /** The waiting changes whose expectations hold and whose keys do not meet; those that cannot hold are answered. */
  #takeGroup(): Waiting[] {
    const group: Waiting[] = []
    const later: Waiting[] = []
    const touched = new Set<string>()
    for (const waiting of this.#waiting) {
      if (waiting.changes.some(({ key }) => touched.has(key))) later.push(waiting)
      else if (waiting.changes.some(({ key, expect }) => (this.get(key)?.version ?? 0) !== expect)) waiting.done(false)
      else {
        for (const { key } of waiting.changes) touched.add(key)
        group.push(waiting)
      }
    }
    this.#waiting = later
    return group
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    const changes = group.flatMap((waiting) => waiting.changes)
    try {
      const committed = await this.#store.commit(
        changes.map(({ key, expect, value }) => ({ key, expect, value: value === null ? null : JSON.stringify(value) })),
      )
      if (committed) for (const change of changes) this.#mirror(change)
      for (const waiting of group) waiting.done(committed)
    } catch (error) {
      for (const waiting of group) waiting.failed(error)
    }
  }

  /** A commit raises a record's version by one: `CommitStore`'s promise. */
  #mirror({ key, expect, value }: RecordChange): void {
    this.#set(key, value === null ? null : { value, version: expect + 1 })
  }

  #set(key: string, record: StoredRecord<unknown> | null): void {
    const name = kindOf(key)
    let kind = this.#kinds.get(name)
    if (kind === undefined) {
      kind = { records: new Map(), sorted: null }
      this.#kinds.set(name, kind)
    }
    if (record === null) kind.records.delete(key)
    else kind.records.set(key, record)
    kind.sorted = null
  }
}

interface Kind {
  readonly records: Map<string, StoredRecord<unknown>>
  /** Null: it changed since it was sorted. */
  sorted: (readonly [key: string, record: StoredRecord<unknown>])[] | null
}

const kindOf = (key: string): string => key.slice(0, key.indexOf('/'))
