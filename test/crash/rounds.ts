import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '../../packages/client/src/client.ts'
import { seededRandom } from '../../packages/millstream/src/base/simulated/random.ts'
import { processTree, type RunningServer, startServer } from '../server/start.ts'
import { produce } from './load.ts'

export interface CrashReport {
  readonly rounds: number
  /** Acknowledged events that are missing from the stream, the pipeline's output or the dataset. */
  readonly lost: number
  readonly duplicated: number
  /** Ledgers that do not balance. */
  readonly unbalanced: number
  /** How often each place was hit: fault places, and `kill ROLE` for kills at random moments. */
  readonly places: Readonly<Record<string, number>>
  readonly orphans: number
  readonly acknowledged: number
  readonly problems: readonly string[]
}

const loadMs = 900
const killsPerRound = 2
const settleWithinMs = 30_000
const orphansGoneWithinMs = 2000
const faults = 'append=0.004,checkpoint=0.02,commit=0.01,handover=0.02,recovery=0.08'

const definitions = {
  streams: {
    crash_in: `CREATE TABLE crash_in (
  ts TIMESTAMP_LTZ(3) NOT NULL,
  id STRING NOT NULL,
  country STRING,
  amount INT,
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'millstream')`,
    crash_out: `CREATE TABLE crash_out (id STRING NOT NULL, country STRING, doubled INT) WITH ('connector' = 'millstream')`,
  },
  pipelines: { crash_copy: 'INSERT INTO crash_out SELECT id, country, amount * 2 FROM crash_in WHERE amount >= 0' },
  datasets: {
    crash_rows: {
      dataset: 'crash_rows',
      from: 'crash_in',
      timestamp: 'ts',
      granularity: { segment: 'hour', query: 'none', rollup: false },
      dimensions: ['id', 'country'],
      metrics: [{ name: 'events', type: 'count' }],
    },
  },
} as const

/** Kills processes of a real server at random moments and at fault places, under load, then counts. */
export async function crashRounds(rounds: number, seed: number, say: (text: string) => void): Promise<CrashReport> {
  const random = seededRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'millstream-crash-'))
  const dataFolder = join(folder, 'data')
  const faultLog = join(folder, 'faults.log')
  writeFileSync(faultLog, '')
  const places: Record<string, number> = {}
  const hit = (place: string): void => {
    places[place] = (places[place] ?? 0) + 1
  }
  const acknowledged = new Set<string>()
  const refused = new Set<string>()
  const problems: string[] = []
  let orphans = 0
  try {
    await define(dataFolder)
    for (let round = 0; round < rounds; round++) {
      let server: RunningServer | null = null
      let stopped = false
      const producers = ['a', 'b'].map((name) =>
        produce(
          `${name}${round}`,
          'crash_in',
          () => server,
          () => stopped,
        ),
      )
      const started: number[] = []
      const ends = Date.now() + loadMs
      for (let kill = 0; kill < killsPerRound || Date.now() < ends; kill++) {
        const alive =
          server !== null && (server as RunningServer).process.exitCode === null && (server as RunningServer).process.signalCode === null
        if (!alive) {
          server = await startFaulty(dataFolder, faultLog, say)
          started.push(server.process.pid ?? 0)
        }
        await new Promise((resolve) => setTimeout(resolve, 50 + random.int(loadMs / killsPerRound)))
        const tree: readonly { pid: number; role: string }[] = (server as RunningServer).processes()
        const victim = tree[random.int(tree.length)]
        if (victim === undefined) continue
        try {
          process.kill(victim.pid, 'SIGKILL')
          hit(`kill ${victim.role}`)
        } catch {
          continue
        }
        if (victim.role === 'supervisor') orphans += await left(tree.map((one) => one.pid))
      }
      // The load ends while a healthy server answers, so that every request has its answer.
      const last = server as RunningServer | null
      if (last !== null) await endTree(last)
      server = await startServer({ dataFolder })
      stopped = true
      for (const sent of await Promise.all(producers)) {
        for (const id of sent.acknowledged) acknowledged.add(id)
        for (const id of sent.refused) refused.add(id)
      }
      const isLast = round === rounds - 1
      if (isLast || round % 5 === 4)
        problems.push(...(await count(server, acknowledged, refused)).map((problem) => `round ${round}: ${problem}`))
      await server.stop()
      say(`round ${round + 1} of ${rounds}: ${acknowledged.size} acknowledged, ${problems.length} problems`)
    }
    for (const line of readFileSync(faultLog, 'utf8').split('\n')) if (line !== '') hit(line.split(' ')[0] ?? line)
  } finally {
    if (existsSync(folder) && problems.length === 0) rmSync(folder, { recursive: true, force: true })
  }
  const those = (word: string): number => problems.filter((problem) => problem.includes(word)).length
  return {
    rounds,
    lost: those('lost'),
    duplicated: those('twice'),
    unbalanced: those('balance'),
    places,
    orphans,
    acknowledged: acknowledged.size,
    problems,
  }
}

