const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  milli: 1,
  millisecond: 1,
  s: 1000,
  sec: 1000,
  second: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
}

/** `10 min`, `5 s`, `2 hours`, `500ms` in milliseconds; null when it is not a duration. */
export function parseDuration(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+?)s?\s*$/i.exec(text) ?? /^\s*(\d+(?:\.\d+)?)\s*(s|ms)\s*$/i.exec(text)
  const unit = match === null ? undefined : (unitMs[(match[2] as string).toLowerCase()] ?? unitMs[`${(match[2] as string).toLowerCase()}s`])
  return match === null || unit === undefined ? null : Number(match[1]) * unit
}
