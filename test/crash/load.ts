import type { RunningServer } from '../server/start.ts'

const pauseMs = 20
const eventsPerRequest = 40

export interface Sent {
  /** Ids whose request was answered with success. */
  readonly acknowledged: Set<string>
  /** Ids that were acknowledged as rejected (every fiftieth row is broken on purpose). */
  readonly refused: Set<string>
  readonly requests: number
  readonly retries: number
}

/**
 * An idempotent producer: numbers its requests, and sends the same one again until it is answered.
 * `server` answers the one that runs now, or null while it is down.
 */
export async function produce(name: string, stream: string, server: () => RunningServer | null, stopped: () => boolean): Promise<Sent> {
  const acknowledged = new Set<string>()
  const refused = new Set<string>()
  let requests = 0
  let retries = 0
  for (let sequence = 0; !stopped(); sequence++) {
    const rows: string[] = []
    const good: string[] = []
    const bad: string[] = []
    for (let i = 0; i < eventsPerRequest; i++) {
      const id = `${name}-${sequence}-${i}`
      const broken = (sequence * eventsPerRequest + i) % 50 === 49
      rows.push(
        `{"ts":"${new Date().toISOString()}","id":"${id}","country":"${i % 2 === 0 ? 'BR' : 'DE'}","amount":${broken ? '"much"' : i}}`,
      )
      if (broken) bad.push(id)
      else good.push(id)
    }
    const body = rows.join('\n')
    requests++
    for (;;) {
      try {
        const url = server()?.url
        if (url === undefined) throw new Error('down')
        const answer = await fetch(`${url}/v1/streams/${stream}/events`, {
          method: 'POST',
          body,
          headers: {
            'content-type': 'application/x-ndjson',
            'millstream-producer-id': name,
            'millstream-producer-epoch': '1',
            'millstream-producer-sequence': String(sequence),
          },
          signal: AbortSignal.timeout(5000),
        })
        const text = await answer.text()
        if (answer.status === 503 || answer.status === 429) throw new Error('later')
        if (answer.status !== 200 && answer.status !== 207) throw new FinalAnswer(`${answer.status} ${text}`)
        for (const id of good) acknowledged.add(id)
        for (const id of bad) refused.add(id)
        break
      } catch (error) {
        if (error instanceof FinalAnswer) throw error
        retries++
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs / 4))
  }
  return { acknowledged, refused, requests, retries }
}

class FinalAnswer extends Error {}
