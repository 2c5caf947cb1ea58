import { errors, type Place } from '../base/errors.ts'
import { parseDuration } from '../config/units.ts'

/** `5 s`, `100ms`, `1 min`, `0`: as Flink's options write a duration; a bare number counts milliseconds. */
export function durationMs(text: string, option: string, at?: Place): number {
  const parsed = parseDuration(text)
  if (parsed === null) throw errors.fail('MS-2012', { text, type: `duration, which '${option}' wants`, example: '5 s' }, at)
  return parsed
}
