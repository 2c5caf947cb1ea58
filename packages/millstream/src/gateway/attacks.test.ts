import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { limits } from '../base/limits.ts'
import { type Answer, ask, event, ndjson, post, readAll, startTestHub, type TestHub, testStream } from './testing.ts'

/** What attackers try, a row each. `expected`: the status, and the code of the problem. */
interface Attack {
  readonly name: string
  readonly request: (hub: TestHub) => Promise<Answer>
  readonly expected: readonly [status: number, code: string]
}

const events = '/v1/streams/playback/events'
const own = (hub: TestHub) => ({ ...ndjson, host: `127.0.0.1:${hub.port}` })

const attacks: readonly Attack[] = [
  {
    name: 'DNS rebinding: a foreign name that resolves to this machine',
    request: (hub) => ask(hub, 'GET', events, { host: 'attacker.example' }),
    expected: [421, 'MS-4001'],
  },
  {
    name: "DNS rebinding of an address that is not the gateway's own",
    request: (hub) => ask(hub, 'GET', '/v1/jobs', { host: '127.0.0.1.attacker.example:7410' }),
    expected: [421, 'MS-4001'],
  },
  {
    name: 'a form that posts JSON as text/plain',
    request: (hub) => ask(hub, 'POST', events, { 'content-type': 'text/plain' }, event(1)),
    expected: [415, 'MS-4003'],
  },
  {
    name: 'a form',
    request: (hub) => ask(hub, 'POST', events, { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b'),
    expected: [415, 'MS-4003'],
  },
  {
    name: 'a multipart form to another address',
    request: (hub) => ask(hub, 'POST', '/druid/v2', { 'content-type': 'multipart/form-data; boundary=x' }, '--x--'),
    expected: [415, 'MS-4003'],
  },
  {
    name: 'a body without a type',
    request: (hub) => ask(hub, 'POST', events, { 'content-length': '2' }, '{}'),
    expected: [415, 'MS-4003'],
  },
  {
    name: 'a page of another site',
    request: (hub) => ask(hub, 'POST', events, { ...own(hub), origin: 'https://attacker.example' }, event(1)),
    expected: [403, 'MS-4002'],
  },
  {
    name: 'a page of another port of this machine',
    request: (hub) =>
      ask(hub, 'DELETE', '/v1/streams/playback', { ...own(hub), origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }),
    expected: [403, 'MS-4002'],
  },
  {
    name: 'a sandboxed frame (Origin: null)',
    request: (hub) => ask(hub, 'POST', events, { ...own(hub), origin: 'null' }, event(1)),
    expected: [403, 'MS-4002'],
  },
  {
    name: 'a navigation of another site that changes something',
    request: (hub) => ask(hub, 'POST', '/v1/streams/playback/redrive', { ...own(hub), 'sec-fetch-site': 'cross-site' }),
    expected: [403, 'MS-4002'],
  },
  {
    name: 'a preflight of another site',
    request: (hub) => ask(hub, 'OPTIONS', events, { origin: 'https://attacker.example', 'access-control-request-method': 'POST' }),
    expected: [403, 'MS-4002'],
  },
  {
    name: 'a WebSocket of another site',
    request: (hub) =>
      ask(hub, 'GET', '/v1/live', {
        ...{ host: `127.0.0.1:${hub.port}`, origin: 'https://attacker.example', connection: 'Upgrade', upgrade: 'websocket' },
        ...{ 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
      }),
    expected: [403, 'MS-4002'],
  },
  {
    name: 'a path in the place of a name',
    request: (hub) => ask(hub, 'GET', '/v1/streams/..%2f..%2fetc/events'),
    expected: [400, 'MS-4008'],
  },
  { name: 'a name with a zero byte', request: (hub) => ask(hub, 'GET', '/v1/streams/play%00back/events'), expected: [400, 'MS-4008'] },
  { name: 'a broken escape', request: (hub) => ask(hub, 'GET', '/v1/streams/%E0%A4%A/events'), expected: [400, 'MS-4020'] },
  { name: '__proto__ as a name', request: (hub) => ask(hub, 'GET', '/v1/streams/__proto__/events'), expected: [400, 'MS-4008'] },
  { name: "another tenant's stream", request: (hub) => ask(hub, 'GET', '/v1/streams/growth.playback/events'), expected: [403, 'MS-4013'] },
  {
    name: 'a body that says it is too large',
    request: (hub) =>
      raw(hub, `POST ${events} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\ncontent-length: 99999999\r\n\r\n`),
    expected: [413, 'MS-4004'],
  },
  {
    name: 'a body that does not say how large it is, and goes on',
    request: (hub) => ask(hub, 'POST', events, { ...ndjson, 'transfer-encoding': 'chunked' }, new Uint8Array(limits.requestBytesMax + 1)),
    expected: [413, 'MS-4004'],
  },
  {
    name: 'a gzip bomb',
    request: (hub) => post(hub, 'playback', gzipSync(new Uint8Array(64 * 1024 * 1024)), { 'content-encoding': 'gzip' }),
    expected: [413, 'MS-4004'],
  },
  {
    name: 'a body that is no gzip',
    request: (hub) => post(hub, 'playback', 'plain', { 'content-encoding': 'gzip' }),
    expected: [400, 'MS-4009'],
  },
  {
    name: 'encodings one in another',
    request: (hub) => post(hub, 'playback', gzipSync(gzipSync('x')), { 'content-encoding': 'gzip, gzip' }),
    expected: [415, 'MS-4010'],
  },
  {
    name: '100,000 headers',
    request: (hub) => raw(hub, `GET ${events} HTTP/1.1\r\nhost: localhost\r\n${'a: b\r\n'.repeat(100_000)}\r\n`),
    expected: [400, 'MS-4024'],
  },
  {
    name: 'more headers than anyone needs',
    request: (hub) => raw(hub, `GET ${events} HTTP/1.1\r\nhost: localhost\r\n${'a: b\r\n'.repeat(500)}\r\n`),
    expected: [400, 'MS-4024'],
  },
  {
    name: 'smuggling: a length and chunks',
    request: (hub) =>
      raw(
        hub,
        `POST ${events} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
      ),
    expected: [400, 'MS-4024'],
  },
  {
    name: 'smuggling: two lengths',
    request: (hub) => raw(hub, `POST ${events} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nabcde`),
    expected: [400, 'MS-4024'],
  },
  {
    name: 'headers that come a byte a second',
    request: (hub) => raw(hub, 'GET / HTTP/1.1\r\nhost: loc'),
    expected: [400, 'MS-4024'],
  },
  {
    name: 'nesting that would exhaust the stack',
    request: (hub) => post(hub, 'playback', `${'{"a":'.repeat(200_000)}\n`),
    expected: [422, 'MS-4017'],
  },
  {
    name: 'bytes that are no UTF-8',
    request: (hub) =>
      post(
        hub,
        'playback',
        Buffer.concat([Buffer.from('{"ts":"2024-01-01T00:00:00Z","device_id":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}\n')]),
      ),
    expected: [422, 'MS-4017'],
  },
  {
    name: 'a row larger than a row may be',
    request: (hub) => post(hub, 'playback', event(1, { device_id: 'x'.repeat(limits.rowBytesMax) })),
    expected: [422, 'MS-4017'],
  },
  {
    name: 'a producer id with control characters',
    request: (hub) =>
      post(hub, 'playback', event(1), {
        'millstream-producer-id': 'a\tb',
        'millstream-producer-epoch': '0',
        'millstream-producer-sequence': '0',
      }),
    expected: [400, 'MS-4011'],
  },
]

test('attacks: each is refused by name, and nothing of it is in the stream', async (t) => {
  const hub = await startTestHub([testStream()], { patience: { headersTimeoutMs: 300, requestTimeoutMs: 60_000, connectionCheckMs: 50 } })
  try {
    for (const attack of attacks) {
      await t.test(attack.name, async () => {
        const answer = await attack.request(hub)
        assert.deepEqual([answer.status, answer.json.code], attack.expected, answer.text)
        assert.equal(answer.headers['x-content-type-options'], 'nosniff')
        assert.equal(answer.headers['access-control-allow-origin'], undefined)
      })
    }
    assert.deepEqual(await readAll(hub, 'playback'), [])
    assert.deepEqual(hub.failures, [])
    assert.equal((await post(hub, 'playback', event(1))).status, 200, 'the server is as it was')
  } finally {
    await hub.close()
  }
})

test('what looks like an attack and is data comes back as it went in, as text', async () => {
  const hub = await startTestHub([testStream()])
  try {
    const name = `<script>alert(1)</script>"'\u2028`
    const row = `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},${event(1, { device_id: name }).slice(1)}`
    assert.equal((await post(hub, 'playback', row)).status, 200)
    const answer = await ask(hub, 'GET', events)
    assert.equal(answer.headers['content-type'], 'application/x-ndjson')
    assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/)
    assert.equal(JSON.parse(answer.text).device_id, name)
    assert.equal(({} as Record<string, unknown>).polluted, undefined)
  } finally {
    await hub.close()
  }
})

test('the wrong content type is told by a curl line that works', async () => {
  const hub = await startTestHub([testStream()])
  try {
    const answer = await ask(hub, 'POST', events, { 'content-type': 'text/plain' }, event(1))
    assert.match(
      String(answer.json.advice),
      /curl -H 'content-type: application\/x-ndjson' --data-binary @events.ndjson http:\/\/127\.0\.0\.1:\d+\/v1\/streams\/playback\/events/,
    )
  } finally {
    await hub.close()
  }
})

test("a stream's ingest.origins may write it, read the answer to that, and nothing else", async () => {
  const hub = await startTestHub([testStream({ options: { 'ingest.origins': 'https://shop.example' } }), testStream({ name: 'other' })])
  const page = { origin: 'https://shop.example', 'sec-fetch-site': 'cross-site' }
  try {
    const preflight = await ask(hub, 'OPTIONS', events, { ...page, 'access-control-request-method': 'POST' })
    assert.deepEqual([preflight.status, preflight.headers['access-control-allow-origin']], [204, 'https://shop.example'])
    const written = await post(hub, 'playback', event(1), page)
    assert.deepEqual([written.status, written.headers['access-control-allow-origin']], [200, 'https://shop.example'])
    assert.equal((await post(hub, 'other', event(1), page)).json.code, 'MS-4002')
    assert.equal((await ask(hub, 'GET', events, page)).headers['access-control-allow-origin'], undefined)
    assert.equal((await ask(hub, 'POST', '/v1/streams/playback/redrive', page)).json.code, 'MS-4002')
  } finally {
    await hub.close()
  }
})

test('a token that is missing or wrong is 401 everywhere, WebSockets and other addresses included', async () => {
  const hub = await startTestHub([testStream()], {
    host: { authenticate: ({ headers }) => (headers.authorization === 'Bearer good' ? { name: 'ann', tenant: 'default' } : null) },
  })
  try {
    for (const [method, path] of [
      ['GET', events],
      ['GET', '/v1/jobs'],
      ['POST', '/v1/streams/playback/redrive'],
    ] as const) {
      const none = await ask(hub, method, path)
      assert.deepEqual([none.status, none.json.code], [401, 'MS-4012'])
      assert.match(String(none.headers['www-authenticate']), /Bearer/)
      assert.equal((await ask(hub, method, path, { authorization: 'Bearer bad' })).status, 401)
    }
    assert.equal((await ask(hub, 'GET', events, { authorization: 'Bearer good' })).status, 200)
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket' }
    assert.equal((await ask(hub, 'GET', '/v1/live', upgrade)).json.code, 'MS-4012')
    assert.equal((await ask(hub, 'GET', '/v1/live', { ...upgrade, authorization: 'Bearer good' })).json.code, 'MS-4000')
  } finally {
    await hub.close()
  }
})

test('bodies in flight have a bound: beyond it 503 with Retry-After, and the memory comes back', async () => {
  const hub = await startTestHub([testStream()])
  const slow = Array.from({ length: 5 }, () => {
    const socket = connect(hub.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(
      `POST ${events} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\ncontent-length: ${limits.requestBytesMax}\r\n\r\n`,
    )
    return socket
  })
  try {
    const part = new Uint8Array(limits.requestBytesMax - 1)
    const refused = new Promise<string>((resolve) => {
      for (const socket of slow) socket.on('data', (data) => resolve(String(data)))
    })
    for (const socket of slow) socket.write(part)
    const answer = await refused
    assert.match(answer, /^HTTP\/1\.1 503 /)
    assert.match(answer, /MS-4005/)
    assert.match(answer, /retry-after: 1/i)
    for (const socket of slow) socket.destroy()
    for (;;) if ((await post(hub, 'playback', event(1))).status === 200) break
  } finally {
    for (const socket of slow) socket.destroy()
    await hub.close()
  }
})

test('a failure of ours is said without its text, and told to the host', async () => {
  const hub = await startTestHub([testStream()], {
    host: {
      otherHops: async () => {
        throw new Error('the password is swordfish')
      },
    },
  })
  try {
    const answer = await ask(hub, 'GET', '/v1/streams/playback/ledger')
    assert.deepEqual([answer.status, answer.json.code], [500, 'MS-4023'])
    assert.doesNotMatch(answer.text, /swordfish/)
    assert.equal(hub.failures.length, 1)
  } finally {
    await hub.close()
  }
})

/** Bytes as they are; the first answer that comes back. */
function raw(hub: TestHub, text: string): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect(hub.port, '127.0.0.1')
    let got = ''
    const done = (): void => {
      const [head = '', body = ''] = got.split('\r\n\r\n')
      const [line = '', ...fields] = head.split('\r\n')
      const headers = Object.fromEntries(
        fields.map((field) => [field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 2)]),
      )
      socket.destroy()
      resolve({ status: Number(line.split(' ')[1]), headers, text: got, json: body.startsWith('{') ? JSON.parse(body) : {} })
    }
    socket.on('data', (data) => {
      got += data
    })
    socket.on('error', () => {})
    socket.on('close', done)
    socket.on('end', done)
    socket.write(text)
  })
}
