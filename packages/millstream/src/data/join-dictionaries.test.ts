import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../base/simulated/random.ts'
import { bytesColumn } from './builder.ts'
import type { Column, DictionaryColumn } from './column.ts'
import { joinDictionaries } from './join-dictionaries.ts'
import { concatColumns } from './take.ts'
import { types } from './types.ts'
import { valueAt } from './value.ts'

const type = types.string()
const column = (entries: readonly string[], ids: readonly number[]): DictionaryColumn => ({
  ...{ type, length: ids.length, validity: null, layout: 'dictionary' },
  ids: Int32Array.from(ids),
  dictionary: bytesColumn(type, entries),
})
const values = (joined: Column): unknown[] => Array.from({ length: joined.length }, (_, row) => valueAt(joined, row))

test('joined dictionary columns have the values of their parts, whatever the dictionaries share', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed)
    const words = Array.from({ length: 1 + random.int(12) }, (_, index) => ['', 'ä', 'b', 'a longer one'][random.int(4)] + String(index))
    const columns = Array.from({ length: 1 + random.int(4) }, () => {
      const from = random.int(2) === 0 ? 0 : random.int(words.length)
      const entries = words.slice(from, from + 1 + random.int(words.length))
      return column(
        entries,
        Array.from({ length: random.int(30) }, () => random.int(entries.length)),
      )
    })
    assert.deepEqual(values(concatColumns(columns)), columns.flatMap(values), `seed ${seed}`)
  }
})

test('a dictionary stays one where it pays, and becomes plain bytes where it does not', () => {
  const shared = column(['x', 'y'], [0, 1, 1])
  const grown = column(['x', 'y', 'z'], [2, 0])
  assert.equal(joinDictionaries([shared, grown], 5)?.dictionary, grown.dictionary)
  assert.equal(joinDictionaries([shared, column(['z', 'y'], [0])], 4)?.dictionary.length, 3)
  assert.equal(joinDictionaries([column(['a', 'b', 'c'], [0])], 1), null)
  assert.equal(joinDictionaries([shared, bytesColumn(type, ['q'])], 4), null)
})
