import type { Contract } from '../data/contract.ts'
import type { Ends } from '../log/log.ts'
import type { EndsMoved, StreamsChanged } from '../model/hub.ts'
import type { StreamCatalogue, StreamDescriptor } from '../model/streams.ts'

/** Streams and committed ends as the hub told them: what a process may know, read synchronously. */
export class ToldState implements Ends, StreamCatalogue {
  readonly #ends = new Map<string, number>()
  readonly #streams = new Map<string, StreamDescriptor>()
  readonly #older = new Map<string, readonly Contract[]>()
  readonly #listeners = new Set<(streamUid: string, partition: number, end: number) => void>()
  readonly #streamListeners = new Set<() => void>()

  readonly takeEnds = ({ ends }: EndsMoved): void => {
    for (const [key, end] of Object.entries(ends)) {
      this.#ends.set(key, end)
      const slash = key.lastIndexOf('/')
      for (const listener of this.#listeners) listener(key.slice(0, slash), Number(key.slice(slash + 1)), end)
    }
  }

  readonly takeStreams = ({ streams, contracts, removed }: StreamsChanged): void => {
    for (const uid of removed) {
      this.#streams.delete(uid)
      this.#older.delete(uid)
      for (const key of this.#ends.keys()) if (key.startsWith(`${uid}/`)) this.#ends.delete(key)
    }
    for (const stream of streams) this.#streams.set(stream.uid, stream)
    for (const [uid, older] of Object.entries(contracts)) this.#older.set(uid, older)
    for (const listener of this.#streamListeners) listener()
  }

  end(streamUid: string, partition: number): number {
    return this.#ends.get(`${streamUid}/${partition}`) ?? 0
  }

  onMove(listener: (streamUid: string, partition: number, end: number) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  onStreams(listener: () => void): void {
    this.#streamListeners.add(listener)
  }

  byName(tenant: string, name: string): StreamDescriptor | null {
    for (const stream of this.#streams.values()) if (stream.name === name && stream.tenant === tenant) return stream
    return null
  }

  byUid(uid: string): StreamDescriptor | null {
    return this.#streams.get(uid) ?? null
  }

  contract(uid: string, version: number): Contract | null {
    const current = this.#streams.get(uid)?.contract
    if (current?.version === version) return current
    return this.#older.get(uid)?.find((contract) => contract.version === version) ?? null
  }

  all(): readonly StreamDescriptor[] {
    return [...this.#streams.values()]
  }

  /** All of it, for a process that comes. */
  snapshot(): EndsMoved & Omit<StreamsChanged, 'removed'> {
    return { ends: Object.fromEntries(this.#ends), streams: this.all(), contracts: Object.fromEntries(this.#older) }
  }
}
