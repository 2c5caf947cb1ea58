import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSqliteCommitStore, type SqliteCommitStore } from '../base/real/sqlite-commit-store.ts'
import { RecordStore } from './record-store.ts'

async function inStore(run: (open: () => Promise<RecordStore>, store: () => SqliteCommitStore) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millstream-records-'))
  let store = openSqliteCommitStore(join(folder, 'catalogue.sqlite'))
  try {
    await run(
      () => {
        store.close()
        store = openSqliteCommitStore(join(folder, 'catalogue.sqlite'))
        return RecordStore.open(store, ['object/'])
      },
      () => store,
    )
  } finally {
    store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

test('what was committed is there after the store is opened again, with its version', async () => {
  await inStore(async (open) => {
    const records = await open()
    await records.commit([{ key: 'object/a', expect: 0, value: { n: 1 } }])
    await records.commit([{ key: 'object/a', expect: 1, value: { n: 2 } }])
    const again = await open()
    assert.deepEqual(again.get('object/a'), { value: { n: 2 }, version: 2 })
    assert.deepEqual(again.get('object/a'), records.get('object/a'))
  })
})

test('a change whose expectation does not hold changes nothing at all', async () => {
  await inStore(async (open) => {
    const records = await open()
    await records.commit([{ key: 'object/a', expect: 0, value: 1 }])
    const both = [
      { key: 'object/b', expect: 0, value: 1 },
      { key: 'object/a', expect: 0, value: 2 },
    ]
    assert.equal(await records.tryCommit(both), false)
    await assert.rejects(records.commit(both), { code: 'MS-7021' })
    assert.equal(records.get('object/b'), null)
    assert.equal((await open()).get('object/b'), null)
  })
})

test('changes that wait together are one transaction, and of two that meet the first stands', async () => {
  await inStore(async (open, store) => {
    const records = await open()
    let commits = 0
    const { commit } = store()
    store().commit = (changes) => {
      commits++
      return commit(changes)
    }
    await records.commit([{ key: 'object/first', expect: 0, value: 0 }])
    const first = records.tryCommit([{ key: 'object/first', expect: 1, value: 'wakes' }])
    const answers = await Promise.all([
      first,
      ...Array.from({ length: 20 }, (_, i) => records.tryCommit([{ key: `object/${i}`, expect: 0, value: i }])),
      records.tryCommit([{ key: 'object/0', expect: 0, value: 'late' }]),
    ])
    assert.deepEqual([answers.filter((answer) => answer).length, answers.at(-1)], [21, false])
    assert.ok(commits <= 4, `${commits} commits`)
    assert.equal((await open()).get('object/0')?.value, 0)
  })
})

test('records that are not kept in memory are read when they are asked for', async () => {
  await inStore(async (open) => {
    const records = await open()
    await records.commit([{ key: 'ledger/s/edge/1', expect: 0, value: 7 }])
    records.forget('ledger/s/edge/1')
    assert.equal(records.get('ledger/s/edge/1'), null)
    assert.deepEqual(await records.fetch('ledger/s/edge/1'), { value: 7, version: 1 })
    assert.deepEqual(await records.scan('ledger/s/'), [['ledger/s/edge/1', 7]])
  })
})
