import assert from 'node:assert/strict'
import { closeSync, cpSync, mkdtempSync, openSync, readdirSync, readSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createClient, MillstreamProblem } from '../../packages/client/src/client.ts'
import { eventually } from '../server/eventually.ts'
import { type RunningServer, startServer } from '../server/start.ts'

const folder = mkdtempSync(join(tmpdir(), 'millstream-hostile-'))
const dataFolder = join(folder, 'data')
let server: RunningServer
let client: ReturnType<typeof createClient>

const start = async (): Promise<void> => {
  server = await startServer({ dataFolder })
  client = createClient({ server: server.url })
}
before(async () => {
  await start()
  await client.put('streams', 'source', { sql: "CREATE TABLE source (ts TIMESTAMP_LTZ(3), n BIGINT) WITH ('connector' = 'millstream')" })
  await client.put('streams', 'copy', { sql: "CREATE TABLE copy (n BIGINT) WITH ('connector' = 'millstream')" })
  await client.put('pipelines', 'copying', { sql: 'INSERT INTO copy SELECT n FROM source' })
  await client.put('datasets', 'counted', {
    dataset: 'counted',
    from: 'source',
    timestamp: 'ts',
    granularity: { segment: 'hour', query: 'minute', rollup: true },
    dimensions: [],
    metrics: [
      { name: 'events', type: 'count' },
      { name: 'n', type: 'longSum', fieldName: 'n' },
    ],
  })
})
after(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

const perBody = 50
let sent = 0
/** Rows are numbered from 0 on. */
async function send(bodies: number): Promise<void> {
  for (let body = 0; body < bodies; body++) {
    const rows = Array.from({ length: perBody }, (_, i) => `{"ts":"2026-05-01T10:00:00Z","n":${sent + i}}`)
    sent += (await client.send('source', rows.join('\n'))).accepted
  }
}
const numbersOf = async (stream: string): Promise<number[]> => {
  const rows = await Array.fromAsync(client.tail(stream, { follow: false, from: 'earliest' }))
  return rows.map(({ row }) => Number(row['n']))
}
const ascending = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
const counted = async (): Promise<number> => {
  const { rows } = await client.sqlAll({ sql: 'SELECT SUM(events) AS n FROM counted', dialect: 'druid' }).catch((error: Error) => {
    if (error instanceof MillstreamProblem && error.retry) return { rows: [[-1]] }
    throw error
  })
  return Number(rows[0]?.[0] ?? 0)
}
const pidOf = (role: string): number => {
  const found = server.processes().find((one) => one.role === role)
  assert.ok(found !== undefined, `${role} runs`)
  return found.pid
}
async function allArrived(): Promise<void> {
  const copied = await eventually(
    () => numbersOf('copy'),
    (found) => found.length >= sent,
    30_000,
  )
  assert.deepEqual(
    copied.sort((a, b) => a - b),
    ascending(sent),
  )
  assert.equal(await eventually(counted, (n) => n >= sent, 30_000), sent)
}
const within = async <T>(what: string, ms: number, asked: Promise<T>): Promise<T> => {
  let late: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new Error(`${what} took more than ${ms} ms`)), ms)
  })
  return Promise.race([asked, tooLate]).finally(() => clearTimeout(late))
}

test('a pipeline or the datasets standing still hold nobody else up, and go on where they were', async () => {
  await send(4)
  await allArrived()
  const pids = ['job', 'olap', 'preview'].map(pidOf)
  for (const pid of pids) process.kill(pid, 'SIGSTOP')
  try {
    await within('sending', 5000, send(4))
    assert.deepEqual(await within('reading', 5000, numbersOf('source')), ascending(sent))
    await within('the home page', 5000, client.home())
    await within('the ledger', 5000, client.ledger('source'))
    await within('a list', 5000, client.list('datasets'))
    await within('metrics', 5000, fetch(`${server.url}/metrics`))
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT')
  }
  await allArrived()
  assert.deepEqual(['job', 'olap', 'preview'].map(pidOf), pids, 'nobody was taken for dead')
})

