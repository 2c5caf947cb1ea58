import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { ask, event, post, readAll, startTestHub, testStream } from './testing.ts'

test('NDJSON, a JSON array, one JSON object, CSV, gzip and zstd all arrive', async () => {
  const hub = await startTestHub([testStream()])
  try {
    const body = event(1) + event(2)
    const first = await post(hub, 'playback', body)
    assert.deepEqual(
      [first.status, first.json],
      [200, { accepted: 2, rejected: 0, offsets: [{ partition: 0, from: 0, to: 2 }], errors: [] }],
    )
    const array = `[${event(3)},${event(4)}]`
    assert.equal((await post(hub, 'playback', array, { 'content-type': 'application/json; charset=utf-8' })).json.accepted, 2)
    assert.equal((await post(hub, 'playback', event(5), { 'content-type': 'application/json' })).json.accepted, 1)
    assert.equal((await post(hub, 'playback', gzipSync(event(6)), { 'content-encoding': 'gzip' })).json.accepted, 1)
    assert.equal((await post(hub, 'playback', zstdCompressSync(event(7)), { 'content-encoding': 'zstd' })).json.accepted, 1)
    const csv = 'device_id,ts,bitrate\r\n"d,8",2024-01-01 00:00:00,8\r\nd9,2024-01-01T00:00:00Z,high\r\n'
    const mixed = await post(hub, 'playback', csv, { 'content-type': 'text/csv' })
    assert.deepEqual([mixed.status, mixed.json.accepted, mixed.json.rejected], [207, 1, 1])
    assert.equal((mixed.json.errors as { line: number }[])[0]?.line, 3)
    assert.equal((await post(hub, 'playback', 'device_id,device_id\nx,y\n', { 'content-type': 'text/csv' })).json.code, 'MS-1011')
    assert.deepEqual(
      (await readAll(hub, 'playback')).map((row) => row.bitrate),
      [1, 2, 3, 4, 5, 6, 7, 8],
    )
    assert.deepEqual((await readAll(hub, 'playback', '?limit=1'))[0], {
      ...{ ts: '2023-11-14T22:13:21.000Z', device_id: 'd1', country: 'BR', bitrate: 1, rebuffer_ms: 10 },
    })
  } finally {
    await hub.close()
  }
})

test('one bad row never spoils its neighbours: 207 with line, column, code and reason; the bad row is a dead letter', async () => {
  const hub = await startTestHub([testStream()])
  try {
    const answer = await post(hub, 'playback', event(1) + event(2, { bitrate: 'high' }) + event(3))
    assert.equal(answer.status, 207)
    assert.deepEqual([answer.json.accepted, answer.json.rejected], [2, 1])
    const [error] = answer.json.errors as Record<string, unknown>[]
    assert.equal(error?.line, 2)
    assert.ok(Number(error?.column) > 1)
    assert.match(String(error?.code), /^MS-1\d{3}$/)
    assert.match(String(error?.reason), /bitrate/)
    const letters = (await ask(hub, 'GET', '/v1/streams/playback/dead-letters')).json.items as Record<string, unknown>[]
    assert.equal(letters.length, 1)
    assert.equal(JSON.parse(letters[0]?.body as string).bitrate, 'high')
    assert.deepEqual([letters[0]?.id, letters[0]?.stage, letters[0]?.line, letters[0]?.redriven], ['edge:0:0', 'edge', 2, false])
    const ledger = (await ask(hub, 'GET', '/v1/streams/playback/ledger')).json
    assert.deepEqual(ledger.totals, { received: 3, accepted: 2, rejected: 1, late: 0, balanced: true })
    assert.deepEqual(ledger.differences, [])
    assert.equal(
      (ledger.minutes as { received: number }[]).reduce((sum, minute) => sum + minute.received, 0),
      3,
    )
  } finally {
    await hub.close()
  }
})

