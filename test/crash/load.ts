import type { RunningServer } from '../server/start.ts'

const pauseMs = 20
const eventsPerRequest = 40

export interface SentEvent {
  readonly tsMs: number
  readonly country: string
  readonly amount: number
}

export interface Sent {
  /** Events whose request was answered with success, by id. */
  readonly acknowledged: Map<string, SentEvent>
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
  const acknowledged = new Map<string, SentEvent>()
  const refused = new Set<string>()
  let requests = 0
  let retries = 0
  for (let sequence = 0; !stopped(); sequence++) {
    const rows: string[] = []
    const good: [string, SentEvent][] = []
    const bad: string[] = []
    const tsMs = Date.now()
    for (let i = 0; i < eventsPerRequest; i++) {
      const id = `${name}-${sequence}-${i}`
      const broken = (sequence * eventsPerRequest + i) % 50 === 49
      const country = i % 2 === 0 ? 'BR' : 'DE'
      rows.push(rowText(id, { tsMs, country, amount: i }, broken))
      if (broken) bad.push(id)
      else good.push([id, { tsMs, country, amount: i }])
    }
    requests++
    retries += await sendUntilAnswered(stream, server, rows.join('\n'), name, sequence)
    for (const [id, event] of good) acknowledged.set(id, event)
    for (const id of bad) refused.add(id)
    await new Promise((resolve) => setTimeout(resolve, pauseMs / 4))
  }
  return { acknowledged, refused, requests, retries }
}

export function rowText(id: string, { tsMs, country, amount }: SentEvent, broken = false): string {
  return `{"ts":"${new Date(tsMs).toISOString()}","id":"${id}","country":"${country}","amount":${broken ? '"much"' : amount}}`
}

/** Answers how often it was sent again. */
async function sendUntilAnswered(
  stream: string,
  server: () => RunningServer | null,
  body: string,
  producer: string,
  sequence: number,
): Promise<number> {
  for (let retries = 0; ; retries++) {
    try {
      const url = server()?.url
      if (url === undefined) throw new Error('down')
      const answer = await fetch(`${url}/v1/streams/${stream}/events`, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/x-ndjson',
          'millstream-producer-id': producer,
          'millstream-producer-epoch': '1',
          'millstream-producer-sequence': String(sequence),
        },
        signal: AbortSignal.timeout(5000),
      })
      const text = await answer.text()
      if (answer.status === 503 || answer.status === 429) throw new Error('later')
      if (answer.status !== 200 && answer.status !== 207) throw new FinalAnswer(`${answer.status} ${text}`)
      return retries
    } catch (error) {
      if (error instanceof FinalAnswer) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}

class FinalAnswer extends Error {}