test('a hub that stands still goes on, and so does everybody who waits for it', async () => {
  const hub = pidOf('hub')
  process.kill(hub, 'SIGSTOP')
  const waiting = send(2)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  process.kill(hub, 'SIGCONT')
  await waiting
  await allArrived()
  assert.equal(pidOf('hub'), hub)
})

test('a follower whose hub is killed sees every row once; a SELECT that breaks says so, and can be asked again', async () => {
  const stop = new AbortController()
  const seen: number[] = []
  const following = (async () => {
    for await (const { row } of client.tail('source', { from: 'earliest', signal: stop.signal })) seen.push(Number(row['n']))
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  const before = sent
  await eventually(
    async () => seen.length,
    (n) => n >= before,
  )
  const asked = client.sqlAll({ sql: 'SELECT COUNT(*) AS n FROM source', from: 'earliest' }).then(
    () => 'answered',
    () => 'refused',
  )
  process.kill(pidOf('hub'), 'SIGKILL')
  assert.match(await within('the broken SELECT', 5000, asked), /answered|refused/)
  await eventually(
    () =>
      client.home().then(
        () => true,
        () => false,
      ),
    (up) => up,
  )
  await send(2)
  await eventually(
    async () => seen.length,
    (n) => n >= sent,
  )
  stop.abort()
  await following
  assert.deepEqual(seen, ascending(sent))
  const again = await eventually(
    () =>
      client.sqlAll({ sql: 'SELECT COUNT(*) AS n FROM source', from: 'earliest' }).then(
        ({ rows }) => Number(rows[0]?.[0]),
        () => -1,
      ),
    (n) => n >= 0,
  )
  assert.equal(again, sent)
  await allArrived()
})

test('of two servers started at once on a new folder one runs, and the other says why it does not', async () => {
  const shared = join(folder, 'shared')
  const started = await Promise.allSettled([startServer({ dataFolder: shared }), startServer({ dataFolder: shared })])
  const running = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  await Promise.all(running.map((one) => one.stop()))
  assert.equal(running.length, 1)
  const refused = started.find((one) => one.status === 'rejected') as PromiseRejectedResult
  assert.match(String(refused.reason), /MS-7011/)
})

/** Turns one bit around, as a failing disk would. */
function flipByte(path: string, position: number): void {
  const file = openSync(path, 'r+')
  const byte = Buffer.alloc(1)
  readSync(file, byte, 0, 1, position)
  byte[0] = (byte[0] as number) ^ 0x10
  writeSync(file, byte, 0, 1, position)
  closeSync(file)
}

for (const { what, place } of [
  { what: 'values', place: (from: number, to: number) => to - Math.floor((to - from) / 4) },
  { what: 'header', place: (from: number, _to: number) => from + 40 },
]) {
  test(`a byte that went bad in the ${what} of a block is an error with its place; its neighbours are there, and the server starts`, async () => {
    const name = `bad_${what}`
    const { uid } = (await client.put('streams', name, {
      sql: `CREATE TABLE ${name} (n BIGINT) WITH ('connector' = 'millstream')`,
    })) as unknown as { uid: string }
    const streamFolder = join(dataFolder, 'streams', uid, '0')
    const sizes: number[] = []
    const segment = (): string => join(streamFolder, readdirSync(streamFolder).filter((file) => file.endsWith('.log'))[0] ?? '')
    for (let body = 0; body < 5; body++) {
      await client.send(name, Array.from({ length: perBody }, (_, i) => `{"n":${body * perBody + i}}`).join('\n'))
      sizes.push(statSync(segment()).size)
    }
    await server.stop()
    flipByte(segment(), place(sizes[1] as number, sizes[2] as number))
    await start()
    const failed = await numbersOf(name).catch((error: unknown) => error)
    assert.ok(failed instanceof MillstreamProblem, `an error, not ${String(failed)}`)
    assert.equal(failed.code, 'MS-3003')
    assert.match(failed.message, /byte \d+ of .*partition 0/)
    const first = await Array.fromAsync(client.tail(name, { follow: false, from: 'earliest', limit: 2 * perBody }))
    assert.deepEqual(
      first.map(({ row }) => Number(row['n'])),
      ascending(2 * perBody),
    )
    const behind = await Array.fromAsync(client.tail(name, { follow: false, after: `0:${3 * perBody}` }))
    assert.deepEqual(
      behind.map(({ row }) => Number(row['n'])),
      ascending(5 * perBody).slice(3 * perBody),
    )
    assert.equal((await client.send(name, '{"n":1}')).accepted, 1)
    await send(1)
    await allArrived()
  })
}

test('a stream whose committed rows are gone says so when it is read or written; the server starts, and the other streams work', async () => {
  const { uid } = (await client.put('streams', 'cut', {
    sql: "CREATE TABLE cut (n BIGINT) WITH ('connector' = 'millstream')",
  })) as unknown as { uid: string }
  const streamFolder = join(dataFolder, 'streams', uid, '0')
  const segment = (): string => join(streamFolder, readdirSync(streamFolder).filter((file) => file.endsWith('.log'))[0] ?? '')
  await client.send('cut', '{"n":0}')
  const bytes = statSync(segment()).size
  await client.send('cut', '{"n":1}')
  await server.stop()
  // The header of the last block: the file seems to end before it, though the snapshot knows better.
  flipByte(segment(), bytes + 40)
  await start()
  await send(1)
  await allArrived()
  const refused = await client.send('cut', '{"n":3}').catch((error: unknown) => error)
  assert.ok(refused instanceof MillstreamProblem, `an error, not ${JSON.stringify(refused)}`)
  assert.match(`${refused.code} ${refused.message}`, /MS-3003/)
  const rows: unknown[] = []
  const broken = await (async () => {
    for await (const { row } of client.tail('cut', { follow: false, from: 'earliest', limit: 1 })) rows.push(row['n'])
    for await (const { row } of client.tail('cut', { follow: false, after: '0:1' })) rows.push(row['n'])
  })().catch((error: unknown) => error)
  assert.deepEqual(rows, [0], 'what is whole is there')
  assert.ok(broken instanceof MillstreamProblem && broken.code === 'MS-3003', `what is not is named, not ${String(broken)}`)
  await client.put('streams', 'new_one', { sql: "CREATE TABLE new_one (n BIGINT) WITH ('connector' = 'millstream')" })
  assert.equal((await client.send('new_one', '{"n":3}')).accepted, 1)
})

test('a dataset whose file is damaged says so; the other datasets and the streams work', async () => {
  await client.put('datasets', 'other', {
    dataset: 'other',
    from: 'source',
    timestamp: 'ts',
    granularity: { segment: 'hour', query: 'minute', rollup: true },
    dimensions: [],
    metrics: [{ name: 'events', type: 'count' }],
  })
  const { uid } = await client.get('datasets', 'other')
  await allArrived()
  await server.stop()
  const datasets = join(dataFolder, 'datasets')
  const file = readdirSync(datasets).find((name) => name.startsWith(uid)) ?? ''
  writeFileSync(join(datasets, file), 'not what it was')
  await start()
  await send(1)
  await allArrived()
  const refused = await client.sqlAll({ sql: 'SELECT SUM(events) AS n FROM other', dialect: 'druid' }).catch((error: unknown) => error)
  assert.ok(refused instanceof MillstreamProblem, `an error, not ${JSON.stringify(refused)}`)
  // Druid's dialect carries the reason in its own words: MS-6009.
  assert.match(refused.message, /dataset other cannot be opened/)
})

test('a damaged catalogue is named, and the server does not pretend to start', async () => {
  const copy = join(folder, 'copy')
  await server.stop()
  cpSync(dataFolder, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') })
  await start()
  const file = openSync(join(copy, 'catalogue.sqlite'), 'r+')
  writeSync(file, Buffer.alloc(4096), 0, 4096, 0)
  closeSync(file)
  await assert.rejects(startServer({ dataFolder: copy }), /catalogue\.sqlite[\s\S]*MS-7025/)
})