test('when no row can be taken the answer is a problem that still counts, and an empty body is said to be empty', async () => {
  const hub = await startTestHub([testStream()])
  try {
    const broken = await post(hub, 'playback', 'this is not JSON\n')
    assert.equal(broken.status, 422)
    assert.equal(broken.headers['content-type'], 'application/problem+json')
    assert.deepEqual([broken.json.code, broken.json.accepted, broken.json.rejected], ['MS-4017', 0, 1])
    const empty = await post(hub, 'playback', '\n')
    assert.deepEqual([empty.status, empty.json.code], [400, 'MS-4016'])
    assert.deepEqual((await ask(hub, 'GET', '/v1/streams/playback/ledger')).json.totals, {
      ...{ received: 1, accepted: 0, rejected: 1, late: 0, balanced: true },
    })
  } finally {
    await hub.close()
  }
})

test('an Idempotency-Key answers a retry as before, also after a restart, and refuses another body', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millstream-gateway-'))
  const stream = testStream({ partitions: 4 })
  let hub = await startTestHub([stream], { folder })
  try {
    const key = { 'idempotency-key': 'order-17' }
    const body = event(1) + event(2, { bitrate: 'x' })
    const first = (await post(hub, 'playback', body, key)).json
    const again = (await post(hub, 'playback', body, key)).json
    assert.deepEqual(again, { ...first, duplicate: true })
    await hub.close()
    hub = await startTestHub([stream], { folder })
    assert.deepEqual((await post(hub, 'playback', body, key)).json, { ...first, duplicate: true })
    const other = await post(hub, 'playback', event(9), key)
    assert.deepEqual([other.status, other.json.code], [422, 'MS-3010'])
    assert.equal((await readAll(hub, 'playback')).length, 1)
  } finally {
    await hub.close()
    await rm(folder, { recursive: true })
  }
})

test('a producer is known by id, epoch and sequence: retries count once, gaps are said, an older epoch is refused', async () => {
  const hub = await startTestHub([testStream({ partitions: 4 })])
  const from = (epoch: number, sequence: number) => ({
    ...{ 'millstream-producer-id': 'app-1', 'millstream-producer-epoch': String(epoch), 'millstream-producer-sequence': String(sequence) },
  })
  try {
    const first = (await post(hub, 'playback', event(1), from(1, 0))).json
    assert.deepEqual((await post(hub, 'playback', event(1), from(1, 0))).json, { ...first, duplicate: true })
    assert.equal((await post(hub, 'playback', event(2), from(1, 1))).json.gap, undefined)
    assert.equal((await post(hub, 'playback', event(3), from(1, 5))).json.gap, 3)
    assert.equal((await post(hub, 'playback', event(4), from(2, 0))).status, 200)
    const fenced = await post(hub, 'playback', event(5), from(1, 6))
    assert.deepEqual([fenced.status, fenced.json.code], [409, 'MS-3011'])
    const half = await post(hub, 'playback', event(5), { 'millstream-producer-id': 'app-1' })
    assert.deepEqual([half.status, half.json.code], [400, 'MS-4011'])
    assert.equal((await readAll(hub, 'playback')).length, 4)
  } finally {
    await hub.close()
  }
})

test("a distributed stream places rows by Kafka's murmur2 of the key, and a retry of all slices counts once", async () => {
  const hub = await startTestHub([testStream({ partitions: 4, distributedBy: ['device_id'] })])
  try {
    const body = Array.from({ length: 100 }, (_, n) => event(n, { device_id: `d${n % 10}` })).join('')
    const key = { 'idempotency-key': 'k' }
    const first = (await post(hub, 'playback', body, key)).json
    assert.equal(first.accepted, 100)
    assert.ok((first.offsets as unknown[]).length > 1)
    assert.equal((await post(hub, 'playback', body, key)).json.duplicate, true)
    const seen = new Map<unknown, number>()
    for (const partition of [0, 1, 2, 3]) {
      for (const row of await readAll(hub, 'playback', `?partition=${partition}`)) {
        assert.equal(seen.get(row.device_id) ?? partition, partition, 'a device has one partition')
        seen.set(row.device_id, partition)
      }
    }
    assert.equal(seen.size, 10)
    const other = await post(hub, 'playback', event(1, { device_id: 'elsewhere' }), key)
    assert.equal(other.json.code, 'MS-3010', 'another body is refused whatever partition its rows belong to')
    assert.equal((await readAll(hub, 'playback')).length, 100)
  } finally {
    await hub.close()
  }
})