async function define(dataFolder: string): Promise<void> {
  const server = await startServer({ dataFolder })
  const client = createClient({ server: server.url })
  for (const [name, sql] of Object.entries(definitions.streams)) await client.put('streams', name, { sql })
  for (const [name, sql] of Object.entries(definitions.pipelines)) await client.put('pipelines', name, { sql })
  for (const [name, definition] of Object.entries(definitions.datasets)) await client.put('datasets', name, definition)
  await server.stop()
}

/** A server that may die at any fault place, also while it starts: then it is started again. */
async function startFaulty(dataFolder: string, faultLog: string, say: (text: string) => void): Promise<RunningServer> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await startServer({ dataFolder, env: { MILLSTREAM_FAULTS: faults, MILLSTREAM_FAULTS_LOG: faultLog } })
    } catch (error) {
      if (attempt === 20) throw error
      say(`  it died while it started, again (${(error as Error).message.split('\n')[0]})`)
    }
  }
}

async function endTree(server: RunningServer): Promise<void> {
  const tree = server.processes()
  for (const { pid } of tree) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // Gone already.
    }
  }
  await left(tree.map((one) => one.pid))
}

/** How many of these are still there after the time that orphans have. */
async function left(pids: readonly number[]): Promise<number> {
  const until = Date.now() + orphansGoneWithinMs
  for (;;) {
    const alive = pids.filter((pid) => processTree(pid).length > 0)
    if (alive.length === 0 || Date.now() > until) return alive.length
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

/** Compares what was acknowledged with what is in the stream, in the pipeline's output and in the dataset. */
async function count(server: RunningServer, acknowledged: ReadonlySet<string>, refused: ReadonlySet<string>): Promise<string[]> {
  const client = createClient({ server: server.url })
  const problems: string[] = []
  const until = Date.now() + settleWithinMs
  const settled = async (what: string, ids: () => Promise<readonly string[]>): Promise<void> => {
    for (;;) {
      const found = await ids()
      const unique = new Set(found)
      const missing = [...acknowledged].filter((id) => !unique.has(id))
      if (missing.length > 0 && Date.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 200))
        continue
      }
      if (missing.length > 0) problems.push(`${what}: ${missing.length} of ${acknowledged.size} lost, such as ${missing[0]}`)
      if (found.length > unique.size) problems.push(`${what}: ${found.length - unique.size} are there twice`)
      const strangers = [...unique].filter((id) => !acknowledged.has(id) && refused.has(id))
      if (strangers.length > 0) problems.push(`${what}: ${strangers.length} rejected rows are there`)
      return
    }
  }
  const streamIds = (stream: string) => async (): Promise<string[]> => {
    const ids: string[] = []
    for await (const { row } of client.tail(stream, { follow: false, from: 'earliest' })) ids.push(String(row.id))
    return ids
  }
  await settled('stream', streamIds('crash_in'))
  await settled('pipeline', streamIds('crash_out'))
  await settled('dataset', async () => {
    const { rows } = await client.sqlAll({ sql: 'SELECT id, SUM(events) AS n FROM crash_rows GROUP BY id', dialect: 'druid' })
    return rows.flatMap((row) => new Array<string>(Number(row[1])).fill(String(row[0])))
  })
  for (;;) {
    const ledger = await client.ledger('crash_in')
    const { received, accepted, rejected } = ledger.totals
    const balances =
      received === accepted + rejected && accepted === acknowledged.size && rejected === refused.size && ledger.differences.length === 0
    if (balances) break
    if (Date.now() > until) {
      problems.push(
        `the ledger does not balance: received ${received}, accepted ${accepted} of ${acknowledged.size}, rejected ${rejected} of ${refused.size}, ${ledger.differences.join('; ')}`,
      )
      break
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return problems
}
