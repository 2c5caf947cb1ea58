import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { commandNames, loadCommand } from '../../packages/millstream/src/cli/commands/all.ts'
import { millstream } from '../server/command.ts'
import { eventually } from '../server/eventually.ts'
import { type RunningServer, startServer } from '../server/start.ts'

const folder = mkdtempSync(join(tmpdir(), 'millstream-command-'))
const inFolder = (name: string, text: string): string => {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  return path
}
let server: RunningServer

before(async () => {
  server = await startServer({ dataFolder: join(folder, 'data') })
})
after(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const listening = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => listening.once('listening', resolve))
  const { port } = listening.address() as AddressInfo
  await new Promise((resolve) => listening.close(resolve))
  return port
}

const run = (...args: string[]) => millstream(args, { server: server.url })

test('every command has a summary, help with all its options, and says what is wrong with its arguments', async () => {
  const general = await millstream(['help'])
  assert.equal(general.code, 0)
  for (const name of commandNames) {
    const command = await loadCommand(name)
    assert.ok(command !== null)
    assert.ok(general.out.includes(`  ${command.name} `), name)
    for (const { doc } of Object.values(command.options)) assert.ok(doc.length > 5, `${name}: every option is documented`)
  }
  const help = await millstream(['send', '--help'])
  assert.equal(help.code, 0)
  for (const option of ['--create', '--format', '--output', '--server']) assert.ok(help.out.includes(option), option)
})

test('what is misspelt is named, with what was probably meant; exit code 2', async () => {
  const command = await millstream(['sent', 'x'])
  assert.equal(command.code, 2)
  assert.match(command.err, /There is no command 'sent'[\s\S]*'send'[\s\S]*MS-7014/)
  const option = await run('get', 'streams', '--wach')
  assert.equal(option.code, 2)
  assert.match(option.err, /--wach[\s\S]*--watch[\s\S]*MS-7014/)
  const kind = await run('get', 'stream_s')
  assert.match(kind.err, /'streams'/)
  const arguments_ = await run('describe', 'stream')
  assert.equal(arguments_.code, 2)
  assert.match(arguments_.err, /describe needs KIND NAME/)
})

test('what is not there yet says so by name', async () => {
  for (const args of [
    ['get', 'alerts'],
    ['drill', 'failover'],
    ['live', 'select * from playback'],
    ['trace', 'x'],
  ]) {
    const { code, err } = await run(...args)
    assert.notEqual(code, 0)
    assert.match(err, /is not there yet[\s\S]*docs\/status\.md[\s\S]*MS-7000/)
  }
})

test('no server: the address, and what to do; exit code 1', async () => {
  const { code, err } = await millstream(['get', 'streams'], { server: `http://127.0.0.1:${await closedPort()}` })
  assert.equal(code, 1)
  assert.match(err, /No Millstream server answers at http[\s\S]*npm start[\s\S]*MS-7013/)
  const unknown = await millstream(['get', 'streams'], { server: 'http://millstream.invalid' })
  assert.equal(unknown.code, 1)
  assert.match(unknown.err, /http:\/\/millstream\.invalid[\s\S]*MS-7013/)
  const nonsense = await millstream(['get', 'streams'], { server: 'nonsense' })
  assert.equal(nonsense.code, 2)
  assert.match(nonsense.err, /'nonsense' is no address[\s\S]*MS-7014/)
})

