import { errors, type Place } from '../base/errors.ts'

const units: Readonly<Record<string, number>> = {
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

/** `5 s`, `100ms`, `1 min`, `0`: as Flink's options write a duration; a bare number counts milliseconds. */
export function durationMs(text: string, option: string, at?: Place): number {
  const match = /^\s*(\d+)\s*([a-z]*)\s*$/i.exec(text)
  const unit = match === null ? undefined : match[2] === '' ? 1 : units[(match[2] as string).toLowerCase()]
  if (match === null || unit === undefined)
    throw errors.fail('MS-2012', { text, type: `duration, which '${option}' wants`, example: '5 s' }, at)
  return Number(match[1]) * unit
}
