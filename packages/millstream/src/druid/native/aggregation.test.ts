import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonText } from '../json.ts'
import { eventOf } from './aggregation.ts'

test('a column of any name is a field of the answer, __proto__ and constructor too', () => {
  const event = eventOf(['__proto__', 'constructor', 'a'], [0, 1, 'x', null], 1)
  assert.equal(jsonText(event), '{"__proto__":1,"constructor":"x","a":null}')
})
