import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock, systemRandom } from '../base/real/system.ts'
import { allow, localPrincipal, mustAllow } from './allow.ts'
import type { Catalogue } from './catalogue.ts'
import { checkName, newUid, qualify } from './names.ts'
import { type AuditRecord, etagOf, keys } from './records.ts'
import { emptyCatalogue } from './testing.ts'
import { Tokens } from './tokens.ts'

async function put(catalogue: Catalogue, name: string, options: { project?: string | null; ifMatch?: string } = {}): Promise<string> {
  const how = { principal: localPrincipal, ...options }
  const found = catalogue.check('default', 'pipeline', name, how)
  const record = catalogue.next(found, { tenant: 'default', kind: 'pipeline', name, definition: name, spec: {} }, how)
  await catalogue.commit(record, 'put', localPrincipal, [catalogue.put(record, found?.version ?? 0)])
  return etagOf(record)
}

test('a change is refused when the tag that was read no longer stands', async () => {
  const catalogue = await emptyCatalogue()
  const first = await put(catalogue, 'a')
  const second = await put(catalogue, 'a', { ifMatch: first })
  assert.notEqual(first, second)
  await assert.rejects(put(catalogue, 'a', { ifMatch: first }), { code: 'MS-7004' })
  await assert.rejects(put(catalogue, 'b', { ifMatch: '*' }), { code: 'MS-7004' })
})

test('a name that is made again has another uid, so that an old tag never fits it', async () => {
  const catalogue = await emptyCatalogue()
  const first = await put(catalogue, 'a')
  const found = catalogue.must('default', 'pipeline', 'a')
  await catalogue.commit(found.record, 'delete', localPrincipal, [catalogue.remove(found)])
  assert.notEqual(await put(catalogue, 'a'), first)
})

test('a project changes its own objects and no others', async () => {
  const catalogue = await emptyCatalogue()
  await put(catalogue, 'a', { project: 'web' })
  await put(catalogue, 'a', { project: 'web' })
  await put(catalogue, 'by_hand')
  await assert.rejects(put(catalogue, 'a', { project: 'other' }), { code: 'MS-7005' })
  await assert.rejects(put(catalogue, 'by_hand', { project: 'web' }), { code: 'MS-7005' })
})

test('every change has an audit row in its transaction', async () => {
  const catalogue = await emptyCatalogue()
  await put(catalogue, 'a')
  await put(catalogue, 'a')
  const rows = (await catalogue.records.scan<AuditRecord>(keys.audits)).map(([, { principal, verb, name, revision }]) => [
    principal,
    verb,
    name,
    revision,
  ])
  assert.deepEqual(rows, [
    ['local', 'put', 'a', 1],
    ['local', 'put', 'a', 2],
  ])
})

test('nobody reaches into another tenant', () => {
  const stream = { tenant: 'growth', kind: 'stream', name: 'playback' }
  assert.equal(allow({ name: 'ann', tenant: 'growth' }, 'delete', stream), true)
  assert.throws(() => mustAllow(localPrincipal, 'read', stream), { code: 'MS-7008' })
})

test('names need no quotes anywhere; an unknown one is told the nearest', async () => {
  for (const name of ['Playback', '1a', 'a-b', 'a$late', '', 'a'.repeat(64), '../a'])
    assert.throws(() => checkName('stream', name), { code: 'MS-7003' })
  for (const name of ['a', 'a_1', 'a'.repeat(63)]) checkName('stream', name)
  assert.deepEqual(qualify('growth.playback', 'default'), { tenant: 'growth', name: 'playback' })
  const catalogue = await emptyCatalogue()
  await put(catalogue, 'rebuffers')
  assert.throws(() => catalogue.must('default', 'pipeline', 'rebufers'), { code: 'MS-7002', advice: "Did you mean 'rebuffers'?" })
  assert.match(newUid(systemRandom, 's'), /^s[a-z2-9]{15}$/)
})

test('a token is found by Bearer and Basic, never by another text, and its text is kept nowhere', async () => {
  const { records } = await emptyCatalogue()
  const tokens = new Tokens(records, systemClock, systemRandom)
  assert.equal(tokens.any(), false)
  const token = await tokens.create(localPrincipal, 'ci')
  assert.deepEqual(tokens.find(`Bearer ${token}`), { name: 'ci', tenant: 'default' })
  assert.deepEqual(tokens.find(`Basic ${Buffer.from(`any:${token}`).toString('base64')}`), { name: 'ci', tenant: 'default' })
  for (const wrong of [undefined, '', 'Bearer', `Bearer ${token}x`, 'Bearer mst_', token]) assert.equal(tokens.find(wrong), null)
  assert.equal(JSON.stringify(records.list(keys.tokens)).includes(token), false)
})
