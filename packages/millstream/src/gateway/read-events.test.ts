import assert from 'node:assert/strict'
import { get } from 'node:http'
import { test } from 'node:test'
import { limits } from '../base/limits.ts'
import type { Scheduler } from '../base/ports.ts'
import { systemScheduler } from '../base/real/system.ts'
import { valueAt } from '../data/value.ts'
import type { Ends } from '../log/log.ts'
import { ask, event, post, readAll, startTestHub, testStream } from './testing.ts'

interface Feed {
  /** Resolves with the first text that ends what `enough` waits for. */
  until(enough: (text: string) => boolean): Promise<string>
  close(): void
}

function follow(port: number, path: string, headers: Record<string, string> = {}): Feed {
  let text = ''
  let wake = (): void => {}
  const request = get({ host: '127.0.0.1', port, path, headers: { accept: 'text/event-stream', ...headers }, agent: false }, (response) => {
    response.setEncoding('utf8')
    response.on('data', (part: string) => {
      text += part
      wake()
    })
    response.on('error', () => {})
  })
  request.on('error', () => {})
  return {
    async until(enough) {
      while (!enough(text)) await new Promise<void>((resolve) => (wake = resolve))
      return text
    },
    close: () => request.destroy(),
  }
}

const rowsOf = (text: string): Record<string, unknown>[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1] as string) as Record<string, unknown>)
const lastId = (text: string): string => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? ''

test('a follower gets rows as they are committed, and goes on after its Last-Event-ID without a row twice or missing', async () => {
  const hub = await startTestHub([testStream({ partitions: 3, distributedBy: ['device_id'] })])
  try {
    const body = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => event(from + n)).join('')
    await post(hub, 'playback', body(0, 20))
    const first = follow(hub.port, '/v1/streams/playback/events?from=earliest&limit=13')
    const seen = rowsOf(await first.until((text) => rowsOf(text).length === 13))
    const text = await first.until(() => true)
    first.close()
    const second = follow(hub.port, '/v1/streams/playback/events', { 'last-event-id': lastId(text) })
    await post(hub, 'playback', body(20, 30))
    seen.push(...rowsOf(await second.until((more) => rowsOf(more).length === 17)))
    second.close()
    assert.deepEqual(
      seen.map((row) => row.bitrate as number).sort((a, b) => a - b),
      Array.from({ length: 30 }, (_, n) => n),
    )
  } finally {
    await hub.close()
  }
})

test('reading starts at a time, at a duration back, at the latest; and a limit and a partition narrow it', async () => {
  const hub = await startTestHub([testStream({ partitions: 2 })])
  try {
    await post(hub, 'playback', event(1) + event(2))
    assert.equal((await readAll(hub, 'playback', '?from=10%20min')).length, 2)
    assert.equal((await readAll(hub, 'playback', '?from=2099-01-01')).length, 0)
    assert.equal((await readAll(hub, 'playback', `?from=${encodeURIComponent(new Date(0).toISOString())}`)).length, 2)
    assert.equal((await readAll(hub, 'playback', '?from=1700000000000')).length, 2)
    assert.equal((await readAll(hub, 'playback', '?from=latest')).length, 0)
    assert.equal((await readAll(hub, 'playback', '?limit=1')).length, 1)
    assert.equal((await readAll(hub, 'playback', '?partition=1')).length, 0)
    for (const [query, code] of [
      ['from=yesterday', 'MS-4014'],
      ['limit=-1', 'MS-4014'],
      ['partition=7', 'MS-4014'],
      ['follow=perhaps', 'MS-4014'],
    ]) {
      const answer = await ask(hub, 'GET', `/v1/streams/playback/events?${query}`)
      assert.deepEqual([answer.status, answer.json.code], [400, code], query)
    }
    const cursor = await ask(hub, 'GET', '/v1/streams/playback/events', { 'last-event-id': '0:x' })
    assert.equal(cursor.json.code, 'MS-4014')
  } finally {
    await hub.close()
  }
})

