import { createClient } from '@millstream/client'
import type { Scheduler } from '../../base/ports.ts'
import { count } from '../output.ts'

const tries = 40
const betweenMs = 250

/** The first answer that the demo gives, in words, a second or two after it began; null: it gives none for now. */
export async function firstAnswer(server: string, scheduler: Scheduler, signal: AbortSignal): Promise<string | null> {
  const client = createClient({ server })
  const sql = 'SELECT country, SUM(events) AS events FROM playback_1m GROUP BY country ORDER BY events DESC'
  for (let attempt = 0; attempt < tries && !signal.aborted; attempt++) {
    const startedMs = performance.now()
    const answer = await client.sqlAll({ sql }, { signal }).catch(() => null)
    if (answer !== null && answer.rows.length > 0) {
      const all = answer.rows.reduce((sum, [, events]) => sum + Number(events), 0)
      const parts = answer.rows.map(([country, events]) => `${country} ${count(Number(events))}`)
      return `${count(all)} heartbeats so far: ${parts.join(', ')} (asked in ${count(performance.now() - startedMs)} ms)`
    }
    await scheduler.sleep(betweenMs)
  }
  return null
}
