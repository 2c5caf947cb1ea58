import type { Random } from '../../base/ports.ts'

/** How long the story takes before it starts again. */
export const storyMs = 10 * 60_000
const rolloutAtMs = 2 * 60_000
const rolloutShare = 0.1

const countries = [
  ['US', 0.45],
  ['BR', 0.25],
  ['DE', 0.18],
  ['JP', 0.12],
] as const
const devices = [
  ['tv', 0.5],
  ['phone', 0.3],
  ['browser', 0.15],
  ['tablet', 0.05],
] as const
const devicesCount = 20_000
const titlesCount = 400

export interface Heartbeat {
  readonly ts: string
  readonly device_id: string
  readonly country: string
  readonly device_type: string
  readonly app_version: string
  readonly title_id: number
  /** A string from devices whose firmware quotes its numbers. */
  readonly bitrate: number | string
  readonly rebuffer_ms: number
}

/**
 * The demo's story, a heartbeat at a time. A device is always the same person's: country, kind and whether it is among
 * the first to update follow from its number. From minute two a tenth of the devices has app 5.2, and televisions in
 * Brazil with it stand still far longer than all others. Some devices send their bitrate as text, some rows come hours
 * late, and one clock says 2038.
 */
export function heartbeat(random: Random, nowMs: number, sinceStartMs: number): Heartbeat {
  const device = random.int(devicesCount)
  const country = chosen(countries, fraction(device, 1))
  const deviceType = chosen(devices, fraction(device, 2))
  const updated = sinceStartMs % storyMs >= rolloutAtMs && fraction(device, 3) < rolloutShare
  const troubled = updated && country === 'BR' && deviceType === 'tv'
  const stands = random.next() < (troubled ? 0.35 : 0.02)
  const bitrate = [1200, 2400, 4300, 5800, 8100][random.int(5)] as number
  return {
    ts: new Date(clockOf(device, random, nowMs)).toISOString(),
    device_id: `dev-${String(device).padStart(5, '0')}`,
    country,
    device_type: deviceType,
    app_version: updated ? '5.2' : '5.1',
    title_id: 1 + random.int(titlesCount),
    bitrate: fraction(device, 4) < 0.002 ? `${bitrate} kbps` : bitrate,
    rebuffer_ms: stands ? 200 + random.int(troubled ? 6000 : 900) : 0,
  }
}

/** Most clocks are right within a second; device 2038's says 2038; now and then a device comes back online with old rows. */
function clockOf(device: number, random: Random, nowMs: number): number {
  if (device === 2038) return Date.UTC(2038, 0, 19, 3, 14, 7)
  if (random.next() < 0.0004) return nowMs - (2 + random.int(4)) * 3_600_000
  return nowMs - random.int(1000)
}

/** A number of a device that stays the same, in [0, 1). */
function fraction(device: number, salt: number): number {
  let hash = Math.imul(device + 1, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b)
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296
}

function chosen<T extends string>(shares: readonly (readonly [T, number])[], at: number): T {
  let sum = 0
  for (const [name, share] of shares) {
    sum += share
    if (at < sum) return name
  }
  return (shares.at(-1) as readonly [T, number])[0]
}
