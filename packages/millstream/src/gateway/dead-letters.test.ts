import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Batch } from '../data/batch.ts'
import { physicalSchema } from '../data/contract.ts'
import { types } from '../data/types.ts'
import { deadLetterContract } from '../model/dead-letters.ts'
import { ask, event, post, readAll, startTestHub, testStream } from './testing.ts'

interface Letter {
  readonly id: string
  readonly stage: string
  readonly body: string
  readonly reason: string
  readonly redriven: boolean
}

const lettersOf = async (hub: { readonly port: number }, query = ''): Promise<{ items: Letter[]; cursor: string | null }> =>
  (await ask(hub, 'GET', `/v1/streams/playback/dead-letters${query}`)).json as never

const redrive = (hub: { readonly port: number }, body: unknown) =>
  ask(hub, 'POST', '/v1/streams/playback/redrive', { 'content-type': 'application/json' }, JSON.stringify(body))

test('a redrive reads dead letters again under the present contract, and appends each once', async () => {
  const stream = testStream({ partitions: 2, distributedBy: ['device_id'] })
  const hub = await startTestHub([stream])
  try {
    await post(hub, 'playback', event(1) + event(2, { bitrate: 'high' }) + event(3, { bitrate: 'low' }) + event(4, { ts: 'never' }))
    assert.deepEqual((await redrive(hub, {})).json, { accepted: 0, rejected: 3 }, 'the contract is still the same')
    const wider = testStream({
      ...{ partitions: 2, distributedBy: ['device_id'], version: 2 },
      columns: [
        ['ts', types.timestampLtz(3, false)],
        ['device_id', types.string(false)],
        ['country', types.string()],
        ['bitrate', types.string()],
        ['rebuffer_ms', types.bigint()],
      ],
    })
    const renumbered = wider.contract.columns.map((column) =>
      column.name === 'bitrate' && column.kind === 'physical' ? { ...column, id: 6 } : column,
    )
    hub.replace({ ...wider, contract: { ...wider.contract, columns: renumbered } })
    const [second] = (await lettersOf(hub)).items.filter(({ body }) => body.includes('high'))
    assert.deepEqual((await redrive(hub, { ids: [second?.id] })).json, { accepted: 1, rejected: 0 })
    assert.deepEqual((await redrive(hub, { ids: [second?.id] })).json, { accepted: 0, rejected: 0 }, 'once')
    assert.deepEqual((await redrive(hub, {})).json, { accepted: 1, rejected: 1 })
    assert.deepEqual((await redrive(hub, {})).json, { accepted: 0, rejected: 1 })
    assert.deepEqual((await lettersOf(hub)).items.map(({ redriven }) => redriven).sort(), [false, true, true])
    assert.deepEqual((await readAll(hub, 'playback')).map(({ bitrate }) => bitrate).sort(), ['high', 'low', null])
    assert.equal(((await ask(hub, 'GET', '/v1/streams/playback/ledger')).json.totals as { balanced: boolean }).balanced, true)
  } finally {
    await hub.close()
  }
})

test('pages of dead letters go from the newest to the oldest, each once', async () => {
  const hub = await startTestHub([testStream({ partitions: 3 })])
  try {
    for (let n = 0; n < 9; n++)
      await post(hub, 'playback', event(n, { bitrate: `x${n}` }) + event(n, { bitrate: `y${n}` }), { 'idempotency-key': `k${n}` })
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page = await lettersOf(hub, `?limit=4&cursor=${encodeURIComponent(cursor)}`)
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.cursor
      assert.ok(seen.length <= 18)
    }
    assert.equal(new Set(seen).size, 18)
    assert.equal(seen.length, 18)
    assert.equal((await ask(hub, 'GET', '/v1/streams/playback/dead-letters?stage=lost')).json.code, 'MS-4014')
  } finally {
    await hub.close()
  }
})

test('a masked column is never shown in a dead letter', async () => {
  const hub = await startTestHub([testStream({ options: { 'contract.mask': 'device_id' } })])
  try {
    await post(
      hub,
      'playback',
      `${event(1, { device_id: 'secret-1', bitrate: 'x' })}{"device_id":"secret-2", broken\n${event(1, { device_id: 7 })}`,
    )
    const answer = await ask(hub, 'GET', '/v1/streams/playback/dead-letters')
    assert.equal((answer.json.items as unknown[]).length, 3)
    assert.doesNotMatch(answer.text, /secret/)
    assert.match(answer.text, /\*\*\*/)
  } finally {
    await hub.close()
  }
})

test('rows that later hops gave up are shown beside those of the edge', async () => {
  const late = { ...testStream({ name: 'playback$late' }), contract: deadLetterContract }
  const hub = await startTestHub([testStream(), late])
  try {
    await post(hub, 'playback', event(1, { bitrate: 'x' }))
    const row = ['late', 'job:j1', 'MS-5009', 'an hour late', event(2).trimEnd(), 0, 7n, 1, 1_700_000_000_000_000_000n] as const
    const batch = Batch.of(physicalSchema(deadLetterContract), [row])
    await hub.writer(late.uid, 0)?.append({ batch, contractVersion: 1, rejected: [], producer: null, receivedAtMs: 0 })
    assert.deepEqual((await lettersOf(hub)).items.map(({ stage }) => stage).sort(), ['edge', 'late'])
    const [only] = (await lettersOf(hub, '?stage=late')).items
    assert.deepEqual([only?.id, only?.reason, only?.body], ['late:0:0', 'an hour late', event(2).trimEnd()])
    assert.equal((await redrive(hub, { ids: ['late:0:0'] })).json.code, 'MS-4000')
  } finally {
    await hub.close()
  }
})

test('a redrive that cannot be understood says what to send', async () => {
  const hub = await startTestHub([testStream()])
  try {
    assert.equal((await redrive(hub, 7)).json.code, 'MS-4022')
    assert.equal((await redrive(hub, { ids: 'all' })).json.code, 'MS-4022')
    assert.equal((await redrive(hub, { ids: ['x'] })).json.code, 'MS-4014')
    assert.equal((await redrive(hub, { where: 'true' })).json.code, 'MS-4000')
  } finally {
    await hub.close()
  }
})
