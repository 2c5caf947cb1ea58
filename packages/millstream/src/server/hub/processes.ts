import type { ProcessState, ToSupervisor } from '../messages.ts'

/** The hub's pipe to the supervisor, and what it last said about the processes. */
export class SupervisorPipe {
  #processes: readonly ProcessState[] = []
  readonly #listeners: (() => void)[] = []

  constructor() {
    process.on('message', (message: { kind?: unknown; processes?: readonly ProcessState[] }) => {
      if (message.kind !== 'processes' || message.processes === undefined) return
      this.#processes = message.processes
      for (const listener of this.#listeners) listener()
    })
  }

  tell(message: ToSupervisor): void {
    process.send?.(message)
  }

  processes(): readonly ProcessState[] {
    return this.#processes
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }
}
