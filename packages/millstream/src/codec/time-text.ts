import type { TextSink } from './text-sink.ts'

/**
 * How times are written.
 *   iso  2025-11-22T21:05:07.123Z: as many digits as the type has, Z for TIMESTAMP_LTZ.
 *   sql  2025-11-22 21:05:07.123: what Flink's formats write by default; digits without trailing zeros, Z for TIMESTAMP_LTZ.
 */
export type TimeForm = 'iso' | 'sql'

/** YYYY-MM-DD of days since 1970-01-01; years beyond four digits as they are. */
export function writeDays(sink: TextSink, days: number): void {
  // the inverse of `daysOf`: eras of 400 years that start in March
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  if (year >= 0 && year <= 9999) {
    sink.padded(year, 4)
  } else {
    sink.byte(year < 0 ? 45 : 43)
    sink.padded(Math.abs(year), 6)
  }
  sink.byte(45)
  sink.padded(month, 2)
  sink.byte(45)
  sink.padded(day, 2)
}

/** HH:MM:SS and the fraction, of milliseconds of the day and nanoseconds within the millisecond. */
export function writeClock(sink: TextSink, millisOfDay: number, nanos: number, precision: number, form: TimeForm): void {
  const seconds = Math.floor(millisOfDay / 1000)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  sink.padded(hours, 2)
  sink.byte(58)
  sink.padded(minutes - hours * 60, 2)
  sink.byte(58)
  sink.padded(seconds - minutes * 60, 2)
  const fraction = (millisOfDay - seconds * 1000) * 1_000_000 + nanos
  let digits = precision
  if (form === 'sql') {
    if (fraction === 0) return
    let rest = fraction
    for (digits = 9; rest % 10 === 0; digits--) rest /= 10
  }
  if (digits === 0) return
  sink.byte(46)
  sink.padded(Math.floor(fraction / 10 ** (9 - digits)), digits)
}

const dayMillis = 86_400_000

export function writeTime(sink: TextSink, millis: number, nanos: number, precision: number, zoned: boolean, form: TimeForm): void {
  const days = Math.floor(millis / dayMillis)
  writeDays(sink, days)
  sink.byte(form === 'iso' ? 84 : 32)
  writeClock(sink, millis - days * dayMillis, nanos, precision, form)
  if (zoned) sink.byte(90)
}
