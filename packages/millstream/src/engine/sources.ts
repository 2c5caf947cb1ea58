import type { Batch } from '../data/batch.ts'
import type { Source, SplitReader } from '../flow/connector.ts'
import type { ScanNode } from '../model/plan.ts'

export interface Split {
  readonly scan: ScanNode
  readonly id: string
  readonly reader: SplitReader
  state: 'ready' | 'waiting' | 'ended'
}

interface OpenSource {
  readonly scan: ScanNode
  readonly source: Source
  /** Splits that are open or ended, by id. */
  readonly known: Set<string>
  ended: boolean
}

const positionEnded = 'ended'

/** All sources of a job: finds their splits, opens them where the checkpoint left them, and reads them in turn. */
export class Sources {
  readonly #sources: OpenSource[] = []
  readonly #splits: Split[] = []
  readonly #restored: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Positions of splits that ended: kept in checkpoints, so that they are not read again. */
  readonly #ended = new Map<string, Record<string, unknown>>()
  readonly #wake: () => void
  #turn = 0

  constructor(restored: Readonly<Record<string, Readonly<Record<string, unknown>>>>, wake: () => void) {
    this.#restored = restored
    this.#wake = wake
  }

  add(scan: ScanNode, source: Source): void {
    this.#sources.push({ scan, source, known: new Set(), ended: false })
  }

  /** Opens splits that are new; answers them. */
  async discover(): Promise<Split[]> {
    const found: Split[] = []
    for (const { scan, source, known, ended } of this.#sources) {
      if (ended) continue
      for (const id of await source.splits()) {
        if (known.has(id)) continue
        known.add(id)
        const position = this.#restored[scan.id]?.[id] ?? null
        if (position === positionEnded) {
          this.#noteEnded(scan.id, id)
          continue
        }
        const split: Split = { scan, id, reader: await source.open(id, position), state: 'ready' }
        this.#splits.push(split)
        found.push(split)
      }
    }
    return found
  }

  get splits(): readonly Split[] {
    return this.#splits
  }

  /** The next split that may have something, round and round. */
  nextReady(): Split | null {
    for (let i = 0; i < this.#splits.length; i++) {
      const split = this.#splits[(this.#turn + i) % this.#splits.length] as Split
      if (split.state !== 'ready') continue
      this.#turn = (this.#turn + i + 1) % this.#splits.length
      return split
    }
    return null
  }

  async read(split: Split, rowsMax: number): Promise<Batch | 'wait' | 'end'> {
    const answer = await split.reader.read(rowsMax)
    if (answer === 'wait') {
      split.state = 'waiting'
      void split.reader.ready().then(() => {
        if (split.state === 'waiting') split.state = 'ready'
        this.#wake()
      })
    } else if (answer === 'end') {
      split.state = 'ended'
      this.#noteEnded(split.scan.id, split.id)
    }
    return answer
  }

  /** Bounded scans all of whose splits ended since the last call. */
  takeEnded(): ScanNode[] {
    return this.#sources.flatMap((entry) => {
      const open = this.#splits.some((split) => split.scan === entry.scan && split.state !== 'ended')
      if (entry.ended || open || !entry.source.bounded) return []
      entry.ended = true
      return [entry.scan]
    })
  }

  allEnded(): boolean {
    return this.#sources.every((entry) => entry.ended)
  }

  positions(): Record<string, Record<string, unknown>> {
    const positions: Record<string, Record<string, unknown>> = {}
    for (const [scan, ended] of this.#ended) positions[scan] = { ...ended }
    for (const { scan, id, reader, state } of this.#splits) {
      if (state === 'ended') continue
      positions[scan.id] = { ...positions[scan.id], [id]: reader.position() }
    }
    return positions
  }

  async close(): Promise<void> {
    for (const split of this.#splits) await split.reader.close()
    for (const { source } of this.#sources) await source.close()
  }

  #noteEnded(scan: string, split: string): void {
    const ended = this.#ended.get(scan) ?? {}
    ended[split] = positionEnded
    this.#ended.set(scan, ended)
  }
}
