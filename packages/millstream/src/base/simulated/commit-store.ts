import type { CommitChange, CommitStore, Committed, Scheduler } from '../ports.ts'

/** A commit store in memory. A crash while a commit is under way leaves all of it or nothing, as the order of tasks decides. */
export class SimulatedCommitStore implements CommitStore {
  readonly #scheduler: Scheduler
  #values: ReadonlyMap<string, Committed> = new Map()

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler
  }

  async get(key: string): Promise<Committed | null> {
    await this.#scheduler.turn()
    return this.#values.get(key) ?? null
  }

  async list(prefix: string): Promise<readonly (readonly [string, Committed])[]> {
    await this.#scheduler.turn()
    return [...this.#values].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1))
  }

  async commit(changes: readonly CommitChange[]): Promise<boolean> {
    await this.#scheduler.turn()
    const values = new Map(this.#values)
    for (const { key, expect, value } of changes) {
      if ((values.get(key)?.version ?? 0) !== expect) return false
      if (value === null) values.delete(key)
      else values.set(key, { value, version: expect + 1 })
    }
    this.#values = values
    // It stands, but the answer is still on its way: a crash here leaves a commit that nobody was told of.
    await this.#scheduler.turn()
    return true
  }
}
