import { closeSync, createReadStream, fdatasyncSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { nodeStorage } from '../packages/millstream/src/base/real/storage.ts'
import { systemClock, systemRandom, systemScheduler } from '../packages/millstream/src/base/real/system.ts'
import { jsonScanner } from '../packages/millstream/src/codec/json/scanner.ts'
import { streamConnector } from '../packages/millstream/src/connect/stream/connector.ts'
import { physicalSchema } from '../packages/millstream/src/data/contract.ts'
import { types } from '../packages/millstream/src/data/types.ts'
import { runJob } from '../packages/millstream/src/engine/job.ts'
import { contractOf, TestHub } from '../packages/millstream/src/engine/testing/hub.ts'
import type { TableDescriptor } from '../packages/millstream/src/model/tables.ts'
import { planScript } from '../packages/millstream/src/sql/plan.ts'
import type { BenchOptions, BenchResult } from './run.ts'

const events = 400_000
const rounds = 3

const contract = contractOf([
  ['ts', types.timestamp(3, false)],
  ['event_id', types.string()],
  ['device_id', types.string()],
  ['country', types.string()],
  ['device_type', types.string()],
  ['app_version', types.string()],
  ['title_id', types.bigint()],
  ['session_id', types.bigint()],
  ['bitrate', types.int()],
  ['rebuffer_ms', types.bigint()],
  ['position_ms', types.bigint()],
  ['volume', types.double()],
  ['is_live', types.boolean()],
  ['network', types.string()],
])
const outContract = contractOf([
  ['ts', types.timestamp(3)],
  ['device_id', types.string()],
  ['country', types.string()],
  ['kilobits', types.int()],
  ['rebuffer_ms', types.bigint()],
])
const sql = `INSERT INTO rebuffers
SELECT ts, device_id, UPPER(country), bitrate / 1000, rebuffer_ms FROM playback WHERE rebuffer_ms > 500 AND country <> 'us'`

/** Stream to stream through a deployed job, against the same by hand: JSON.parse in a `for await` over lines, JSON.stringify, the same syncs. */
export async function run({ say }: BenchOptions): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'millstream-pipeline-'))
  try {
    const lines = Array.from({ length: 10_000 }, (_, i) => eventText(i))
    const file = join(folder, 'in.ndjson')
    const descriptor = openSync(file, 'w')
    const text = `${lines.join('\n')}\n`
    for (let i = 0; i < events / lines.length; i++) writeSync(descriptor, text)
    closeSync(descriptor)
    const ours: Measured[] = []
    const theirs: Measured[] = []
    for (let round = 0; round <= rounds; round++) {
      const a = await millstream(join(folder, `ours-${round}`), text)
      const b = await baseline(file, join(folder, `theirs-${round}.ndjson`))
      if (a.rows !== b.rows) throw new Error(`both must answer the same rows: ${a.rows} and ${b.rows}`)
      say(`pipeline ${round === 0 ? 'warm-up' : round}: ours ${a.cpuSeconds.toFixed(2)} CPU-s, baseline ${b.cpuSeconds.toFixed(2)} CPU-s`)
      if (round > 0) {
        ours.push(a)
        theirs.push(b)
      }
    }
    const [mine, other] = [median(ours), median(theirs)]
    return {
      name: 'pipeline',
      ratio: Math.round((other.cpuSeconds / mine.cpuSeconds) * 100) / 100,
      against: 'baseline',
      events,
      bytesPerEvent: Math.round(statSync(file).size / events),
      rowsOut: mine.rows,
      seconds: mine.seconds,
      cpuSeconds: mine.cpuSeconds,
      eventsPerCpuSecond: Math.round(events / mine.cpuSeconds),
      baselineSeconds: other.seconds,
      baselineCpuSeconds: other.cpuSeconds,
      baselineEventsPerCpuSecond: Math.round(events / other.cpuSeconds),
      settings: { rounds, checkpointIntervalMs: 200, partitions: 1, sql },
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Measured {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly rows: number
}

async function millstream(folder: string, text: string): Promise<Measured> {
  rmSync(folder, { recursive: true, force: true })
  const parent = join(folder, '..')
  const hub = new TestHub({
    clock: systemClock,
    scheduler: systemScheduler,
    random: systemRandom,
    storage: nodeStorage(mkdtempSync(join(parent, 'log-'))),
  })
  const input = hub.addStream('playback', contract, [{ partition: 0, owner: 'gateway' }])
  const output = hub.addStream('rebuffers', outContract, [{ partition: 0, owner: { job: 'j' } }])
  const scan = jsonScanner(physicalSchema(contract), { unknownFields: 'drop' })
  const bytes = new TextEncoder().encode(text)
  for (let i = 0; i < events / 10_000; i++) await hub.append('playback', 0, scan(bytes, 'ndjson').batch)
  const tables = [tableOf('playback', input.contract), tableOf('rebuffers', output.contract)]
  const catalogue = {
    tenant: 'default',
    table: (_tenant: string, name: string) => tables.find((table) => table.name === name) ?? null,
    view: () => null,
    tableNames: () => tables.map(({ name }) => name),
  }
  const connectors = [streamConnector({ ports: hub.ports, dataFolder: '', ends: hub.ends, streams: hub.catalogue })]
  const planned = planScript(sql, catalogue, { connectors: connectors.map((connector) => connector.descriptor) }).plans[0]
  if (planned === undefined) throw new Error('nothing planned')
  const sink = planned.plan.nodes.find((node) => node.kind === 'sink')
  const stopper = new AbortController()
  let rows = 0
  const cpu = process.cpuUsage()
  const began = performance.now()
  const host = {
    ports: hub.ports,
    dataFolder: '',
    connectors,
    mode: 'compiled' as const,
    status: () => {},
    checkpoint: async (record: Parameters<typeof hub.checkpoint>[0]) => {
      const committed = hub.checkpoint(record)
      if (Object.values(record.sources)[0]?.['0'] === events) stopper.abort()
      rows = hub.ends.end('rebuffers', 0)
      return committed
    },
  }
  await runJob(hub.assign('j', planned.plan, { [sink?.id ?? '']: { streamUid: 'rebuffers', partition: 0 } }), host, stopper.signal)
  const measured = since(cpu, began, rows)
  await hub.close()
  return measured
}

async function baseline(from: string, to: string): Promise<Measured> {
  const cpu = process.cpuUsage()
  const began = performance.now()
  const out = openSync(to, 'w')
  let rows = 0
  let chunk = ''
  let syncedAt = performance.now()
  for await (const line of createInterface({ input: createReadStream(from, { highWaterMark: 1024 * 1024 }) })) {
    const event = JSON.parse(line)
    if (!(event.rebuffer_ms > 500 && event.country !== 'us')) continue
    rows++
    const { ts, device_id, country, bitrate, rebuffer_ms } = event
    chunk += `${JSON.stringify({ ts, device_id, country: country.toUpperCase(), kilobits: Math.trunc(bitrate / 1000), rebuffer_ms })}\n`
    if (chunk.length > 256 * 1024) {
      writeSync(out, chunk)
      chunk = ''
      if (performance.now() - syncedAt > 200) {
        fdatasyncSync(out)
        syncedAt = performance.now()
      }
    }
  }
  writeSync(out, chunk)
  fdatasyncSync(out)
  closeSync(out)
  return since(cpu, began, rows)
}

function since(cpu: NodeJS.CpuUsage, began: number, rows: number): Measured {
  const { user, system } = process.cpuUsage(cpu)
  return { seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6, rows }
}

const median = (all: readonly Measured[]): Measured =>
  [...all].sort((a, b) => a.cpuSeconds - b.cpuSeconds)[Math.floor(all.length / 2)] as Measured

function tableOf(name: string, of: typeof contract): TableDescriptor {
  const { columns, watermark, primaryKey, options, comment } = of
  return {
    tenant: 'default',
    name,
    kind: 'stream',
    uid: name,
    columns,
    watermark,
    primaryKey,
    connector: 'millstream',
    options,
    contractVersion: 1,
    comment,
  }
}

function eventText(i: number): string {
  const pick = (values: readonly string[]): string => values[(i * 7919) % values.length] as string
  return JSON.stringify({
    ts: new Date(1_760_000_000_000 + i * 37).toISOString(),
    event_id: `e-${(i * 2654435761) % 4294967296}-${i}`,
    device_id: `device-${(i * 48271) % 5000}`,
    country: pick(['br', 'us', 'de', 'jp', 'in']),
    device_type: pick(['tv', 'phone', 'tablet', 'web']),
    app_version: pick(['5.1', '5.2', '5.0']),
    title_id: 80_000_000 + ((i * 31) % 9000),
    session_id: 1_000_000_000_000 + i * 17,
    bitrate: 1_000_000 + ((i * 7321) % 9_000_000),
    rebuffer_ms: (i * 613) % 1000,
    position_ms: (i * 997) % 7_200_000,
    volume: ((i * 13) % 100) / 100,
    is_live: i % 7 === 0,
    network: pick(['wifi', 'lte', 'ethernet']),
  })
}
