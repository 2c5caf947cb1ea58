import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processTree, startServer } from '../test/server/start.ts'
import { type Cardinalities, rollupBodies } from './rollup-events.ts'
import type { BenchOptions, BenchResult } from './run.ts'

const eventsPerBody = 500
const bodiesPerRound = 2000
const rounds = 3
const connections = 64
const restMs = 2000
/** USER_HZ of Linux. */
const ticksPerSecond = 100

const easy = { cardinalities: { country: 10, device_type: 5, app_version: 4, network: 4, cdn: 5 }, msPerEvent: 1.5 } as const
const hard = { cardinalities: { country: 20, device_type: 5, app_version: 8, network: 4, cdn: 25 }, msPerEvent: 1 } as const

interface Contender {
  readonly name: string
  readonly agent: Agent
  post: string
  pids(): readonly number[]
  /** Events that a query finds, and rows that hold them. */
  total(): Promise<readonly [events: number, rows: number]>
  stop(): Promise<void>
}

/**
 * HTTP -> queryable dataset: 5 dimensions, 4 metrics (count, sum of longs, sum of doubles, greatest long), 1 minute, against embedded
 * ClickHouse, which gets the same bodies over HTTP; events per CPU-second with all processes of each counted, idle ones too,
 * and what they do in the two seconds after. A query must find every event of a round. Rounds alternate; the first warms up.
 * `ratio`: about ten events a row; `hardRatio`: about 1.4.
 */
export async function run({ say }: BenchOptions): Promise<BenchResult> {
  const began = performance.now()
  const measuredEasy = await compare('easy', easy, say)
  const measuredHard = await compare('hard', hard, say)
  const { rival } = measuredEasy
  return {
    name: 'rollup',
    ratio: rival === null ? null : ratioOf(measuredEasy),
    hardRatio: rival === null ? null : ratioOf(measuredHard),
    against: rival === null ? 'none' : 'rival',
    rival:
      rival === null
        ? 'chdb is not installed: npm install --prefix bench'
        : 'chdb 3.4.0: JSONEachRow into a Null table, view into an AggregatingMergeTree, bodies of 250 ms together',
    eventsPerCpuSecond: measuredEasy.ours.perCpuSecond,
    rivalEventsPerCpuSecond: rival?.perCpuSecond ?? null,
    hardEventsPerCpuSecond: measuredHard.ours.perCpuSecond,
    hardRivalEventsPerCpuSecond: measuredHard.rival?.perCpuSecond ?? null,
    eventsPerRow: measuredEasy.ours.eventsPerRow,
    hardEventsPerRow: measuredHard.ours.eventsPerRow,
    cardinalities: easy.cardinalities,
    hardCardinalities: hard.cardinalities,
    ...{ eventsPerBody, bodiesPerRound, rounds, warmUpRounds: 1, connections },
    cpuSeconds: measuredEasy.ours.cpuSeconds,
    rivalCpuSeconds: rival?.cpuSeconds ?? null,
    hardCpuSeconds: measuredHard.ours.cpuSeconds,
    hardRivalCpuSeconds: measuredHard.rival?.cpuSeconds ?? null,
    settings: {
      ours: 'npm start --no-demo: supervisor, hub, olap, preview worker; one gateway partition; a dataset of hour segments; all limits as shipped',
      rival: 'node:http in front, gathering bodies for 250 ms; one process, threads and merges as chdb ships them',
    },
    durability: 'ours: fdatasync before the answer, and the dataset commits with its offsets; rival: none asked for',
    seconds: Number(((performance.now() - began) / 1000).toFixed(1)),
  }
}

const ratioOf = ({ ours, rival }: Compared): number => Number((ours.perCpuSecond / (rival?.perCpuSecond ?? Number.NaN)).toFixed(2))

interface Figures {
  readonly perCpuSecond: number
  /** Of all rounds, the first too. */
  readonly cpuSeconds: number
  readonly eventsPerRow: number
}
interface Compared {
  readonly ours: Figures
  readonly rival: Figures | null
}

