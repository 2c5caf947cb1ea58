import assert from 'node:assert/strict'
import { test } from 'node:test'
import { murmur2 } from './murmur2.ts'

test("murmur2 gives the hashes of Kafka's own test", () => {
  const cases: readonly (readonly [string, number])[] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ]
  for (const [text, hash] of cases) {
    const bytes = new TextEncoder().encode(text)
    assert.equal(murmur2(bytes), hash, text)
    const within = new Uint8Array(bytes.length + 7)
    within.set(bytes, 3)
    assert.equal(murmur2(within, 3, 3 + bytes.length), hash, `${text} within other bytes`)
  }
})
