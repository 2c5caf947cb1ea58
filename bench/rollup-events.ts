import { seededRandom } from '../packages/millstream/src/base/simulated/random.ts'

/** How many values each of the five dimensions has. */
export interface Cardinalities {
  readonly country: number
  readonly device_type: number
  readonly app_version: number
  readonly network: number
  readonly cdn: number
}

/** Heartbeats as NDJSON bodies: an event time, five dimensions, two numbers. Event time runs `msPerEvent` an event. */
export function rollupBodies(
  count: number,
  eventsPerBody: number,
  msPerEvent: number,
  cardinalities: Cardinalities,
  startMs: number,
): Uint8Array[] {
  const random = seededRandom(1)
  const encoder = new TextEncoder()
  let event = 0
  return Array.from({ length: count }, () => {
    let text = ''
    for (let row = 0; row < eventsPerBody; row++, event++) {
      text += `${JSON.stringify({
        ts: startMs + Math.floor(event * msPerEvent),
        country: `country-${random.int(cardinalities.country)}`,
        device_type: `type-${random.int(cardinalities.device_type)}`,
        app_version: `5.${random.int(cardinalities.app_version)}.0`,
        network: `net-${random.int(cardinalities.network)}`,
        cdn: `oca-${random.int(cardinalities.cdn)}`,
        rebuffer_ms: random.int(4000),
        buffer_s: Math.round(random.next() * 3000) / 100,
      })}\n`
    }
    return encoder.encode(text)
  })
}