async function compare(
  name: string,
  shape: { readonly cardinalities: Cardinalities; readonly msPerEvent: number },
  say: (text: string) => void,
): Promise<Compared> {
  const folder = mkdtempSync(join(tmpdir(), 'millstream-rollup-'))
  const startMs = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 7_200_000
  const contenders: Contender[] = []
  /** CPU-seconds of each, by round. */
  const taken = new Map<string, number[]>()
  const rows = new Map<string, number>()
  try {
    contenders.push(await millstream(join(folder, 'millstream')))
    if (existsSync(join(import.meta.dirname, 'node_modules', 'chdb'))) contenders.push(await rival(join(folder, 'chdb')))
    for (let round = 0; round <= rounds; round++) {
      const roundMs = startMs + Math.ceil((round * bodiesPerRound * eventsPerBody * shape.msPerEvent) / 60_000) * 60_000
      const bodies = rollupBodies(bodiesPerRound, eventsPerBody, shape.msPerEvent, shape.cardinalities, roundMs)
      for (const contender of contenders) {
        const before = cpuSeconds(contender)
        const from = performance.now()
        const wanted = (round + 1) * bodiesPerRound * eventsPerBody
        await load(contender, bodies)
        for (;;) {
          const [events, count] = await contender.total()
          rows.set(contender.name, count)
          if (events === wanted) break
          if (events > wanted || performance.now() - from > 120_000)
            throw new Error(`${contender.name} has ${events} events, not ${wanted}`)
          await new Promise((resolve) => setTimeout(resolve, 200))
        }
        const seconds = ((performance.now() - from) / 1000).toFixed(1)
        // What the round left to do in the background counts too.
        await new Promise((resolve) => setTimeout(resolve, restMs))
        const spent = cpuSeconds(contender) - before
        taken.set(contender.name, [...(taken.get(contender.name) ?? []), spent])
        const rate = Math.round((bodiesPerRound * eventsPerBody) / spent)
        say(`rollup ${name}, round ${round}: ${contender.name} ${rate} events per CPU-second, ${seconds} s until a query finds all`)
      }
    }
  } finally {
    for (const contender of contenders) {
      contender.agent.destroy()
      await contender.stop()
    }
    rmSync(folder, { recursive: true, force: true })
  }
  const figures = (who: string): Figures => {
    const seconds = taken.get(who) ?? []
    const rates = seconds.slice(1).map((each) => Math.round((bodiesPerRound * eventsPerBody) / each))
    return {
      perCpuSecond: median(rates),
      cpuSeconds: Number(seconds.reduce((sum, each) => sum + each, 0).toFixed(2)),
      eventsPerRow: Number((((rounds + 1) * bodiesPerRound * eventsPerBody) / (rows.get(who) ?? 1)).toFixed(1)),
    }
  }
  return { ours: figures('millstream'), rival: taken.has('chdb') ? figures('chdb') : null }
}

async function millstream(dataFolder: string): Promise<Contender> {
  const server = await startServer({ dataFolder })
  const put = async (path: string, definition: unknown): Promise<void> => {
    const answer = await fetch(`${server.url}${path}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(definition),
    })
    if (!answer.ok) throw new Error(await answer.text())
  }
  await put('/v1/streams/beats', {
    sql: `CREATE TABLE beats (ts TIMESTAMP_LTZ(3) NOT NULL, country STRING, device_type STRING, app_version STRING, network STRING, cdn STRING, rebuffer_ms BIGINT, buffer_s DOUBLE, WATERMARK FOR ts AS ts)
      WITH ('connector' = 'millstream', 'event-time.format' = 'epoch-ms')`,
  })
  await put('/v1/datasets/beats_1m', {
    dataset: 'beats_1m',
    from: 'beats',
    timestamp: 'ts',
    granularity: { segment: 'hour', query: 'minute', rollup: true },
    dimensions: ['country', 'device_type', 'app_version', 'network', 'cdn'],
    metrics: [
      { name: 'events', type: 'count' },
      { name: 'rebuffer_ms', type: 'longSum', fieldName: 'rebuffer_ms' },
      { name: 'buffer_s', type: 'doubleSum', fieldName: 'buffer_s' },
      { name: 'most', type: 'longMax', fieldName: 'rebuffer_ms' },
    ],
  })
  return {
    name: 'millstream',
    agent: new Agent({ keepAlive: true, maxSockets: connections }),
    post: `${server.url}/v1/streams/beats/events`,
    pids: () => processTree(server.process.pid ?? 0).map(({ pid }) => pid),
    async total() {
      const body = JSON.stringify({ query: 'SELECT SUM(events), COUNT(*) FROM beats_1m', resultFormat: 'array' })
      const answer = await fetch(`${server.url}/druid/v2/sql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      const [row] = (await answer.json()) as [readonly [number | null, number]]
      return [row[0] ?? 0, row[1]]
    },
    stop: () => server.stop(),
  }
}

async function rival(folder: string): Promise<Contender> {
  const child = fork(join(import.meta.dirname, 'rollup-rival.ts'), [folder], { execArgv: ['--disable-warning=ExperimentalWarning'] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  const url = `http://127.0.0.1:${port}`
  return {
    name: 'chdb',
    agent: new Agent({ keepAlive: true, maxSockets: connections }),
    post: `${url}/events`,
    pids: () => [child.pid ?? 0],
    async total() {
      const [events, count] = (await (await fetch(`${url}/total`)).json()) as readonly [string, string]
      return [Number(events), Number(count)]
    },
    async stop() {
      child.kill('SIGKILL')
    },
  }
}

/** Of all threads of all its processes that live. */
function cpuSeconds(contender: Contender): number {
  let ticks = 0
  for (const pid of contender.pids()) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks / ticksPerSecond
}

async function load(contender: Contender, bodies: readonly Uint8Array[]): Promise<void> {
  let next = 0
  const connection = async (): Promise<void> => {
    while (next < bodies.length) await send(contender, bodies[next++] as Uint8Array)
  }
  await Promise.all(Array.from({ length: connections }, connection))
  // Kept for the next round they might be closed by the server just as they are used.
  contender.agent.destroy()
}

function send({ agent, post }: Contender, body: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      post,
      { agent, method: 'POST', headers: { 'content-type': 'application/x-ndjson', 'content-length': body.length } },
      (response) => {
        let text = ''
        response.on('data', (part: Buffer) => {
          text += part.toString()
        })
        response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`answered ${response.statusCode}: ${text}`))))
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
