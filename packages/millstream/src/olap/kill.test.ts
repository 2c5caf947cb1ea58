import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { seededRandom } from '../base/simulated/random.ts'
import { type Click, openTestWorld } from './testing.ts'

function runChild(folder: string, chance: number, killAfterMs: number | null): Promise<{ signal: string | null; text: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'kill-child.ts'),
      folder,
      String(chance),
    ])
    let text = ''
    child.stdout.on('data', (bytes: Buffer) => {
      text += bytes.toString()
    })
    const timer = killAfterMs === null ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
    child.on('close', (_, signal) => {
      clearTimeout(timer)
      resolve({ signal, text })
    })
  })
}

test('killed anywhere, a dataset holds every row of the log exactly once', async () => {
  const world = await openTestWorld()
  const random = seededRandom(5)
  let events = 0
  let bytes = 0
  for (let round = 0; round < 4; round++) {
    const clicks = Array.from({ length: 20_000 }, (): Click => {
      const size = random.int(1000)
      bytes += size
      return {
        ts: Date.UTC(2026, 0, 1) + random.int(7_200_000),
        country: `c${random.int(50)}`,
        code: random.int(5),
        bytes: BigInt(size),
        took: 1,
        user: `u${random.int(9)}`,
      }
    })
    events += clicks.length
    await world.append(round % 2, clicks)
  }
  await world.close()
  let killed = 0
  for (let round = 0; round < 3; round++) {
    const { signal } = await runChild(world.folder, round === 0 ? 1 : 0.5, round === 2 ? 700 + random.int(300) : null)
    if (signal === 'SIGKILL') killed++
  }
  assert.ok(killed > 0, 'no round was killed')
  const { text } = await runChild(world.folder, 0, null)
  const [rows = '', ledger = ''] = text.split('\n').filter(Boolean)
  assert.deepEqual(JSON.parse(rows), [[events, bytes]])
  for (const partition of [0, 1]) {
    const ranges = (JSON.parse(ledger) as { partition: number; from: number; to: number; out: number }[]).filter(
      (range) => range.partition === partition,
    )
    assert.equal(ranges[0]?.from, 0)
    assert.equal(ranges.at(-1)?.to, 40_000)
    assert.equal(
      ranges.reduce((sum, range) => sum + range.out, 0),
      40_000,
    )
  }
  world.remove()
})
