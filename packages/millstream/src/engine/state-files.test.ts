import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedStorage } from '../base/simulated/storage.ts'
import { SimulatedWorld } from '../base/simulated/world.ts'
import { StateFiles } from './state-files.ts'

test('a worker that was taken for dead and wakes up removes nothing of the attempt after it', async () => {
  const world = new SimulatedWorld(1)
  const storage = new SimulatedStorage(world.random, world.scheduler)
  await world.runUntil(
    (async () => {
      const files = new StateFiles(storage, '', 'j1')
      const frozen = { parts: [new Uint8Array(8)], manifestOffset: 0, manifestBytes: 8, manifestCrc: 0, files: [] }
      for (const name of ['1-1.state', '1-2.state', '2-3.state', '10-4.state']) await files.write({ ...frozen, file: name })
      await files.collect(['1-2.state'], 1)
      assert.deepEqual(await storage.list('jobs/j1/state'), ['1-2.state', '10-4.state', '2-3.state'])
      await files.collect(['10-4.state'], 10)
      assert.deepEqual(await storage.list('jobs/j1/state'), ['10-4.state'])
    })(),
  )
})
