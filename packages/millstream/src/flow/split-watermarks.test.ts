import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SplitWatermarks } from './split-watermarks.ts'

test('when all splits fall silent at once the watermark is that of the furthest, whatever their order', () => {
  for (const order of [
    ['a', 'b', 'c'],
    ['c', 'b', 'a'],
    ['b', 'a', 'c'],
  ]) {
    const splits = new SplitWatermarks(200)
    for (const split of ['a', 'b', 'c']) splits.add(split)
    splits.raise('a', 7_000)
    splits.raise('b', 28_000)
    for (const split of order) splits.quiet(split, 0)
    assert.notEqual(splits.combined(), 28_000)
    for (const split of order) splits.quiet(split, 200)
    assert.equal(splits.combined(), 28_000, order.join())
  }
})

test('a split that wakes holds the watermark again', () => {
  const splits = new SplitWatermarks(200)
  splits.add('a')
  splits.add('b')
  splits.raise('a', 1_000)
  splits.raise('b', 5_000)
  for (const at of [0, 200]) splits.quiet('a', at)
  assert.equal(splits.combined(), 5_000)
  splits.active('a')
  assert.equal(splits.combined(), 1_000)
})
