import { systemClock, systemRandom, systemScheduler } from '../../base/real/system.ts'
import { logOf } from '../../server/log.ts'
import { environment, optionsFromEnvironment } from '../../server/options.ts'
import { runDemo } from './send.ts'

/** The demo as a process of its own, started by the supervisor; it ends with it. */
const log = logOf('demo')
const stop = new AbortController()
process.on('disconnect', () => process.exit(1))
process.on('SIGINT', () => {})
process.on('SIGTERM', () => stop.abort())

await runDemo({
  url: process.env[environment.url] ?? '',
  rate: optionsFromEnvironment().demoRate,
  signal: stop.signal,
  ports: { clock: systemClock, scheduler: systemScheduler, random: systemRandom },
  log,
})
process.exit(0)
