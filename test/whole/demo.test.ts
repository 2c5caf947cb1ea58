import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@millstream/client'
import { demoCommands } from '../../packages/millstream/src/cli/demo/commands.ts'
import { millstream } from '../server/command.ts'
import { type RunningServer, startServer } from '../server/start.ts'

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'millstream-demo-'))
let server: RunningServer

before(async () => {
  server = await startServer({ dataFolder: join(folder, 'data'), demo: true, args: ['--demo-rate', '4000'] })
})
after(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const client = () => createClient({ server: server.url })

/** A line as a person pastes it into a shell, in the clone. */
function typed(line: string): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, MILLSTREAM_SERVER: server.url, MILLSTREAM_CONTEXTS: '/nonexistent/contexts.json' }
    execFile('/bin/sh', ['-c', line], { cwd: root, env }, (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }))
  })
}

async function until<T>(what: string, ask: () => Promise<T | null | false>): Promise<T> {
  const giveUpAt = Date.now() + 60_000
  for (;;) {
    const answer = await ask().catch(() => null)
    if (answer !== null && answer !== false) return answer
    if (Date.now() > giveUpAt) throw new Error(`${what}: not within 60 s; the server printed\n${server.output()}`)
    await sleep(200)
  }
}

const lettersOf = async (text: string) => {
  const { items } = await client().deadLetters('playback', { stage: 'edge', limit: 100 })
  return items.filter(({ reason, body, redriven }) => !redriven && `${reason} ${body}`.includes(text))
}

test('the demo sends, and the start prints its first live answer and three commands', async () => {
  await until('the first answer', async () => /live {5}[\d,]+ heartbeats so far: /.test(server.output()))
  for (const { line } of demoCommands) assert.ok(server.output().includes(line), line)
  assert.equal(demoCommands.length, 3)
  const [release] = demoCommands
  const { code, out } = await typed(release?.line ?? '')
  assert.equal(code, 0)
  assert.match(out, /APP_VERSION +DEVICE_TYPE +COUNTRY +WAITED_MS\n5\.[012] /)
})

test('every bad row lands where the story says: text at the edge, hours late in the dataset, 2038 at the edge', async () => {
  await until('text for a number', async () => (await lettersOf('bitrate is INT, and this is a string')).length >= 2)
  await until('a late row', async () => {
    const { items } = await client().deadLetters('playback', { stage: 'late', limit: 10 })
    return items.some(({ reason }) => reason.includes("later than the dataset's lateness"))
  })
  await until('the clock of 2038', async () => (await lettersOf('2038-01-19')).length >= 1)
})

test('the second command takes numbers as text and redrives: what is left is the clock; the third proves the account', async () => {
  const [, fix, account] = demoCommands
  const fixed = await typed(fix?.line ?? '')
  assert.match(fixed.out, /option contract\.text-numbers: reject -> accept/)
  assert.match(fixed.out, /\d+ accepted, \d+ refused again/)
  assert.deepEqual(await lettersOf('this is a string'), [])
  const proved = await typed(account?.line ?? '')
  assert.equal(proved.code, 0, proved.out)
  assert.match(proved.out, /The account balances/)
})

test('a restart of the demo keeps the fix, and the story goes on', async () => {
  const demo = (await client().processes()).find(({ role }) => role === 'demo')
  await client().killProcess(demo?.processId ?? 0)
  const before = (await client().get('streams', 'playback')).ledger.accepted
  await until('more events', async () => (await client().get('streams', 'playback')).ledger.accepted > before + 2000)
  assert.equal((await client().get('streams', 'playback')).options['contract.text-numbers'], 'accept')
  const { out } = await millstream(['plan', 'examples/demo', '--var', 'text_numbers=accept'], { server: server.url, cwd: root })
  assert.match(out, /^Project demo: 0 to create, 0 to update, 0 to delete, 6 unchanged/m)
})

test("the demo's own pipeline tests pass", async () => {
  const { code, out } = await millstream(['test', 'examples/demo'], { cwd: root })
  assert.equal(code, 0, out)
  assert.match(out, /4 passed, 0 failed/)
})

test('init writes a folder that passes its tests, applies, takes events and answers; it overwrites nothing', async () => {
  const shop = join(folder, 'My-Shop')
  assert.equal((await millstream(['init', shop])).code, 0)
  assert.match(readFileSync(join(shop, 'millstream.yaml'), 'utf8'), /^project: my_shop$/m)
  const tested = await millstream(['test', shop])
  assert.equal(tested.code, 0, tested.out + tested.err)
  const run = (...args: string[]) => millstream(args, { server: server.url })
  assert.equal((await run('apply', shop, '--yes')).code, 0)
  assert.match((await run('apply', shop, '--yes')).out, /0 to create, 0 to update, 0 to delete, 4 unchanged/)
  assert.match((await run('send', 'orders', join(shop, 'events.ndjson'))).out, /4 accepted, 1 rejected/)
  await until('the answer', async () => {
    const { rows } = await client().sqlAll({ sql: 'SELECT SUM(amount) AS amount FROM orders_1m' })
    return Number(rows[0]?.[0]) === 55
  })
  const again = await millstream(['init', shop])
  assert.equal(again.code, 2)
  assert.match(again.err, /is not an empty folder[\s\S]*MS-7014/)
  assert.match((await millstream(['init', join(folder, '1st')])).err, /'1st' is no name of a project[\s\S]*--name/)
  assert.equal((await millstream(['init', join(folder, '1st'), '--name', 'first'])).code, 0)
})

test('a pipeline test that fails says where and what; exit code 1, and 2 when the definition is wrong', async () => {
  const broken = join(folder, 'broken')
  await millstream(['init', broken])
  const path = join(broken, 'tests', 'order_totals.test.yaml')
  writeFileSync(path, readFileSync(path, 'utf8').replace('orders: 2, cancelled: 1', 'orders: 3, cancelled: 1'))
  const failed = await millstream(['test', '.'], { cwd: broken })
  assert.equal(failed.code, 1)
  assert.match(
    failed.out,
    /FAIL {2}an order that[^\n]*\n +tests\/order_totals\.test\.yaml:3\n +order_totals: line 13: orders is 2, not 3\n/,
  )
  const json = JSON.parse((await millstream(['test', '.', '-o', 'json'], { cwd: broken })).out) as { passed: boolean }[]
  assert.deepEqual(
    json.map(({ passed }) => passed),
    [false, true],
  )
  writeFileSync(join(broken, 'pipelines', 'order_totals.sql'), 'INSERT INTO order_totals SELECT ts, contry FROM orders')
  const wrong = await millstream(['test', '.'], { cwd: broken })
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /contry in pipelines\/order_totals\.sql at line 1, column 37[\s\S]*country/)
})
