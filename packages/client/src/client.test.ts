import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { post, startTestHub, testStream } from '../../millstream/src/gateway/testing.ts'
import { createClient, MillstreamProblem } from './client.ts'
import { rowText } from './send.ts'

const row = (n: number) => ({ ts: '2024-01-01T00:00:00Z', device_id: `d${n}`, bitrate: n })

test('send takes rows, text, CSV or JSON, packed or not, and says which rows were rejected', async () => {
  const hub = await startTestHub([testStream()])
  const client = createClient({ server: `${hub.url}/` })
  try {
    assert.equal((await client.send('playback', [row(1), row(2)])).accepted, 2)
    assert.equal((await client.send('playback', `${JSON.stringify(row(3))}\n`, { gzip: true })).accepted, 1)
    const mixed = await client.send('playback', [row(4), { ...row(5), bitrate: 'x' }])
    assert.deepEqual([mixed.accepted, mixed.rejected, mixed.errors[0]?.line], [1, 1, 2])
    const none = await client.send('playback', 'nonsense\n')
    assert.deepEqual([none.accepted, none.rejected, none.offsets], [0, 1, []])
    const once = await client.send('playback', [row(6)], { idempotencyKey: 'a' })
    assert.deepEqual(await client.send('playback', [row(6)], { idempotencyKey: 'a' }), { ...once, duplicate: true })
    await assert.rejects(client.send('playbak', [row(1)]), (error) => {
      assert.ok(error instanceof MillstreamProblem)
      assert.deepEqual([error.code, error.status, error.retry], ['MS-4007', 404, false])
      assert.match(error.advice, /playback/)
      return true
    })
  } finally {
    await hub.close()
  }
})

test('a row keeps the digits of its bigints', () => {
  assert.equal(
    rowText({ a: 9_007_199_254_740_993n, b: [1n, 'x'], c: '\u00000.5:0' }),
    '{"a":9007199254740993,"b":[1,"x"],"c":"\\u00000.5:0"}',
  )
})

test('tail follows, filters nothing out, and goes on after the connection broke', async () => {
  const hub = await startTestHub([testStream({ partitions: 2 })])
  const client = createClient({ server: hub.url })
  try {
    for (let n = 0; n < 5; n++) await client.send('playback', [row(n)])
    const seen: unknown[] = []
    for await (const { row: got } of client.tail('playback', { from: 'earliest', limit: 8 })) {
      seen.push(got.bitrate)
      if (seen.length === 5) {
        hub.server.closeAllConnections()
        await post(hub, 'playback', [5, 6, 7].map((n) => `${JSON.stringify(row(n))}\n`).join(''))
      }
    }
    assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6, 7])
    const all: unknown[] = []
    for await (const { row: got } of client.tail('playback', { from: 'earliest', follow: false })) all.push(got.bitrate)
    assert.equal(all.length, 8)
  } finally {
    await hub.close()
  }
})

test('a producer batches, counts what the contract rejects, and flushes', async () => {
  const hub = await startTestHub([testStream()])
  const rejected: number[] = []
  const producer = createClient({ server: hub.url }).producer('playback', {
    ...{ batchRowsMax: 100, inFlightMax: 4, gzip: true },
    onRejected: (errors) => rejected.push(errors.length),
  })
  try {
    for (let n = 0; n < 1050; n++) assert.equal(producer.send(n % 100 === 50 ? { ...row(n), bitrate: 'x' } : row(n)), true)
    assert.equal(producer.account().pending, 1050)
    await producer.close()
    assert.deepEqual(producer.account(), { taken: 1050, accepted: 1040, rejected: 10, dropped: 0, pending: 0 })
    assert.equal(producer.send(row(1)), false, 'closed')
    assert.equal(
      rejected.reduce((sum, n) => sum + n, 0),
      10,
    )
    assert.equal(hub.writer('uid-playback', 0)?.end(), 1040)
  } finally {
    await hub.close()
  }
})

test('a producer retries what failed, and the server counts it once though its answers were lost', async () => {
  const hub = await startTestHub([testStream()])
  let calls = 0
  const flaky: typeof fetch = async (input, init) => {
    calls++
    if (calls % 3 === 1) throw new TypeError('the connection broke before the request')
    const response = await fetch(input, init)
    if (calls % 3 === 2) {
      await response.arrayBuffer()
      throw new TypeError('the connection broke before the answer')
    }
    return response
  }
  const producer = createClient({ server: hub.url, fetch: flaky }).producer('playback', { batchRowsMax: 10 })
  try {
    for (let n = 0; n < 50; n++) producer.send(row(n))
    await producer.flush()
    assert.deepEqual(producer.account(), { taken: 50, accepted: 50, rejected: 0, dropped: 0, pending: 0 })
    assert.ok(calls >= 15)
    assert.equal(hub.writer('uid-playback', 0)?.end(), 50)
  } finally {
    await hub.close()
  }
})

test('a producer waits as Retry-After says, gives up what can never succeed, and drops what its memory cannot hold', async () => {
  const times: number[] = []
  const server = createServer((request, response) => {
    request.resume()
    times.push(performance.now())
    const first = times.length === 1
    const status = first ? 429 : 404
    response.writeHead(status, { 'content-type': 'application/problem+json', ...(first ? { 'retry-after': '1' } : {}) })
    response.end(
      JSON.stringify({ type: 'x', title: 'x', status, detail: 'x', code: first ? 'MS-4006' : 'MS-4007', advice: 'x', retry: first }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const failures: number[] = []
  const producer = createClient({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }).producer('playback', {
    bufferBytesMax: 250,
    onFailure: (_error, rows) => failures.push(rows),
  })
  try {
    const taken = Array.from({ length: 10 }, (_, n) => producer.send(row(n))).filter(Boolean).length
    assert.ok(taken > 0 && taken < 10)
    await producer.close()
    assert.deepEqual(failures, [taken])
    assert.deepEqual(producer.account(), { taken, accepted: 0, rejected: 0, dropped: 10, pending: 0 })
    assert.ok((times[1] as number) - (times[0] as number) >= 990)
  } finally {
    server.close()
  }
})
