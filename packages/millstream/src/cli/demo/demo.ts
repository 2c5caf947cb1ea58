import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@millstream/client'
import { systemClock, systemRandom, systemScheduler } from '../../base/real/system.ts'
import { logOf } from '../../server/log.ts'
import { environment, optionsFromEnvironment } from '../../server/options.ts'
import { readProject } from '../project-folder.ts'
import { heartbeat } from './story.ts'

/** The demo as a process of its own: applies its folder, then sends over HTTP as any producer would. Ends with the supervisor. */
const log = logOf('demo')
const stop = new AbortController()
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.on('SIGINT', () => {})
process.on('SIGTERM', () => stop.abort())

const tickMs = 50
const { demoRate } = optionsFromEnvironment()
const client = createClient({ server: process.env[environment.url] ?? '' })

await define()
const producer = client.producer('playback', {
  inFlightMax: 2,
  lingerMs: tickMs,
  onFailure: (error) => log.error('rows were given up', error),
})
const startedMs = systemClock.monotonicMs()
let sent = 0
log.info('sends', { ratePerSecond: demoRate })
while (!stop.signal.aborted) {
  const elapsedMs = systemClock.monotonicMs() - startedMs
  // A server that was away is not flooded when it is back: a second's worth at most is made up for.
  const due = Math.floor((elapsedMs / 1000) * demoRate)
  if (due - sent > demoRate) sent = due - demoRate
  for (const nowMs = systemClock.nowMs(); sent < due; sent++) producer.send(JSON.stringify(heartbeat(systemRandom, nowMs, elapsedMs)))
  await systemScheduler.sleep(tickMs)
}
await producer.close()
process.exit(0)

/** The hub may be restarted while we ask; applying again changes nothing. */
async function define(): Promise<void> {
  const project = readProject(demoFolder(), new Map())
  for (;;) {
    try {
      await client.applyProject({ project: project.project, objects: project.objects })
      return
    } catch (error) {
      log.error('the demo’s definitions are not applied', error)
      await systemScheduler.sleep(1000)
    }
  }
}

/** `examples/demo` of the clone, or beside the compiled code of a package. */
function demoFolder(): string {
  const here = import.meta.dirname
  const places = [join(here, '..', '..', '..', '..', '..', 'examples', 'demo'), join(here, '..', '..', 'examples', 'demo')]
  const found = places.find((place) => existsSync(join(place, 'millstream.yaml')))
  if (found === undefined) throw new Error(`the demo's definitions are not at ${places.join(' or ')}`)
  return found
}