test('rows further ahead than event-time.max-future are dead letters, and their neighbours are not', async () => {
  const hub = await startTestHub([testStream({ options: { 'event-time.max-future': '10 min' } })])
  try {
    const answer = await post(hub, 'playback', event(1) + event(2, { ts: '2038-01-19T03:14:07Z' }) + event(3))
    assert.deepEqual([answer.status, answer.json.accepted, answer.json.rejected], [207, 2, 1])
    assert.deepEqual(
      (answer.json.errors as Record<string, unknown>[]).map(({ code, line }) => [code, line]),
      [['MS-4018', 2]],
    )
    const letters = (await ask(hub, 'GET', '/v1/streams/playback/dead-letters?stage=edge')).json.items as { body: string }[]
    assert.equal(letters[0]?.body, event(2, { ts: '2038-01-19T03:14:07Z' }).trimEnd(), 'as it came')
    assert.deepEqual(
      (await readAll(hub, 'playback')).map((row) => row.bitrate),
      [1, 3],
    )
  } finally {
    await hub.close()
  }
})

test('over quota is 429 with Retry-After; a partition that is not open is 503; both take nothing', async () => {
  let open = false
  const hub = await startTestHub([testStream()], {
    host: { overQuota: () => (open ? null : { retryAfterMs: 2500, quota: '1 MB/s' }) },
  })
  try {
    const over = await post(hub, 'playback', event(1))
    assert.deepEqual([over.status, over.json.code, over.headers['retry-after']], [429, 'MS-4006', '3'])
    open = true
    const wider = testStream({ partitions: 2 })
    hub.replace({ ...wider, partitions: [{ partition: 1, owner: 'gateway' }] })
    const closed = await post(hub, 'playback', event(1))
    assert.deepEqual([closed.status, closed.json.code], [503, 'MS-4019'])
    hub.replace(testStream())
    assert.deepEqual(await readAll(hub, 'playback'), [])
  } finally {
    await hub.close()
  }
})

test('a stream that is not there is 404 and names the nearest', async () => {
  const hub = await startTestHub([testStream()])
  try {
    const answer = await post(hub, 'playbak', event(1))
    assert.deepEqual([answer.status, answer.json.code], [404, 'MS-4007'])
    assert.match(String(answer.json.advice), /playback/)
    const wrong = await ask(hub, 'DELETE', '/v1/streams/playback/events')
    assert.deepEqual([wrong.status, wrong.json.code, wrong.headers.allow], [405, 'MS-4015', 'POST, GET'])
  } finally {
    await hub.close()
  }
})

test('fields that the contract does not name are kept, dropped or refused, as the contract says', async () => {
  const options = (rule: string) => ({ options: { 'contract.unknown-fields': rule } })
  const streams = [testStream(), testStream({ name: 'drops', ...options('drop') }), testStream({ name: 'rejects', ...options('reject') })]
  const hub = await startTestHub(streams)
  try {
    const rows = event(1) + event(2, { colour: 'red', size: 7 }) + event(3)
    await Promise.all([post(hub, 'playback', rows), post(hub, 'playback', event(4))])
    const kept = await readAll(hub, 'playback')
    assert.deepEqual(kept.map((row) => row.bitrate).sort(), [1, 2, 3, 4])
    const [second] = kept.filter((row) => row.bitrate === 2)
    assert.deepEqual(JSON.parse(String(second?.unknown_fields)).colour, 'red')
    assert.equal((await post(hub, 'drops', rows)).json.accepted, 3)
    assert.ok((await readAll(hub, 'drops')).every((row) => !('unknown_fields' in row)))
    const refused = await post(hub, 'rejects', rows)
    assert.deepEqual([refused.status, refused.json.accepted, refused.json.rejected], [207, 2, 1])
  } finally {
    await hub.close()
  }
})
