import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeFlags } from '../packages/millstream/src/server/supervised.ts'
import { playbackBody, playbackColumns } from './playback-events.ts'
import type { BenchOptions, BenchResult } from './run.ts'

const eventsPerBody = 500
const connections = 8
const requestsPerRound = 200
const rounds = 15
/** Until both are compiled: on a busy machine V8 optimises the last functions of ours after about 6,000 requests (--trace-opt). */
const warmUpRounds = 35

/** The hub's own; the baseline is fastest with Node's. */
const nodeSettings = { millstream: nodeFlags('hub'), baseline: [] as string[] } as const

interface Contender {
  readonly name: 'millstream' | 'baseline'
  readonly child: ChildProcess
  readonly port: number
  readonly agent: Agent
  /** Events per CPU-second of the server, and per second, by round. */
  readonly perCpuSecond: number[]
  readonly perSecond: number[]
  cpuSeconds: number
}

/**
 * HTTP -> contract -> durable log, 500-event bodies, against a node:http server that JSON.parses each line and appends
 * it to one file; both answer after fdatasync and share a sync among requests of the same 5 ms. Each server has a
 * process of its own; what is compared is events per CPU-second of that process. Rounds alternate.
 */
export async function run(options: BenchOptions): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'millstream-bench-'))
  const bodies = Array.from({ length: 20 }, (_, seed) => playbackBody(seed + 1, eventsPerBody))
  const started = performance.now()
  const contenders: Contender[] = []
  try {
    for (const name of ['millstream', 'baseline'] as const) contenders.push(await start(name, await mkdtemp(join(folder, name))))
    for (let round = 0; round < warmUpRounds + rounds; round++) {
      for (const contender of contenders) {
        const before = await cpuSecondsOf(contender)
        const from = performance.now()
        await load(contender, bodies)
        const seconds = (performance.now() - from) / 1000
        const cpuSeconds = (await cpuSecondsOf(contender)) - before
        if (round < warmUpRounds) continue
        contender.cpuSeconds += cpuSeconds
        contender.perCpuSecond.push((requestsPerRound * eventsPerBody) / cpuSeconds)
        contender.perSecond.push((requestsPerRound * eventsPerBody) / seconds)
        options.say(`ingest: ${contender.name}, ${Math.round(contender.perCpuSecond.at(-1) ?? 0)} events per CPU-second`)
      }
    }
    const [ours, baseline] = contenders as [Contender, Contender]
    return {
      name: 'ingest',
      // Of each round with its neighbour: a machine that is busy for a while moves both.
      ratio: Number(median(ours.perCpuSecond.map((rate, round) => rate / (baseline.perCpuSecond[round] as number))).toFixed(2)),
      against: 'baseline',
      baseline: 'node:http, JSON.parse of each line, append to one file, fdatasync shared among requests of 5 ms',
      eventsPerCpuSecond: Math.round(median(ours.perCpuSecond)),
      baselineEventsPerCpuSecond: Math.round(median(baseline.perCpuSecond)),
      eventsPerSecond: Math.round(median(ours.perSecond)),
      baselineEventsPerSecond: Math.round(median(baseline.perSecond)),
      bytesPerEvent: Number((bodies.reduce((sum, body) => sum + body.length, 0) / (bodies.length * eventsPerBody)).toFixed(1)),
      fields: playbackColumns.length,
      settings: nodeSettings,
      ...{ eventsPerBody, connections, requestsPerRound, rounds },
      seconds: Number(((performance.now() - started) / 1000).toFixed(2)),
      cpuSeconds: Number((ours.cpuSeconds + baseline.cpuSeconds).toFixed(2)),
    }
  } finally {
    for (const { child, agent } of contenders) {
      agent.destroy()
      child.kill('SIGKILL')
    }
    await rm(folder, { recursive: true, force: true })
  }
}

async function start(name: Contender['name'], folder: string): Promise<Contender> {
  const child = fork(join(import.meta.dirname, 'ingest-server.ts'), [name, folder], {
    execArgv: ['--disable-warning=ExperimentalWarning', ...nodeSettings[name]],
  })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return { name, child, port, agent, perCpuSecond: [], perSecond: [], cpuSeconds: 0 }
}

async function cpuSecondsOf({ child }: Contender): Promise<number> {
  child.send('cpu')
  const [{ cpuSeconds }] = (await once(child, 'message')) as [{ cpuSeconds: number }]
  return cpuSeconds
}

async function load(contender: Contender, bodies: readonly Uint8Array[]): Promise<void> {
  let next = 0
  const connection = async (): Promise<void> => {
    while (next < requestsPerRound) await post(contender, bodies[next++ % bodies.length] as Uint8Array)
  }
  await Promise.all(Array.from({ length: connections }, connection))
}

function post({ port, agent }: Contender, body: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ host: '127.0.0.1', port, agent, method: 'POST', path: '/v1/streams/playback/events' },
        headers: { 'content-type': 'application/x-ndjson', 'content-length': body.length },
      },
      (response) => {
        let text = ''
        response.on('data', (part) => {
          text += part
        })
        response.on('end', () => {
          if ((JSON.parse(text) as { accepted?: number }).accepted === eventsPerBody) resolve()
          else reject(new Error(`${response.statusCode}: ${text}`))
        })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number
