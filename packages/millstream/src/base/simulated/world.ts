import type { Cancel, Clock, Random, Scheduler } from '../ports.ts'
import { seededRandom } from './random.ts'

interface Task {
  readonly dueMs: number
  /** Decides among tasks that are due at the same time: drawn from the seed. */
  readonly order: number
  readonly run: () => void
}

/**
 * Virtual time, and a scheduler that decides the order of everything that is ready by its seed. Nothing runs until
 * `run` or `runUntil`; between two tasks all promises settle. `kill` drops what the running life had planned, as a crash does.
 */
export class SimulatedWorld {
  readonly random: Random
  readonly clock: Clock
  readonly scheduler: Scheduler
  #nowMs: number
  #tasks: Task[] = []
  /** Tasks run so far: the step at which a test crashes. */
  steps = 0

  constructor(seed: number, startMs = 1_700_000_000_000) {
    this.random = seededRandom(seed)
    this.#nowMs = startMs
    this.clock = { nowMs: () => this.#nowMs, monotonicMs: () => this.#nowMs - startMs }
    this.scheduler = {
      after: (delayMs, run) => this.#plan(delayMs, run),
      sleep: (delayMs) => new Promise((resolve) => this.#plan(delayMs, resolve)),
      turn: () => new Promise((resolve) => this.#plan(0, resolve)),
    }
  }

  /** Runs until nothing is planned, or `stop` says so before a step. Answers whether something is still planned. */
  async run(stop: () => boolean = () => false): Promise<boolean> {
    await settle()
    while (this.#tasks.length > 0) {
      if (stop()) return true
      const task = this.#take()
      this.#nowMs = Math.max(this.#nowMs, task.dueMs)
      this.steps++
      task.run()
      await settle()
    }
    return false
  }

  /** Runs until the promise settles, and answers as it does. An error when everything has stopped before. */
  async runUntil<T>(promise: Promise<T>): Promise<T> {
    let settled = false
    const done = () => {
      settled = true
    }
    promise.then(done, done)
    await this.run(() => settled)
    if (!settled) throw new Error('everything has stopped and the promise never settled')
    return promise
  }

  /** The process dies: what it had planned never runs, what it awaits never comes. */
  kill(): void {
    this.#tasks = []
  }

  #plan(delayMs: number, run: () => void): Cancel {
    const task: Task = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.random.next(), run }
    this.#tasks.push(task)
    return {
      cancel: () => {
        this.#tasks = this.#tasks.filter((planned) => planned !== task)
      },
    }
  }

  #take(): Task {
    let best = 0
    for (let index = 1; index < this.#tasks.length; index++) {
      const [a, b] = [this.#tasks[index] as Task, this.#tasks[best] as Task]
      if (a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)) best = index
    }
    return this.#tasks.splice(best, 1)[0] as Task
  }
}

/** Lets every promise that can settle do so: a turn of the real event loop comes after all of them. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
