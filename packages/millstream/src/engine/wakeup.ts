import type { Scheduler } from '../base/ports.ts'

/** A loop sleeps here until somebody wakes it, or the time is over. A wake between two sleeps is not lost. */
export class Wakeup {
  readonly #scheduler: Scheduler
  #woken = false
  #resolve: (() => void) | null = null

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler
  }

  wake(): void {
    this.#woken = true
    this.#resolve?.()
  }

  async sleep(delayMs: number): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        const timer = this.#scheduler.after(delayMs, resolve)
        this.#resolve = () => {
          timer.cancel()
          resolve()
        }
      })
    }
    this.#resolve = null
    this.#woken = false
  }
}
