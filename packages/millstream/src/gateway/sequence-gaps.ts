import { limits } from '../base/limits.ts'
import type { Sender } from './producer-mark.ts'

/** Tells a producer that sequences are missing before the one that came: said, not refused, since it may have given them up. */
export class SequenceGaps {
  readonly #last = new Map<string, { epoch: number; sequence: number }>()

  /** How many sequences are missing before this one, as far as this process knows. */
  take(streamUid: string, sender: Extract<Sender, { kind: 'sequence' }>): number {
    const key = `${streamUid}/${sender.producer}`
    const last = this.#last.get(key)
    if (last === undefined || last.epoch !== sender.epoch) {
      this.#last.delete(key)
      this.#last.set(key, { epoch: sender.epoch, sequence: sender.sequence })
      if (this.#last.size > limits.gapProducersMax) this.#last.delete(this.#last.keys().next().value as string)
      return 0
    }
    const missing = sender.sequence - last.sequence - 1
    if (sender.sequence > last.sequence) last.sequence = sender.sequence
    return Math.max(0, missing)
  }
}
