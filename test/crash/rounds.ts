import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '../../packages/client/src/client.ts'
import type { FaultPlace } from '../../packages/millstream/src/base/fault.ts'
import { seededRandom } from '../../packages/millstream/src/base/simulated/random.ts'
import { underLoad } from '../server/load.ts'
import { processTree, type RunningServer, startServer } from '../server/start.ts'
import { type Account, countAll } from './count.ts'
import { definitions } from './definitions.ts'
import { produce } from './load.ts'

export interface CrashReport {
  readonly rounds: number
  /** Acknowledged events that are missing from the stream, the pipelines' output or the datasets. */
  readonly lost: number
  readonly duplicated: number
  /** Ledgers that do not balance. */
  readonly unbalanced: number
  /** How often each place was hit: fault places, and `kill ROLE` and `pause ROLE` at random moments. */
  readonly places: Readonly<Record<string, number>>
  readonly orphans: number
  readonly acknowledged: number
  readonly problems: readonly string[]
}

const loadMs = 1500
const blowsPerRound = 3
const orphansGoneWithinMs = underLoad(2000)
/** Of the random moments so many are a process that stands still for a while, as under a debugger or a starved host. */
const pauseChance = 0.25
const pauseMsMax = 600
/** Each round has a place of its own, where a process ends with this chance; chosen so that one mostly gets there and on. */
export const faults: readonly (readonly [FaultPlace, chance: number])[] = [
  ['append', 0.03],
  ['checkpoint', 0.3],
  ['commit', 0.3],
  ['handover', 0.5],
  ['recovery', 0.1],
]
/** How much longer a round goes on until its place was hit. */
const hitWithinMs = 6000
const countEvery = 6
const startsMax = 20

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
  const account: Account = { acknowledged: new Map(), refused: new Set() }
  const problems: string[] = []
  let orphans = 0
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
    const [place, chance] = faults[round % faults.length] as (typeof faults)[number]
    const fault = { MILLSTREAM_FAULTS: `${place}=${chance}`, MILLSTREAM_FAULTS_LOG: faultLog }
    const hitsBefore = hitsOf(faultLog, place)
    for (let blow = 0; blow < blowsPerRound; blow++) {
      if (server === null || !runs(server)) server = await startFaulty(dataFolder, fault, hit)
      await pause(50 + random.int((2 * loadMs) / blowsPerRound))
      const tree = (server as RunningServer).processes()
      const victim = tree[random.int(tree.length)]
      const holdMs = random.int(1000) < pauseChance * 1000 ? random.int(pauseMsMax) : null
      if (victim === undefined) continue
      try {
        process.kill(victim.pid, holdMs === null ? 'SIGKILL' : 'SIGSTOP')
        hit(`${holdMs === null ? 'kill' : 'pause'} ${victim.role}`)
        if (holdMs !== null) {
          await pause(holdMs)
          process.kill(victim.pid, 'SIGCONT')
        } else if (victim.role === 'supervisor') orphans += await left(tree.map((one) => one.pid))
      } catch {
        // It was gone before, by a fault.
      }
    }
    const until = Date.now() + hitWithinMs
    while (hitsOf(faultLog, place) === hitsBefore && Date.now() < until) {
      if (server === null || !runs(server)) server = await startFaulty(dataFolder, fault, hit)
      if (place === 'recovery') endRole(server, 'hub')
      await pause(200)
    }
    // The load ends while a healthy server answers, so that every request has its answer.
    if (server !== null) await endTree(server)
    server = await startServer({ dataFolder })
    stopped = true
    for (const sent of await Promise.all(producers)) {
      for (const [id, event] of sent.acknowledged) account.acknowledged.set(id, event)
      for (const id of sent.refused) account.refused.add(id)
    }
    if (round === rounds - 1 || round % countEvery === countEvery - 1) {
      for (const problem of await countAll(server, account)) problems.push(`round ${round + 1}: ${problem}`)
    }
    await server.stop()
    say(`round ${round + 1} of ${rounds}: ${account.acknowledged.size} acknowledged, ${problems.length} problems`)
  }
  for (const [place] of faults) places[place] = hitsOf(faultLog, place)
  // What is wrong can be looked at.
  if (problems.length === 0) rmSync(folder, { recursive: true, force: true })
  else say(`the data is kept: ${folder}`)
  const those = (word: string): number => problems.filter((problem) => problem.includes(word)).length
  return {
    rounds,
    lost: those('lost'),
    duplicated: those('twice'),
    unbalanced: those('balance'),
    places,
    orphans,
    acknowledged: account.acknowledged.size,
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
async function startFaulty(
  dataFolder: string,
  fault: Readonly<Record<string, string>>,
  hit: (place: string) => void,
): Promise<RunningServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startServer({ dataFolder, env: fault })
    } catch (error) {
      if (attempt === startsMax) throw error
      hit('start again')
    }
  }
}

/** Each hit is a line `place role`. */
const hitsOf = (faultLog: string, place: FaultPlace): number =>
  readFileSync(faultLog, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${place} `)).length

function endRole(server: RunningServer, role: string): void {
  const found = server.processes().find((one) => one.role === role)
  try {
    if (found !== undefined) process.kill(found.pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}

const runs = ({ process: { exitCode, signalCode } }: RunningServer): boolean => exitCode === null && signalCode === null
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

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
    await pause(25)
  }
}
