import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errors } from '../base/errors.ts'
import { RemoteError } from '../base/rpc.ts'
import { pageOf } from './page.ts'
import { problemOf } from './problems.ts'

test('our errors keep code, advice and place; what is not ours shows nothing of its insides', () => {
  const known = problemOf(errors.fail('MS-7009', { reason: 'r', advice: 'a' }, { line: 2, column: 8 }))
  assert.deepEqual([known.status, known.code, known.detail, known.advice, known.place], [422, 'MS-7009', 'r', 'a', { line: 2, column: 8 }])
  const bug = problemOf(new Error('password=secret in /etc/x'))
  assert.deepEqual([bug.status, bug.code], [500, 'MS-7001'])
  assert.equal(JSON.stringify(bug).includes('secret'), false)
})

test('an error of another process is shown as that process said it', () => {
  const there = errors.fail('MS-7017', { part: 'olap' })
  const remote = problemOf(
    new RemoteError({ code: there.code, message: there.message, advice: there.advice, http: there.http, title: there.title }),
  )
  assert.deepEqual([remote.code, remote.status, remote.title], ['MS-7017', 503, 'A part is not running'])
})

test('a page of a list is bounded', () => {
  assert.deepEqual(pageOf({}), { limit: 100, after: '', search: '' })
  assert.deepEqual(pageOf({ limit: '5', cursor: 'b', search: 'x' }), { limit: 5, after: 'b', search: 'x' })
  for (const limit of ['0', '1001', 'x', '1.5']) assert.throws(() => pageOf({ limit }), { code: 'MS-7009' })
})