test('a stream by its first events: contract inferred, counted, asked, followed, accounted for', async () => {
  const rows = Array.from(
    { length: 500 },
    (_, i) => `{"ts":"2026-05-01T10:00:${String(i % 60).padStart(2, '0')}Z","country":"${i % 2 ? 'BR' : 'DE'}","n":${i}}`,
  )
  const sent = await run('send', 'first_stream', inFolder('events.ndjson', `${rows.join('\n')}\n`), '--create')
  assert.equal(sent.code, 0, sent.err)
  assert.match(sent.out, /500 accepted, 0 rejected/)
  assert.match(sent.err, /CREATE TABLE first_stream/)

  const asked = await run(
    'sql',
    '--from',
    'earliest',
    '-o',
    'ndjson',
    'SELECT country, COUNT(*) AS n FROM first_stream GROUP BY country ORDER BY country',
  )
  assert.equal(asked.code, 0, asked.err)
  assert.deepEqual(
    asked.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [
      { country: 'BR', n: 250 },
      { country: 'DE', n: 250 },
    ],
  )

  const bad = await millstream(['send', 'first_stream'], {
    server: server.url,
    input: '{"ts":"2026-05-01T10:00:00Z","country":"BR","n":"many"}\n{"ts":"2026-05-01T10:00:00Z","country":"BR","n":1}\n',
  })
  assert.equal(bad.code, 1)
  assert.match(bad.out, /1 accepted, 1 rejected/)
  const letters = await run('dead-letters', 'first_stream', '-o', 'json')
  assert.equal(JSON.parse(letters.out).length, 1)
  assert.match(letters.out, /many/)

  const followed = await run('tail', 'first_stream', '--no-follow', '--where', 'n = 499')
  assert.equal(followed.code, 0, followed.err)
  assert.equal(JSON.parse(followed.out).n, 499)

  const ledger = await run('ledger', 'first_stream')
  assert.equal(ledger.code, 0, ledger.out)
  assert.match(ledger.out, /502 received = 501 accepted \+ 1 rejected[\s\S]*The account balances/)

  const types = await run('types', 'first_stream')
  assert.match(types.out, /export interface FirstStream \{[\s\S]*readonly country\??: string/)
})

test('a masked column is in no answer: not of a SELECT, a condition, a preview, nor where events are read', async () => {
  inFolder('people/millstream.yaml', 'project: people\n')
  inFolder(
    'people/streams/people.sql',
    "CREATE TABLE people (ts TIMESTAMP_LTZ(3), id STRING, n INT, WATERMARK FOR ts AS ts) WITH ('connector' = 'millstream', 'contract.mask' = 'id');\n",
  )
  inFolder(
    'people/datasets/people_1m.yaml',
    'dataset: people_1m\nfrom: people\ntimestamp: ts\nmetrics: [{ name: n, type: longSum, fieldName: n }]\nlateness: 1h\n',
  )
  assert.equal((await run('apply', join(folder, 'people'), '--yes')).code, 0)
  assert.equal(
    (await millstream(['send', 'people'], { server: server.url, input: '{"ts":"2026-01-01T00:00:00Z","id":"swordfish","n":1}\n' })).code,
    0,
  )
  for (const query of ['SELECT * FROM people', "SELECT n FROM people WHERE id = 'swordfish'", 'SELECT COUNT(DISTINCT id) FROM people']) {
    for (const how of [[], ['--follow']]) {
      const { code, out, err } = await run('sql', '--from', 'earliest', ...how, query)
      assert.notEqual(code, 0)
      assert.match(err, /Column id of people is masked[\s\S]*other columns: ts, n[\s\S]*MS-7026/)
      assert.doesNotMatch(out, /swordfish/)
    }
  }
  assert.match((await run('sql', '--from', 'earliest', 'SELECT SUM(n) AS n FROM people')).out, /1/)
  assert.match((await run('tail', 'people', '--from', 'earliest', '--no-follow')).out, /"id":"\*\*\*"/)
  // The row is too late for the dataset: what keeps it shows it neither.
  await eventually(
    async () => (await run('dead-letters', 'people', '-o', 'json')).out,
    (out) => out.includes('late'),
  )
  for (const args of [
    ['dead-letters', 'people', '-o', 'json'],
    ['tail', 'people$late', '--from', 'earliest', '--no-follow'],
  ])
    assert.match((await run(...args)).out, /^(?!.*swordfish)[\s\S]*\*\*\*/)
  assert.match((await run('sql', '--from', 'earliest', 'SELECT * FROM `people$late`')).err, /Column row of people\$late is masked/)
})

test('every output format of a list', async () => {
  for (const format of ['json', 'ndjson', 'yaml', 'csv', 'table']) {
    const { code, out } = await run('get', 'streams', '-o', format)
    assert.equal(code, 0)
    assert.match(out, /first_stream/)
    if (format === 'json') assert.ok(Array.isArray(JSON.parse(out)))
  }
})

test('a folder of definitions: plan, apply, apply again, diff, prune, export', async () => {
  inFolder('platform/millstream.yaml', 'project: shop\nvariables: { least: 5 }\n')
  const orders = inFolder('platform/streams/orders.sql', "CREATE TABLE orders (id BIGINT, amount INT) WITH ('connector' = 'millstream');\n")
  inFolder('platform/streams/large_orders.sql', "CREATE TABLE large_orders (id BIGINT, amount INT) WITH ('connector' = 'millstream');\n")
  inFolder('platform/pipelines/large.sql', 'INSERT INTO large_orders SELECT id, amount FROM orders WHERE amount > ${' + 'var:least};\n')
  const platform = join(folder, 'platform')
  const planned = await run('plan', platform, '--detailed-exitcode')
  assert.equal(planned.code, 2, planned.err)
  assert.match(planned.out, /\+ create stream orders[\s\S]*\+ create pipeline large[\s\S]*3 to create/)
  assert.equal((await run('diff', platform)).code, 1)
  const applied = await run('apply', platform, '--yes')
  assert.equal(applied.code, 0, applied.err)
  const again = await run('apply', platform, '--yes')
  assert.match(again.out, /0 to create, 0 to update, 0 to delete, 3 unchanged/)
  assert.equal((await run('diff', platform)).code, 0)
  assert.equal((await run('plan', platform, '--detailed-exitcode')).code, 0)

  const asked = await millstream(['apply', platform, '--var', 'least=6'], { server: server.url })
  assert.equal(asked.code, 2, 'a script has to say --yes')

  rmSync(join(platform, 'pipelines/large.sql'))
  const kept = await run('apply', platform, '--yes')
  assert.equal(kept.code, 0)
  assert.match((await run('get', 'pipelines')).out, /large/, 'only --prune deletes')
  assert.equal((await run('apply', platform, '--yes', '--prune')).code, 0)
  assert.doesNotMatch((await run('get', 'pipelines')).out, /large/)

  const exported = join(folder, 'exported')
  assert.equal((await run('export', exported, '--project', 'shop')).code, 0)
  assert.equal((await run('diff', exported)).code, 0, 'what was exported is what runs')

  writeFileSync(orders, "CREATE TABLE orders (id BIGINT, amount INT, note STRIN) WITH ('connector' = 'millstream');\n")
  const wrong = await run('plan', platform)
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /orders\.sql at line 1, column \d+/)
})

