import type { CommitStore } from '../base/ports.ts'

type Range = readonly [from: number, to: number]

/** Which dead letters of the edge were sent again: ranges of their numbers, by partition, in the commit store. */
export class Redriven {
  readonly #store: CommitStore

  constructor(store: CommitStore) {
    this.#store = store
  }

  async of(streamUid: string, partition: number): Promise<(number: number) => boolean> {
    const stored = await this.#store.get(keyOf(streamUid, partition))
    const ranges = stored === null ? [] : (JSON.parse(stored.value) as Range[])
    return (number) => ranges.some(([from, to]) => number >= from && number < to)
  }

  async add(streamUid: string, partition: number, numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return
    const key = keyOf(streamUid, partition)
    for (;;) {
      const stored = await this.#store.get(key)
      const before = stored === null ? [] : (JSON.parse(stored.value) as Range[])
      const value = JSON.stringify(joined([...before, ...numbers.map((number): Range => [number, number + 1])]))
      // Somebody else's change came first: take it in and try again.
      if (await this.#store.commit([{ key, expect: stored?.version ?? 0, value }])) return
    }
  }
}

const keyOf = (streamUid: string, partition: number): string => `redriven/${streamUid}/${partition}`

function joined(ranges: readonly Range[]): Range[] {
  const result: Range[] = []
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1)
    if (last !== undefined && from <= last[1]) result[result.length - 1] = [last[0], Math.max(last[1], to)]
    else result.push([from, to])
  }
  return result
}
