import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryMb, startServer } from '../test/server/start.ts'
import type { BenchOptions, BenchResult } from './run.ts'

const runs = 5
const idleMs = 3000
const readyWithinMs = 30_000

/** Seconds from the command to a server that answers, memory of all processes when idle, size of the installed tree. */
export async function run({ say }: BenchOptions): Promise<BenchResult> {
  const seconds: number[] = []
  let roles: Record<string, number> = {}
  for (let index = 0; index < runs; index++) {
    const folder = mkdtempSync(join(tmpdir(), 'millstream-start-'))
    try {
      const began = performance.now()
      const server = await startServer({ dataFolder: join(folder, 'data') })
      await ready(server.url)
      seconds.push((performance.now() - began) / 1000)
      if (index === runs - 1) {
        await new Promise((resolve) => setTimeout(resolve, idleMs))
        roles = {}
        for (const { pid, role } of server.processes()) roles[role] = Math.round(((roles[role] ?? 0) + memoryMb(pid)) * 10) / 10
      }
      await server.stop()
      say(`start ${index + 1}: ${seconds.at(-1)?.toFixed(2)} s`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  seconds.sort((a, b) => a - b)
  const tree = Number(
    spawnSync('du', ['-sm', join(import.meta.dirname, '..', 'node_modules')])
      .stdout.toString()
      .split('\t')[0],
  )
  return {
    name: 'start',
    ratio: null,
    against: 'none',
    secondsToReady: seconds[Math.floor(runs / 2)],
    secondsToReadyMax: seconds.at(-1),
    memoryMb: Object.values(roles).reduce((sum, one) => sum + one, 0),
    memoryMbByRole: roles,
    installedTreeMb: tree,
  }
}

/** The address is printed when it listens; it is ready when all its parts are. */
async function ready(url: string): Promise<void> {
  const until = performance.now() + readyWithinMs
  for (;;) {
    const answer = await fetch(`${url}/health/ready`)
    if (answer.ok) return
    if (performance.now() > until) throw new Error(`not ready: ${answer.status} ${await answer.text()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
