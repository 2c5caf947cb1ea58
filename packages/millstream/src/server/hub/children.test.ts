import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { connectToSocket } from '../../base/real/socket.ts'
import { systemScheduler } from '../../base/real/system.ts'
import { rpcOver } from '../../base/rpc.ts'
import type { CommittedEnds, Hello } from '../../model/hub.ts'
import { ToldState } from '../told-state.ts'
import type { HubWelcome } from '../welcome.ts'
import { openCatalogueStore } from './catalogue-store.ts'
import { Children, type ChildrenHost } from './children.ts'

const hello: Hello = { role: 'olap', processId: 1 }

async function withChildren(host: Partial<ChildrenHost>, run: (told: ToldState, children: Children, path: string) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), 'millstream-children-'))
  const told = new ToldState()
  const children = new Children(told, { welcome: async () => ({}), serve: () => {}, onChange: () => {}, ...host })
  const server = await children.listen(join(folder, 's'))
  try {
    await run(told, children, join(folder, 's'))
  } finally {
    await server.close()
    rmSync(folder, { recursive: true })
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (let step = 0; !holds(); step++) {
    assert.ok(step < 1000, 'it did not come in time')
    await systemScheduler.sleep(5)
  }
}

function frame(message: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(message))
  const head = Buffer.alloc(4)
  head.writeUInt32LE(text.length)
  return Buffer.concat([head, text])
}

/** All messages that came, whole. */
function messagesOf(bytes: Buffer): unknown[] {
  const messages: unknown[] = []
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt32LE(at)
    messages.push(JSON.parse(bytes.toString('utf8', at + 4, end)))
    at = end
  }
  return messages
}

test('a process that stands still does not fill the hub, and knows the last ends when it goes on', async () => {
  await withChildren({}, async (told, children, path) => {
    const socket: Socket = connect(path)
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.write(frame({ id: 1, method: 'hub.hello', params: hello }))
    await until(() => children.of('olap') !== null && chunks.length > 0)
    socket.pause()
    const last: Record<string, number> = {}
    const uid = 'u'.repeat(1000)
    for (let round = 1; round <= 60; round++) {
      for (let partition = 0; partition < 100; partition++) last[`${uid}/${partition}`] = round
      told.takeEnds({ ends: { ...last } })
      await systemScheduler.sleep(limits.endsDelayMs + 2)
    }
    const backlog = children.of('olap')?.backlogBytes() ?? 0
    assert.ok(backlog > limits.childBacklogBytesMax && backlog < 2 * limits.childBacklogBytesMax, `${backlog} bytes wait`)
    socket.resume()
    const told2: Record<string, number> = {}
    await until(() => {
      if (children.of('olap')?.backlogBytes() !== 0) return false
      for (const message of messagesOf(Buffer.concat(chunks))) {
        Object.assign(told2, (message as { params?: { ends: CommittedEnds } }).params?.ends)
      }
      return told2[`${uid}/99`] === 60
    })
    assert.deepEqual(told2, last)
    socket.destroy()
    await until(() => children.of('olap') === null)
  })
})

test('what changes while a process is being welcomed is in its welcome', async () => {
  const welcoming = Promise.withResolvers<object>()
  await withChildren({ welcome: () => welcoming.promise }, async (told, children, path) => {
    const rpc = rpcOver(await connectToSocket(path))
    const asked = rpc.request<HubWelcome>('hub.hello', hello)
    await systemScheduler.sleep(20)
    const stream = { uid: 's1', tenant: 'default', name: 'playback', partitions: [] } as never
    const change = { streams: [stream], contracts: {}, removed: [] }
    told.takeStreams(change)
    children.tellStreams(change)
    told.takeEnds({ ends: { 's1/0': 5 } })
    welcoming.resolve({})
    const { streams, ends } = await asked
    assert.deepEqual([streams.map(({ uid }) => uid), ends], [['s1'], { 's1/0': 5 }])
    rpc.close()
    told.takeStreams({ streams: [], contracts: {}, removed: ['s1'] })
    assert.deepEqual(told.snapshot(), { streams: [], contracts: {}, ends: {} })
  })
})

test('a process that goes while it is being welcomed is not taken for one that is there', async () => {
  const welcoming = Promise.withResolvers<object>()
  let changes = 0
  const host = { welcome: () => welcoming.promise, onChange: () => changes++ }
  await withChildren(host, async (_told, children, path) => {
    const rpc = rpcOver(await connectToSocket(path))
    rpc.request('hub.hello', hello).catch(() => {})
    await systemScheduler.sleep(20)
    rpc.close()
    await until(() => changes === 1)
    welcoming.resolve({})
    await systemScheduler.sleep(5)
    assert.equal(children.of('olap'), null)
  })
})

test('a catalogue whose thread ended says so, and leaves nobody waiting', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millstream-catalogue-'))
  const lost = Promise.withResolvers<Error>()
  const store = openCatalogueStore(join(folder, 'c.sqlite'), lost.resolve)
  // More than the thread may hold.
  const asked = store.commit(Array.from({ length: 700_000 }, (_, at) => ({ key: `key ${at}`, expect: 0, value: null })))
  const answers = await Promise.allSettled([asked, lost.promise])
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  )
  await assert.rejects(store.get('a'))
  rmSync(folder, { recursive: true })
})