test('a filter chooses rows; a masked column is shown as stars and cannot be filtered by', async () => {
  const hub = await startTestHub([testStream({ options: { 'contract.mask': 'device_id, rebuffer_ms' } })], {
    host: {
      compileFilter: (_stream, text) => {
        const [column = '', value = ''] = text.split(' = ')
        return {
          columns: [column],
          select: (batch) => {
            const chosen = batch.columns[0]
            if (chosen === undefined) throw new Error('no such column')
            return Int32Array.from({ length: batch.rowCount }, (_, row) => row).filter((row) => String(valueAt(chosen, row)) === value)
          },
        }
      },
    },
  })
  try {
    await post(hub, 'playback', event(1) + event(2) + event(3))
    const rows = await readAll(hub, 'playback', '?where=bitrate%20%3D%202')
    assert.deepEqual(
      rows.map(({ device_id, rebuffer_ms, bitrate }) => [device_id, rebuffer_ms, bitrate]),
      [['***', null, 2]],
    )
    const told = await ask(hub, 'GET', '/v1/streams/playback/events?where=device_id%20%3D%20d1')
    assert.deepEqual([told.status, told.json.code], [403, 'MS-4021'])
  } finally {
    await hub.close()
  }
})

test('a silent stream gets a comment, so that nothing between closes the connection', async () => {
  const quick: Scheduler = { ...systemScheduler, after: (delayMs, task) => systemScheduler.after(delayMs === 15_000 ? 20 : delayMs, task) }
  const hub = await startTestHub([testStream()], { ports: { scheduler: quick } })
  try {
    const feed = follow(hub.port, '/v1/streams/playback/events')
    await feed.until((text) => text.split(': still here\n\n').length > 3)
    await post(hub, 'playback', event(1))
    assert.equal(rowsOf(await feed.until((text) => rowsOf(text).length > 0)).length, 1)
    feed.close()
  } finally {
    await hub.close()
  }
})

test('a stream that is deleted ends its followers with a problem', async () => {
  let gone = false
  const stream = testStream()
  const quick: Scheduler = { ...systemScheduler, after: (delayMs, task) => systemScheduler.after(delayMs === 15_000 ? 20 : delayMs, task) }
  const hub = await startTestHub([stream], {
    ports: { scheduler: quick },
    host: { streams: { byName: () => stream, byUid: () => (gone ? null : stream), contract: () => stream.contract, all: () => [stream] } },
  })
  try {
    const feed = follow(hub.port, '/v1/streams/playback/events')
    await feed.until((text) => text.includes('still here'))
    gone = true
    assert.match(await feed.until((text) => text.includes('event: problem')), /event: problem\ndata: .*MS-4007/)
  } finally {
    await hub.close()
  }
})

test('rows that are committed while a follower looks are shown at once, not at the next comment', async () => {
  const stream = testStream()
  let committed = 0
  let state: 'quiet' | 'armed' | 'moved' = 'quiet'
  const listeners = new Set<(uid: string, partition: number, end: number) => void>()
  const ends: Ends = {
    end: () => {
      if (state === 'armed') {
        // The reader is told the old end, and the move comes before it has answered.
        state = 'moved'
        queueMicrotask(() => {
          committed = 1
          for (const listener of listeners) listener(stream.uid, 0, committed)
        })
        return 0
      }
      return committed
    },
    onMove(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const scheduler: Scheduler = {
    ...systemScheduler,
    after(delayMs, task) {
      if (delayMs !== limits.followCommentMs || state !== 'quiet') return systemScheduler.after(delayMs, task)
      return systemScheduler.after(50, () => {
        state = 'armed'
        task()
      })
    },
  }
  const hub = await startTestHub([stream], { ports: { scheduler }, host: { ends } })
  try {
    await post(hub, 'playback', event(1))
    const feed = follow(hub.port, '/v1/streams/playback/events')
    const rows = await Promise.race([feed.until((text) => rowsOf(text).length > 0), systemScheduler.sleep(3_000)])
    assert.equal(state, 'moved')
    assert.notEqual(rows, undefined, 'the row did not come')
    feed.close()
  } finally {
    await hub.close()
  }
})
