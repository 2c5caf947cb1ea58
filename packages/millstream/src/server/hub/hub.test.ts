import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemScheduler } from '../../base/real/system.ts'
import { SimulatedCommitStore } from '../../base/simulated/commit-store.ts'
import { RecordStore } from '../../control/record-store.ts'
import type { ServerOptions } from '../options.ts'
import { Asks } from './asks.ts'
import { checkCatalogue } from './hub.ts'
import { listen } from './listen.ts'
import { socketPath } from './socket-path.ts'
import { tablesOf } from './tables-of.ts'

const options = (port: number | null): ServerOptions => ({
  dataFolder: '/nowhere',
  port,
  listen: '127.0.0.1',
  publicUrls: [],
  allowPaths: [],
  allowHosts: [],
  demo: false,
  demoRate: 1,
  demoScript: '',
})

test('a port that was asked for and is taken is refused; unasked, the next free one is found', async () => {
  const first = createServer()
  const url = await listen(first, options(0))
  const { port } = first.address() as AddressInfo
  assert.equal(url, `http://127.0.0.1:${port}`)
  await assert.rejects(listen(createServer(), options(port)), { code: 'MS-7012' })
  const [one, two] = [createServer(), createServer()]
  const found = [await listen(one, options(null)), await listen(two, options(null))]
  assert.notEqual(found[0], found[1])
  for (const server of [first, one, two]) server.close()
})

test('streams under another catalogue are refused', async () => {
  const records = await RecordStore.open(new SimulatedCommitStore(systemScheduler), ['setting/'])
  await checkCatalogue(records, { catalogueId: 'a' }, '/data')
  await checkCatalogue(records, { catalogueId: 'a' }, '/data')
  await assert.rejects(checkCatalogue(records, { catalogueId: 'b' }, '/data'), { code: 'MS-7023' })
})

test('a query that no process can run says so', async () => {
  const asks = new Asks({ soon: async () => null })
  const start = { plan: '{}', mode: 'select', fromMs: null, rowsMax: 1, durationMs: 1 } as const
  await assert.rejects(asks.run(start, new AbortController().signal, () => 0).next(), { code: 'MS-7017' })
})

test('a socket fits into its address, wherever the data folder is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millstream-socket-'))
  try {
    assert.equal(socketPath(folder), join(folder, 'hub.sock'))
    const deep = join(folder, 'x'.repeat(120))
    mkdirSync(deep)
    const short = socketPath(deep)
    assert.ok(Buffer.byteLength(short) <= 100 && !short.startsWith(deep), short)
    assert.equal(readFileSync(join(deep, 'socket'), 'utf8'), `${short}\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('the tables of a query are those in FROM, wherever FROM stands; common tables are none', () => {
  assert.deepEqual(tablesOf('SELECT * FROM a JOIN growth.b ON a.x = b.x WHERE a.x IN (SELECT x FROM c)', 'flink'), ['a', 'growth.b', 'c'])
  assert.deepEqual(tablesOf('WITH t AS (SELECT * FROM a) SELECT * FROM t', 'flink'), ['a'])
  assert.deepEqual(tablesOf("SELECT * FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '1' SECOND))", 'flink'), ['a'])
  assert.equal(tablesOf('SELECT FROM', 'flink'), null)
})
