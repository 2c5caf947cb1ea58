import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createClient } from '../../packages/client/src/client.ts'
import { processTree, type RunningServer, startServer } from '../server/start.ts'

const events = 200_000
/** Every so many rows is one that the contract refuses. */
const badEvery = 20_000
const cliMbMax = 220
const hubMbMax = 400
const main = join(import.meta.dirname, '..', '..', 'packages', 'millstream', 'src', 'cli', 'main.ts')
const folder = mkdtempSync(join(tmpdir(), 'millstream-send-'))
const file = join(folder, 'events.ndjson')
let server: RunningServer
let client: ReturnType<typeof createClient>

before(async () => {
  await writeEvents()
  server = await startServer({ dataFolder: join(folder, 'data') })
  client = createClient({ server: server.url })
})
after(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function writeEvents(): Promise<void> {
  const out = createWriteStream(file)
  for (let i = 0; i < events; ) {
    let text = ''
    for (let row = 0; row < 1000; row++, i++) {
      const bitrate = i % badEvery === badEvery - 1 ? '"fast"' : i % 977
      text += `{"ts":"${new Date(1_800_000_000_000 + i).toISOString()}","device_id":"device-${i % 5000}","country":"${i % 2 === 0 ? 'BR' : 'DE'}","bitrate":${bitrate},"position":${i}}\n`
    }
    if (!out.write(text)) await new Promise<void>((resolve) => out.once('drain', () => resolve()))
  }
  await new Promise<void>((resolve) => out.end(() => resolve()))
}

const command = (...args: string[]): string[] => ['--disable-warning=ExperimentalWarning', main, ...args, '--server', server.url]

/** Resident memory in MB; 0 when the process is gone. */
function residentMb(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** Runs it to its end, looking at its memory all the while. */
async function run(child: ChildProcess): Promise<{ code: number | null; out: string; cliMb: number; hubMb: number }> {
  let out = ''
  child.stdout?.on('data', (chunk) => {
    out += chunk
  })
  child.stderr?.on('data', (chunk) => {
    out += chunk
  })
  const hub = server.processes().find(({ role }) => role === 'hub')?.pid ?? 0
  let [cliMb, hubMb] = [0, 0]
  const look = setInterval(() => {
    for (const { pid } of processTree(child.pid ?? 0)) cliMb = Math.max(cliMb, residentMb(pid))
    hubMb = Math.max(hubMb, residentMb(hub))
  }, 50)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearInterval(look)
  return { code, out, cliMb, hubMb }
}

const bad = events / badEvery

test(`${events} events from a file: all accounted for, in flat memory`, async () => {
  await client.put('streams', 'sent', {
    sql: `CREATE TABLE sent (ts TIMESTAMP_LTZ(3), device_id STRING, country STRING, bitrate INT, \`position\` BIGINT) WITH ('connector' = 'millstream')`,
  })
  const { code, out, cliMb, hubMb } = await run(spawn(process.execPath, command('send', 'sent', file)))
  assert.equal(code, 1, 'some rows were rejected')
  assert.match(out, new RegExp(`${(events - bad).toLocaleString('en-US')} accepted, ${bad} rejected in`))
  const { totals, differences } = await client.ledger('sent')
  assert.deepEqual([totals.received, totals.accepted, totals.rejected, differences], [events, events - bad, bad, []])
  assert.ok(cliMb < cliMbMax, `the command took ${Math.round(cliMb)} MB`)
  assert.ok(hubMb < hubMbMax, `the hub took ${Math.round(hubMb)} MB`)
})

test('through a pipe, the same', async () => {
  const child = spawn(process.execPath, command('send', 'sent'), { stdio: ['pipe', 'pipe', 'pipe'] })
  const running = run(child)
  createReadStream(file).pipe(child.stdin)
  const { out, cliMb } = await running
  assert.match(out, new RegExp(`${(events - bad).toLocaleString('en-US')} accepted, ${bad} rejected in`))
  assert.equal((await client.ledger('sent')).totals.received, 2 * events)
  assert.ok(cliMb < cliMbMax, `the command took ${Math.round(cliMb)} MB`)
})

const terminal = spawnSync('script', ['--version']).status === 0
test('on a terminal a bar shows how far it is, and goes', { skip: terminal ? false : 'NOT RUN: script(1) is not here' }, async () => {
  const words = [process.execPath, ...command('send', 'sent', file)].map((word) => `'${word}'`).join(' ')
  const { out } = await run(spawn('script', ['-qec', words, '/dev/null'], { stdio: ['ignore', 'pipe', 'pipe'] }))
  assert.match(out, /█+░* \d+ % {2}[\d,]+ events, [\d,]+\/s/)
  // Back to the start of the line, what was there erased.
  const [summary] = out.split('\r\x1b[K').filter((part) => part.includes('accepted'))
  assert.match(summary ?? '', /^[\d,]+ accepted, \d+ rejected in/)
})
