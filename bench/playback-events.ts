import { seededRandom } from '../packages/millstream/src/base/simulated/random.ts'
import { type LogicalType, types } from '../packages/millstream/src/data/types.ts'

/** The columns of `playbackBody`: 14 fields, about 265 bytes an event. */
export const playbackColumns: readonly (readonly [name: string, type: LogicalType])[] = [
  ['ts', types.timestampLtz(3, false)],
  ['device_id', types.string(false)],
  ['session_id', types.string()],
  ['country', types.string()],
  ['device_type', types.string()],
  ['app_version', types.string()],
  ['title_id', types.bigint()],
  ['bitrate', types.int()],
  ['rebuffer_ms', types.bigint()],
  ['buffer_s', types.double()],
  ['cdn', types.string()],
  ['live', types.boolean()],
  ['position', types.bigint()],
  ['event', types.string()],
]

/** Playback heartbeats as NDJSON; `ts` is epoch milliseconds. */
export function playbackBody(seed: number, events: number): Uint8Array {
  const random = seededRandom(seed)
  const pick = <T>(values: readonly T[]): T => values[random.int(values.length)] as T
  const hex = (digits: number): string => Array.from({ length: digits }, () => '0123456789abcdef'[random.int(16)]).join('')
  let text = ''
  for (let event = 0; event < events; event++) {
    text += `${JSON.stringify({
      ts: 1_763_845_500_000 + seed * 5_000 + event * 10 + random.int(10),
      device_id: `dev-${hex(8)}`,
      session_id: hex(8),
      country: pick(['BR', 'US', 'DE', 'JP']),
      device_type: pick(['television', 'phone', 'tablet', 'browser']),
      app_version: pick(['5.1.0', '5.1.3', '5.2.0']),
      title_id: 80_000_000 + random.int(20_000_000),
      bitrate: pick([235, 750, 1750, 4300, 5800]),
      rebuffer_ms: random.int(10) === 0 ? random.int(4000) : 0,
      buffer_s: Math.round(random.next() * 3000) / 100,
      cdn: `oca-${100 + random.int(60)}`,
      live: random.int(8) === 0,
      position: random.int(7_200_000),
      event: pick(['heartbeat', 'heartbeat', 'start', 'stop']),
    })}\n`
  }
  return new TextEncoder().encode(text)
}
