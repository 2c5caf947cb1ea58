import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FieldReader, FieldWriter } from './bytes.ts'

test('a writer grows at any field, and what was written is read back', () => {
  for (let offset = 0; offset < 12; offset++) {
    const out = new FieldWriter(8)
    for (let i = 0; i < offset; i++) out.uint8(i)
    for (let round = 0; round < 20; round++) {
      out.uint8(200 + round)
      out.uint16(60_000 + round)
      out.uint32(4_000_000_000 + round)
      out.uint64(2 ** 52 + round)
      out.int64(-(2n ** 62n) + BigInt(round))
      out.float64(round / 3)
      out.text(`tänzerisch ${round}`)
    }
    const read = new FieldReader(out.done())
    for (let i = 0; i < offset; i++) assert.equal(read.uint8(), i)
    for (let round = 0; round < 20; round++) {
      assert.equal(read.uint8(), 200 + round)
      assert.equal(read.uint16(), 60_000 + round)
      assert.equal(read.uint32(), 4_000_000_000 + round)
      assert.equal(read.uint64(), 2 ** 52 + round)
      assert.equal(read.int64(), -(2n ** 62n) + BigInt(round))
      assert.equal(read.float64(), round / 3)
      assert.equal(read.text(), `tänzerisch ${round}`)
    }
  }
})
