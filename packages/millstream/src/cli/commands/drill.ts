import { errors } from '../../base/errors.ts'
import { type Call, type Command, exit, outputOption, serverOptions } from '../command.ts'
import { count, objectText } from '../output.ts'

const kills = 2
const backWithinMs = 20_000
const betweenMs = 1500
const askEveryMs = 100

interface Kill {
  readonly role: string
  readonly processId: number
  readonly backAfterMs: number
}

export const command: Command = {
  name: 'drill',
  arguments: 'NAME',
  counts: [1, 1],
  summary: 'An exercise with a report: drill kill ends a random process of ours, twice, while the ledger keeps balancing',
  details: '  millstream drill kill',
  options: { ...outputOption, ...serverOptions },
  async run(call) {
    const [name = ''] = call.args
    if (name === 'failover') throw errors.fail('MS-7000', { feature: 'drill failover' })
    if (name !== 'kill')
      throw errors.fail('MS-7014', { reason: `There is no drill '${name}'`, near: ['kill'], help: 'millstream drill --help' })
    const done: Kill[] = []
    for (let index = 0; index < kills; index++) {
      done.push(await killOne(call))
      await sleep(betweenMs)
    }
    const accounts = await accountsOf(call)
    const fine = accounts.every((account) => account.balanced)
    if (call.format !== 'table') call.print(objectText({ kills: done, accounts, balanced: fine }, call.format))
    else {
      for (const account of accounts) {
        const { stream, received, accepted, rejected } = account
        call.print(
          `${stream}: ${count(received)} received = ${count(accepted)} accepted + ${count(rejected)} rejected, ${account.balanced ? 'balances' : 'DIFFERS'}\n`,
        )
      }
      call.print(fine ? 'Two processes were killed; every account balances.\n' : 'AN ACCOUNT DIFFERS: see `millstream ledger STREAM`.\n')
    }
    return fine ? exit.done : exit.failed
  },
}

async function killOne(call: Call): Promise<Kill> {
  const client = call.client()
  const running = (await client.processes()).filter(
    (process) => process.state === 'running' && process.processId !== null && process.role !== 'supervisor',
  )
  const victim = running[Math.floor(Math.random() * running.length)]
  if (victim === undefined || victim.processId === null) throw errors.fail('MS-7017', { part: 'server' })
  const name = victim.job === null ? victim.role : `${victim.role} ${victim.job}`
  call.note(`Killing ${name} (process ${victim.processId}) ...`)
  const began = performance.now()
  await client.killProcess(victim.processId).catch((error: unknown) => {
    // The hub that is killed may not get its answer out.
    if (!(error instanceof TypeError)) throw error
  })
  for (;;) {
    await sleep(askEveryMs)
    const now = await client.processes().catch(() => [])
    const again = now.find(
      (process) => process.role === victim.role && process.job === victim.job && process.processId !== victim.processId,
    )
    const backAfterMs = Math.round(performance.now() - began)
    if (again?.state === 'running') {
      call.note(`  ${name} is back after ${count(backAfterMs)} ms.`)
      return { role: name, processId: victim.processId, backAfterMs }
    }
    if (backAfterMs > backWithinMs) throw errors.fail('MS-7017', { part: name })
  }
}

async function accountsOf(call: Call) {
  const client = call.client()
  const { items } = await client.list('streams', { limit: 1000 })
  return Promise.all(
    items
      .filter((stream) => !stream.system)
      .map(async ({ name }) => {
        const { totals, differences } = await client.ledger(name)
        const { received, accepted, rejected } = totals
        return { stream: name, received, accepted, rejected, balanced: totals.balanced && differences.length === 0, differences }
      }),
  )
}

const sleep = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs))
