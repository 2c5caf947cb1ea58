import assert from 'node:assert/strict'
import { test } from 'node:test'
import { editDistance, near } from './near.ts'

test('near names come nearest first, case apart', () => {
  assert.deepEqual(near('Countr', ['country', 'county', 'device', 'COUNT']), ['COUNT', 'country', 'county'])
  assert.deepEqual(near('x', ['abc']), [])
})

test('a swap of neighbours is one step', () => {
  assert.equal(editDistance('tabel', 'table', 3), 1)
  assert.equal(editDistance('abc', 'abcdef', 2), 3)
})