test('files that cannot be definitions are named with their place', async () => {
  const bare = join(folder, 'bare')
  mkdirSync(bare, { recursive: true })
  const absent = await run('plan', bare)
  assert.equal(absent.code, 2)
  assert.match(absent.err, /no millstream\.yaml[\s\S]*MS-7015/)
  inFolder('broken/millstream.yaml', 'project: broken\n')
  inFolder('broken/datasets/d.yaml', 'dataset: d\nfrom: [\n')
  assert.match((await run('plan', join(folder, 'broken'))).err, /d\.yaml at line \d+[\s\S]*MS-7015/)
  inFolder('bomb/millstream.yaml', 'project: bomb\n')
  inFolder(
    'bomb/datasets/d.yaml',
    'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n',
  )
  assert.match((await run('plan', join(folder, 'bomb'))).err, /MS-7015/)
  inFolder('unset/millstream.yaml', 'project: unset\n')
  inFolder('unset/streams/s.sql', 'CREATE TABLE ${' + 'var:nam} (a INT)')
  assert.match((await run('plan', join(folder, 'unset'))).err, /s\.sql at line 1, column 14[\s\S]*MS-7016/)
})

test('one server a folder, one server a port, and none for the network without a token', async () => {
  const second = await millstream(['start', '--data', join(folder, 'data'), '--port', '0', '--no-demo'])
  assert.equal(second.code, 1)
  assert.match(second.err, /MS-7011/)
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  const taken = await millstream(['start', '--data', join(folder, 'other'), '--port', String(port), '--no-demo'])
  other.close()
  assert.equal(taken.code, 1)
  assert.match(taken.err, /MS-7012/)
  const open = await millstream(['start', '--data', join(folder, 'open'), '--port', '0', '--listen', '0.0.0.0', '--no-demo'])
  assert.notEqual(open.code, 0)
  assert.match(open.err, /token create[\s\S]*MS-7019/)
})
