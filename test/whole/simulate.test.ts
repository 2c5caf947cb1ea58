import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brokenVariants } from '../simulate/broken.ts'
import { simulateLog } from '../simulate/log.ts'

test('100 seeds of appends, retries, crashes and disk faults: what was acknowledged is there, once, in order, and the account balances', async () => {
  for (let seed = 1; seed <= 100; seed++) {
    await simulateLog(seed).catch((error: Error) => assert.fail(`seed ${seed}: ${error.stack}`))
  }
})

for (const [name, variant] of Object.entries(brokenVariants)) {
  test(`the simulation finds a log that ${name}`, async () => {
    for (let seed = 1; seed <= 100; seed++) {
      const found = await simulateLog(seed, variant).then(
        () => null,
        (error: Error) => error,
      )
      if (found !== null) return
    }
    assert.fail('100 seeds found nothing')
  })
}
