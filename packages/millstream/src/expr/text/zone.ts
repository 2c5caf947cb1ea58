import { daysOf } from './civil.ts'

const formats = new Map<string, Intl.DateTimeFormat>()
const fixedForm = /^(?:UTC|GMT|)([+-])(\d{1,2})(?::?(\d{2}))?$/

/** Whether the name is a zone that we know: an IANA name, `UTC`, `+08:00`, `GMT+8`. */
export function isZone(zone: string): boolean {
  if (isUtc(zone) || fixedForm.test(zone)) return true
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}

const isUtc = (zone: string): boolean => zone === 'UTC' || zone === 'Z' || zone === 'GMT'

/** What is to be added to an instant to get the zone's wall time, in milliseconds. */
function offsetMsAt(zone: string, instantMs: number): number {
  if (isUtc(zone)) return 0
  const fixed = fixedForm.exec(zone)
  if (fixed !== null) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 3_600_000 + Number(fixed[3] ?? 0) * 60_000)
  const parts: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(instantMs)) parts[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  const wall = daysOf(year, month, day) * 86_400_000 + (hour % 24) * 3_600_000 + minute * 60_000 + second * 1000
  return wall - Math.floor(instantMs / 1000) * 1000
}

/** The instant of a wall time. In a gap the later reading, in an overlap the earlier offset, as java.time has it. */
function instantMsOf(zone: string, wallMs: number): number {
  if (isUtc(zone)) return wallMs
  const before = offsetMsAt(zone, wallMs - 86_400_000)
  const after = offsetMsAt(zone, wallMs + 86_400_000)
  if (before === after) return wallMs - before
  if (offsetMsAt(zone, wallMs - before) === before) return wallMs - before
  if (offsetMsAt(zone, wallMs - after) === after) return wallMs - after
  return wallMs - before
}

/** The zone's wall time of an instant, both in nanoseconds. */
export function wallNanos(zone: string, instant: bigint): bigint {
  return isUtc(zone) ? instant : instant + BigInt(offsetMsAt(zone, Number(floorMs(instant)))) * 1_000_000n
}

export function instantNanos(zone: string, wall: bigint): bigint {
  if (isUtc(zone)) return wall
  const ms = floorMs(wall)
  return BigInt(instantMsOf(zone, Number(ms))) * 1_000_000n + (wall - ms * 1_000_000n)
}

const floorMs = (nanos: bigint): bigint => (nanos - (((nanos % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US-u-hc-h23', {
    timeZone: zone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(zone, format)
  return format
}
