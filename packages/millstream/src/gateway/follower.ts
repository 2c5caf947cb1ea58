import type { ServerResponse } from 'node:http'
import type { Cancel, Scheduler } from '../base/ports.ts'
import type { Ends } from '../log/log.ts'

/** Somebody who reads on: wakes when the stream grew, when the connection can take more, and when it is gone. */
export class Follower {
  /** How often the stream's ends have moved since this began. */
  moves = 0
  gone = false
  readonly #scheduler: Scheduler
  readonly #stop: () => void
  readonly #response: ServerResponse
  #wake: (() => void) | null = null
  #drain: (() => void) | null = null

  constructor(scheduler: Scheduler, ends: Ends, streamUid: string, response: ServerResponse) {
    this.#scheduler = scheduler
    this.#response = response
    this.#stop = ends.onMove((uid) => {
      if (uid !== streamUid) return
      this.moves++
      this.#wake?.()
    })
    response.on('close', this.#onClose)
    response.on('drain', this.#onDrain)
  }

  readonly #onClose = (): void => {
    this.gone = true
    this.#wake?.()
    this.#drain?.()
  }

  readonly #onDrain = (): void => {
    this.#drain?.()
  }

  /** Resolves at the next move (false), when the connection is gone (false), or after `withinMs` (true). */
  moved(withinMs: number): Promise<boolean> {
    if (this.gone) return Promise.resolve(false)
    return new Promise((resolve) => {
      let timer: Cancel | null = null
      this.#wake = () => {
        this.#wake = null
        timer?.cancel()
        resolve(false)
      }
      timer = this.#scheduler.after(withinMs, () => {
        this.#wake = null
        resolve(true)
      })
    })
  }

  /** Resolves when the connection takes more, or is gone. */
  drained(): Promise<void> {
    if (this.gone) return Promise.resolve()
    return new Promise((resolve) => {
      this.#drain = () => {
        this.#drain = null
        resolve()
      }
    })
  }

  close(): void {
    this.#stop()
    this.#response.off('close', this.#onClose)
    this.#response.off('drain', this.#onDrain)
  }
}
