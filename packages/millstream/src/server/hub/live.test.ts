import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LiveFeed } from './live.ts'
import type { HubState } from './state.ts'

test('a look that fails is said, ends no process, and the next one comes', async () => {
  const logged: string[] = []
  const due: (() => void)[] = []
  const after = (_delayMs: number, task: () => void) => {
    due.push(task)
    return { cancel() {} }
  }
  let works = false
  const hub = {
    children: { of: () => null },
    datasets: new Map(),
    jobs: { get: () => null, all: () => [] },
    catalogue: {
      all: () => {
        if (!works) throw new Error('a bug')
        return []
      },
    },
    options: { dataFolder: '' },
    log: { error: (text: string) => logged.push(text) },
    ports: { clock: { nowMs: () => 0 }, scheduler: { after } },
  }
  const feed = new LiveFeed(hub as unknown as HubState)
  const updates: unknown[] = []
  const stop = feed.subscribe({ name: 'local', tenant: 'default' } as never, (update) => updates.push(update))
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([logged.length, updates.length, due.length], [1, 0, 1])
  works = true
  due[0]?.()
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([logged.length, updates.length, due.length], [1, 1, 2])
  stop()
  due[1]?.()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(due.length, 2, 'nobody looks, nothing runs')
})
