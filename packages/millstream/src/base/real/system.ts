import { randomBytes, randomInt } from 'node:crypto'
import type { Clock, Random, Scheduler } from '../ports.ts'

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}

export const systemScheduler: Scheduler = {
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
  sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
}

export const systemRandom: Random = {
  next: () => Math.random(),
  int: (below) => (below <= 1 ? 0 : randomInt(below)),
  bytes: (count) => new Uint8Array(randomBytes(count)),
}
