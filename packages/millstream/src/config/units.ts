/** Durations and sizes as people write them, in Flink's spelling. */

const durationUnits: Readonly<Record<string, number>> = {
  ms: 1,
  milli: 1,
  millis: 1,
  millisecond: 1,
  milliseconds: 1,
  s: 1000,
  sec: 1000,
  secs: 1000,
  second: 1000,
  seconds: 1000,
  m: 60_000,
  min: 60_000,
  mins: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
}

const byteUnits: Readonly<Record<string, number>> = {
  b: 1,
  bytes: 1,
  k: 1024,
  kb: 1024,
  kibibytes: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  mebibytes: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  gibibytes: 1024 ** 3,
  t: 1024 ** 4,
  tb: 1024 ** 4,
  tebibytes: 1024 ** 4,
}

/** `10 min`, `5s`, `200ms`; a bare number is milliseconds. Null: it is none. */
export function parseDuration(text: string): number | null {
  return parseQuantity(text, durationUnits)
}

/** `128MB`, `64 kb` (powers of 1024); a bare number is bytes. Null: it is none. */
export function parseByteSize(text: string): number | null {
  return parseQuantity(text, byteUnits)
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | null {
  const match = /^(\d+)\s*([a-z]*)$/.exec(text.trim().toLowerCase())
  if (match === null) return null
  const unit = match[2] === '' ? 1 : Object.hasOwn(units, match[2] as string) ? (units[match[2] as string] as number) : Number.NaN
  const value = Number(match[1]) * unit
  return Number.isSafeInteger(value) ? value : null
}

/** A duration as people write it, in the largest unit that gives a whole number: `1 h`, `90 s`, `250 ms`. */
export function durationText(durationMs: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const
  for (const [unit, unitMs] of units) if (durationMs !== 0 && durationMs % unitMs === 0) return `${durationMs / unitMs} ${unit}`
  return `${durationMs} ms`
}
