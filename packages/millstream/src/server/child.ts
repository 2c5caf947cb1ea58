import { flushCompileCache } from 'node:module'
import { limits } from '../base/limits.ts'
import type { Ports } from '../base/ports.ts'
import { armFaultsFromEnvironment } from '../base/real/faults.ts'
import { connectToSocket } from '../base/real/socket.ts'
import { nodeStorage } from '../base/real/storage.ts'
import { systemClock, systemRandom, systemScheduler } from '../base/real/system.ts'
import { type Rpc, rpcOver } from '../base/rpc.ts'
import type { Hello } from '../model/hub.ts'
import { afterWelcome } from './after-welcome.ts'
import { logOf } from './log.ts'
import { environment, optionsFromEnvironment, type ServerOptions } from './options.ts'
import { ToldState } from './told-state.ts'
import type { HubWelcome } from './welcome.ts'

export interface Child {
  readonly options: ServerOptions
  readonly ports: Ports
  readonly hub: Rpc
  readonly told: ToldState
  readonly welcome: HubWelcome
  readonly log: ReturnType<typeof logOf>
}

/** Paths in the data folder are relative to it: `Ports.storage` is rooted there. */
export const portsFor = (dataFolder: string): Ports => ({
  clock: systemClock,
  scheduler: systemScheduler,
  random: systemRandom,
  storage: nodeStorage(dataFolder),
})

/** Without tidying up, which could outlive the lock that the next server takes. */
function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL')
}

/** What every process of ours does first: it ends with the supervisor, says why it ended, and leaves Ctrl-C to it. */
export function superviseThis(role: string, stop: () => Promise<void> | void): ReturnType<typeof logOf> {
  const log = logOf(role)
  armFaultsFromEnvironment(role)
  process.on('disconnect', endAtOnce)
  setTimeout(flushCompileCache, limits.compileCacheAfterMs).unref()
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {
    void Promise.resolve(stop()).finally(() => process.exit(0))
  })
  const die = (error: unknown): void => {
    log.error('it ends', error)
    process.exit(1)
  }
  process.on('uncaughtException', die)
  process.on('unhandledRejection', die)
  return log
}

/** Joins the hub. When the hub goes, so does this process: the supervisor starts both again. */
export async function joinHub(role: Hello['role'], log: ReturnType<typeof logOf>, prepare: (hub: Rpc) => void): Promise<Child> {
  const options = optionsFromEnvironment()
  const hub = rpcOver(await connectWithin(process.env[environment.socket] ?? '', limits.connectWithinMs))
  hub.onClose(() => {
    log.info('the hub is gone')
    endAtOnce()
  })
  const told = new ToldState()
  const welcomed = afterWelcome()
  hub.handle(`${role}.ends`, welcomed.take(told.takeEnds))
  hub.handle(`${role}.streams`, welcomed.take(told.takeStreams))
  prepare(hub)
  const job = process.env[environment.job] ?? ''
  const hello: Hello = { role, processId: process.pid, ...(job === '' ? {} : { job }) }
  const welcome = await hub.request<HubWelcome>('hub.hello', hello)
  told.takeStreams({ streams: welcome.streams, contracts: welcome.contracts, removed: [] })
  told.takeEnds({ ends: welcome.ends })
  welcomed.release()
  return { options, ports: portsFor(options.dataFolder), hub, told, welcome, log }
}

async function connectWithin(path: string, withinMs: number) {
  const until = Date.now() + withinMs
  for (;;) {
    try {
      return await connectToSocket(path)
    } catch (error) {
      if (Date.now() > until) throw error
      await systemScheduler.sleep(25)
    }
  }
}
