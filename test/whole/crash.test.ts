import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crashRounds, faults } from '../crash/rounds.ts'

const rounds = 30

test(`${rounds} rounds of kill -9 under load: every acknowledged event is in stream, pipelines and datasets exactly once`, async () => {
  const report = await crashRounds(rounds, 7, () => {})
  assert.deepEqual(report.problems, [])
  assert.equal(report.orphans, 0, 'orphans are gone within two seconds')
  for (const [place] of faults) assert.ok((report.places[place] ?? 0) > 1, `${place} was hardly hit: ${JSON.stringify(report.places)}`)
  assert.ok(report.acknowledged > 1000)
})
