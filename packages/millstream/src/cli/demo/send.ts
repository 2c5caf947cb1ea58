import { type Client, createClient, MillstreamProblem } from '@millstream/client'
import type { Ports } from '../../base/ports.ts'
import type { Log } from '../../server/log.ts'
import { exampleFolder } from '../examples.ts'
import { readProject } from '../project-folder.ts'
import { playbackStory } from './story.ts'

export interface DemoOptions {
  readonly url: string
  readonly token?: string
  /** Events a second. */
  readonly rate: number
  readonly signal: AbortSignal
  readonly ports: Pick<Ports, 'clock' | 'scheduler' | 'random'>
  readonly log: Log
}

const tickMs = 50
const triedAgainAfterMs = 1000

/** Defines what is missing of the demo, then tells its story over HTTP, as any producer would, until `signal`. */
export async function runDemo({ url, token, rate, signal, ports, log }: DemoOptions): Promise<void> {
  const { clock, scheduler, random } = ports
  const client = createClient({ server: url, ...(token === undefined ? {} : { token }) })
  const storyStartMs = await defined(client, { signal, scheduler, log })
  if (storyStartMs === null) return
  const producer = client.producer('playback', {
    inFlightMax: 2,
    lingerMs: tickMs,
    onFailure: (error, rows) => log.error(`${rows} rows were given up`, error),
  })
  const next = playbackStory(random)
  const startedMs = clock.monotonicMs()
  let sent = 0
  log.info('sends', { ratePerSecond: rate })
  while (!signal.aborted) {
    const due = Math.floor(((clock.monotonicMs() - startedMs) / 1000) * rate)
    // After a machine slept, a second's worth at most is made up for.
    sent = Math.max(sent, due - rate)
    const nowMs = clock.nowMs()
    for (; sent < due; sent++) producer.send(next(nowMs, Math.max(0, nowMs - storyStartMs)))
    await scheduler.sleep(tickMs)
  }
  await producer.close()
}

/**
 * Applies those of the demo's definitions that are not there: what somebody changed since stays as it is. Answers when the
 * story began, so that it goes on where it was after a restart; null: ended before. The server may be restarted meanwhile.
 */
async function defined(
  client: Client,
  { signal, scheduler, log }: Pick<DemoOptions, 'signal' | 'log'> & Pick<Ports, 'scheduler'>,
): Promise<number | null> {
  const { project, objects } = readProject(exampleFolder('demo'), new Map())
  while (!signal.aborted) {
    try {
      const absent = []
      for (const object of objects) if ((await found(client, object)) === null) absent.push(object)
      if (absent.length > 0) await client.applyProject({ project, objects: absent })
      return (await client.get('streams', 'playback')).createdAtMs
    } catch (error) {
      log.error('the definitions of the demo are not applied', error)
      await scheduler.sleep(triedAgainAfterMs)
    }
  }
  return null
}

async function found(client: Client, { kind, name }: { readonly kind: 'stream' | 'pipeline' | 'dataset'; readonly name: string }) {
  try {
    return await client.get(`${kind}s`, name)
  } catch (error) {
    if (error instanceof MillstreamProblem && error.status === 404) return null
    throw error
  }
}
