import { watermarkMax, watermarkMin } from './input-watermarks.ts'

export interface SplitWatermark {
  readonly split: string
  readonly watermarkMs: number
  readonly idle: boolean
}

interface Split {
  watermarkMs: number
  idle: boolean
  ended: boolean
  /** Since when reading it has given nothing; null while it gives. */
  quietSinceMs: number | null
}

/** The partitions of one source, as a watermark assigner sees them: a running maximum each, and which are idle or ended. */
export class SplitWatermarks {
  readonly #splits = new Map<string, Split>()
  readonly #idleTimeoutMs: number
  #sent = watermarkMin

  /** `idleTimeoutMs` 0: a silent split holds the watermark for ever, as in Flink. */
  constructor(idleTimeoutMs: number) {
    this.#idleTimeoutMs = idleTimeoutMs
  }

  /** The last combined watermark that went downstream. */
  get sent(): number {
    return this.#sent
  }

  set sent(timeMs: number) {
    this.#sent = timeMs
  }

  add(split: string): void {
    if (!this.#splits.has(split)) this.#splits.set(split, { watermarkMs: watermarkMin, idle: false, ended: false, quietSinceMs: null })
  }

  end(split: string): void {
    this.add(split)
    const known = this.#splits.get(split) as Split
    known.ended = true
  }

  /** Rows came from this split: it is active, and holds the watermark again (which does not go back). */
  active(split: string): void {
    this.add(split)
    const known = this.#splits.get(split) as Split
    known.quietSinceMs = null
    known.idle = false
  }

  /** Reading the split gave nothing. Answers whether that made it idle. */
  quiet(split: string, nowMs: number): boolean {
    this.add(split)
    const known = this.#splits.get(split) as Split
    if (known.quietSinceMs === null) known.quietSinceMs = nowMs
    if (known.idle || this.#idleTimeoutMs === 0 || nowMs - known.quietSinceMs < this.#idleTimeoutMs) return false
    known.idle = true
    return true
  }

  watermark(split: string): number {
    return this.#splits.get(split)?.watermarkMs ?? watermarkMin
  }

  raise(split: string, timeMs: number): void {
    const known = this.#splits.get(split) as Split
    if (timeMs > known.watermarkMs) known.watermarkMs = timeMs
  }

  /** The minimum over the other splits that are active: what this split's watermark is capped by. */
  othersMinimum(split: string): number {
    let minimum = watermarkMax
    for (const [name, other] of this.#splits) {
      if (name === split || other.idle || other.ended) continue
      minimum = Math.min(minimum, other.watermarkMs)
    }
    return minimum
  }

  /**
   * The minimum over all active splits. When the last of them falls silent nothing is waited for any more: then it is the
   * maximum, as in Flink, so that the order in which splits fall silent does not decide whether a window fires. Null: none.
   */
  combined(): number | null {
    const minimum = this.othersMinimum('')
    if (minimum !== watermarkMax) return minimum
    let maximum = watermarkMin
    for (const split of this.#splits.values()) if (!split.ended) maximum = Math.max(maximum, split.watermarkMs)
    return maximum === watermarkMin ? null : maximum
  }

  allIdle(): boolean {
    if (this.#splits.size === 0) return false
    for (const split of this.#splits.values()) if (!split.idle && !split.ended) return false
    return true
  }

  list(): SplitWatermark[] {
    return [...this.#splits].flatMap(([split, known]) => (known.ended ? [] : [{ split, watermarkMs: known.watermarkMs, idle: known.idle }]))
  }

  /** What a checkpoint keeps. */
  save(): SavedSplits {
    const splits: Record<string, number | null> = {}
    for (const [split, known] of this.#splits) splits[split] = known.watermarkMs === watermarkMin ? null : known.watermarkMs
    return { sent: this.#sent === watermarkMin ? null : this.#sent, splits }
  }

  restore(saved: SavedSplits): void {
    this.#sent = saved.sent ?? watermarkMin
    for (const [split, watermarkMs] of Object.entries(saved.splits)) {
      this.add(split)
      this.raise(split, watermarkMs ?? watermarkMin)
    }
  }
}

export interface SavedSplits {
  readonly sent: number | null
  readonly splits: Readonly<Record<string, number | null>>
}
