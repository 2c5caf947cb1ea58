import type { Random } from '../../base/ports.ts'

/** How long the story takes before it begins again. */
export const storyMs = 10 * 60_000
/** App 5.2 comes out: `rolloutShare` of all devices take it. */
export const rolloutAtMs = 2 * 60_000
const rolloutShare = 0.1

/** Of 10,000 heartbeats so many are written hours after they happened. */
export const latePer10000 = 4
/** Of 10,000 devices so many quote their numbers. */
export const quotingPer10000 = 20
/** The one whose clock says 2038. */
const clockDevice = 2038

const devicesCount = 20_000
const titlesCount = 400
const bitrates = [1200, 2400, 4300, 5800, 8100]

/** Share of the devices, and when in the story the country is most awake. */
const countries = [
  { name: 'US', share: 0.45, peak: 0.75 },
  { name: 'BR', share: 0.25, peak: 0.55 },
  { name: 'DE', share: 0.18, peak: 0.3 },
  { name: 'IN', share: 0.12, peak: 0.05 },
] as const
const waveHeight = 0.4

const deviceTypes = [
  ['tv', 0.5],
  ['phone', 0.3],
  ['web', 0.15],
  ['tablet', 0.05],
] as const

/** A device is always the same: what stands here is all that is ever said of it, ready as text. */
interface Device {
  /** From after the time to before the version. */
  readonly head: string
  readonly version: string
  /** Takes 5.2 when it comes out. */
  readonly early: boolean
  /** A television in Brazil: 5.2 does not go well with it. */
  readonly fragile: boolean
  readonly quotes: boolean
  readonly clockIsWrong: boolean
}

/** The next heartbeat as a line of JSON: sent at `nowMs`, when the story has gone on for `elapsedMs`. */
export type NextHeartbeat = (nowMs: number, elapsedMs: number) => string

/**
 * The demo's story: playback heartbeats of four countries that wake and sleep. From minute two a tenth of the devices has
 * app 5.2, and televisions in Brazil with it stand still far longer than all others. Some devices send their bitrate as
 * text, some rows come hours late, and one clock says 2038. The same random numbers and times tell it the same way.
 */
export function playbackStory(random: Random): NextHeartbeat {
  const devices = countries.map(({ name, share }, country) => {
    const before = countries.slice(0, country).reduce((sum, each) => sum + each.share, 0)
    const [first, end] = [Math.round(before * devicesCount), Math.round((before + share) * devicesCount)]
    return Array.from({ length: end - first }, (_, index) => deviceOf(first + index, name))
  })
  let weightsAtSecond = -1
  let weights: readonly number[] = []
  let textOfSecond = ''
  let second = -1

  const country = (elapsedMs: number): number => {
    const atSecond = Math.floor(elapsedMs / 1000)
    if (atSecond !== weightsAtSecond) weights = awake(elapsedMs)
    weightsAtSecond = atSecond
    const at = random.next()
    const found = weights.findIndex((weight) => at < weight)
    return found < 0 ? weights.length - 1 : found
  }

  const timeText = (timeMs: number): string => {
    const inSecond = Math.floor(timeMs / 1000)
    if (inSecond !== second) textOfSecond = new Date(inSecond * 1000).toISOString().slice(0, 20)
    second = inSecond
    return `${textOfSecond}${String(Math.floor(timeMs) % 1000).padStart(3, '0')}Z`
  }

  return (nowMs, elapsedMs) => {
    const among = devices[country(elapsedMs)] as Device[]
    const device = among[random.int(among.length)] as Device
    const updated = device.early && elapsedMs % storyMs >= rolloutAtMs
    const troubled = updated && device.fragile
    const waits = random.next() < (troubled ? 0.35 : 0.02)
    const waitedMs = waits ? 200 + random.int(troubled ? 6000 : 900) : 0
    const bitrate = bitrates[random.int(bitrates.length)] as number
    const time = device.clockIsWrong ? '2038-01-19T03:14:07.000Z' : timeText(sentMs(random, nowMs))
    return `{"ts":"${time}${device.head}${updated ? '5.2' : device.version}","title_id":${1 + random.int(titlesCount)},"bitrate":${device.quotes ? `"${bitrate}"` : bitrate},"rebuffer_ms":${waitedMs}}`
  }
}

function deviceOf(number: number, country: string): Device {
  const type = chosen(deviceTypes, fraction(number, 1))
  return {
    head: `","device_id":"dev-${String(number).padStart(5, '0')}","country":"${country}","device_type":"${type}","app_version":"`,
    version: fraction(number, 2) < 0.25 ? '5.0' : '5.1',
    early: fraction(number, 3) < rolloutShare,
    fragile: country === 'BR' && type === 'tv',
    quotes: fraction(number, 4) < quotingPer10000 / 10_000,
    clockIsWrong: number === clockDevice,
  }
}

/** Heartbeats arrive within a second; now and then a device comes back from a flight with rows that are hours old. */
function sentMs(random: Random, nowMs: number): number {
  if (random.next() < latePer10000 / 10_000) return nowMs - (2 + random.int(4)) * 3_600_000
  return nowMs - random.int(1000)
}

/** The countries' shares of the traffic, each added to those before it. */
function awake(elapsedMs: number): number[] {
  const weights = countries.map(({ share, peak }) => share * (1 + waveHeight * Math.cos(2 * Math.PI * (elapsedMs / storyMs - peak))))
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  let sum = 0
  return weights.map((weight) => {
    sum += weight / all
    return sum
  })
}

/** A number of a device that stays the same, in [0, 1). */
function fraction(device: number, salt: number): number {
  let hash = Math.imul(device + 1, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b)
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296
}

function chosen(shares: readonly (readonly [string, number])[], at: number): string {
  let sum = 0
  for (const [name, share] of shares) {
    sum += share
    if (at < sum) return name
  }
  return shares.at(-1)?.[0] ?? ''
}
