import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../base/simulated/random.ts'
import { type BodyKind, bodiesOf } from './event-bodies.ts'

async function* chunks(text: string, seed: number): AsyncGenerator<Uint8Array> {
  const random = seededRandom(seed)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + random.int(200_000)
    yield bytes.subarray(at, at + size)
    at += size
  }
}

async function textsOf(text: string, kind: BodyKind, seed = 1): Promise<string[]> {
  const texts: string[] = []
  let inputBytes = 0
  for await (const body of bodiesOf(chunks(text, seed), kind)) {
    texts.push(Buffer.from(body.bytes).toString())
    inputBytes += body.inputBytes
  }
  assert.equal(inputBytes, Buffer.byteLength(text), 'progress reaches the end')
  return texts
}

test('NDJSON is cut at ends of lines, wherever chunks end, and nothing is left out', async () => {
  const text = Array.from({ length: 60_000 }, (_, i) => `{"i":${i},"text":"ä ${'x'.repeat(i % 50)}"}`).join('\n')
  for (const seed of [1, 2, 3]) {
    const bodies = await textsOf(text, 'ndjson', seed)
    assert.ok(bodies.length > 1)
    assert.equal(bodies.join(''), text)
    for (const body of bodies) for (const line of body.trimEnd().split('\n')) JSON.parse(line)
  }
})

test('each CSV body begins with the header; a newline in quotes ends no row', async () => {
  const rows = Array.from({ length: 50_000 }, (_, i) => `${i},"two\nlines, and a ""quote"""`)
  const bodies = await textsOf(`a,b\n${rows.join('\n')}\n`, 'csv')
  assert.ok(bodies.length > 1)
  assert.equal(bodies.map((body) => body.replace(/^a,b\n/, '')).join(''), `${rows.join('\n')}\n`)
  for (const body of bodies) assert.ok(body.startsWith('a,b\n'))
})

test('a JSON array is sent as arrays of its elements, also those that are no objects', async () => {
  const elements = Array.from({ length: 30_000 }, (_, i) => ({ i, nested: { list: [1, { deep: '}]"\\' }] } }))
  const bodies = await textsOf(` [${elements.map((element) => JSON.stringify(element)).join(' , ')}, 7, "x", null] `, 'json')
  assert.ok(bodies.length > 1)
  assert.deepEqual(
    bodies.flatMap((body) => JSON.parse(body)),
    [...elements, 7, 'x', null],
  )
})

test('a single JSON object is one event', async () => {
  assert.deepEqual(JSON.parse((await textsOf('{"a": [1, 2]}', 'json'))[0] ?? ''), [{ a: [1, 2] }])
})

test('JSON that never ends is sent as it is, so that the server says what is wrong', async () => {
  const bodies = await textsOf('[{"a": 1}, {"b": ', 'json')
  assert.equal(bodies.at(-1), '{"b": ')
})
