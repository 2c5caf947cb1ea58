import { assert } from '../base/assert.ts'
import type { Scalar } from '../model/dataset-query.ts'
import { constant, type FunctionPrinter, type Printer } from './printer.ts'

/** Functions of times: epoch milliseconds in a BIGINT; periods, units, patterns and zones are constants. */
const zoneForm = /^[A-Za-z0-9_+\-/:]{1,64}$/

function zoneText(scalar: Scalar | undefined): string {
  const zone = String(constant(scalar) ?? 'UTC')
  assert(zoneForm.test(zone), 'a zone is checked by the planner')
  return zone
}

/** The zone's wall clock as a TIMESTAMP. */
const local = (millis: string, zone: string): string =>
  zone === 'UTC' ? `make_timestamp((${millis}) * 1000)` : `timezone('${zone}', CAST(make_timestamp((${millis}) * 1000) AS TIMESTAMPTZ))`
/** And back to milliseconds. */
const instant = (timestamp: string, zone: string): string =>
  zone === 'UTC' ? `epoch_ms(${timestamp})` : `epoch_ms(timezone('${zone}', ${timestamp}))`

const floorTo = (value: string, step: string, origin: string): string =>
  `((${value}) - ((((${value}) - ${origin}) % ${step}) + ${step}) % ${step})`

const units: Readonly<Record<string, (timestamp: string) => string>> = {
  EPOCH: (t) => `CAST(floor(epoch(${t})) AS BIGINT)`,
  MICROSECOND: (t) => `(microsecond(${t}) % 1000000)`,
  MILLISECOND: (t) => `(millisecond(${t}) % 1000)`,
  SECOND: (t) => `second(${t})`,
  MINUTE: (t) => `minute(${t})`,
  HOUR: (t) => `hour(${t})`,
  DAY: (t) => `day(${t})`,
  DOW: (t) => `isodow(${t})`,
  ISODOW: (t) => `isodow(${t})`,
  DOY: (t) => `dayofyear(${t})`,
  WEEK: (t) => `week(${t})`,
  MONTH: (t) => `month(${t})`,
  QUARTER: (t) => `quarter(${t})`,
  YEAR: (t) => `year(${t})`,
  ISOYEAR: (t) => `isoyear(${t})`,
  DECADE: (t) => `(year(${t}) // 10)`,
  CENTURY: (t) => `century(${t})`,
  MILLENNIUM: (t) => `millennium(${t})`,
}
export const timeUnits: readonly string[] = Object.keys(units)

function calendarFloor(args: readonly Scalar[], printer: Printer): string {
  const zone = zoneText(args[4])
  const clock = local(printer.scalar(args[0] as Scalar), zone)
  const count = Number(constant(args[2]))
  const originMs = Number(constant(args[3]))
  if (constant(args[1]) === 'days') {
    return instant(`make_timestamp(${floorTo(`epoch_ms(${clock})`, String(count * 86_400_000), `(${originMs})`)} * 1000)`, zone)
  }
  const origin = new Date(originMs)
  const originMonth = origin.getUTCFullYear() * 12 + origin.getUTCMonth()
  const rest = originMs - Date.UTC(origin.getUTCFullYear(), origin.getUTCMonth(), 1)
  const shifted = rest === 0 ? clock : `(${clock} - to_milliseconds(${rest}))`
  const months = `(year(${shifted}) * 12 + month(${shifted}) - 1)`
  const start = floorTo(months, String(count), `(${originMonth})`)
  const first = `CAST(make_date(CAST(${start} // 12 AS INTEGER), CAST(${start} % 12 + 1 AS INTEGER), 1) AS TIMESTAMP)`
  return instant(rest === 0 ? first : `(${first} + to_milliseconds(${rest}))`, zone)
}

export const timeFunctions: Readonly<Record<string, FunctionPrinter>> = {
  /** time, step, origin: in milliseconds. */
  floor_fixed: (args, printer) =>
    floorTo(printer.scalar(args[0] as Scalar), String(Number(constant(args[1]))), `(${Number(constant(args[2]))})`),
  /** time, step, zone: on the zone's clock, with the offset of the time itself, as Joda has it. */
  floor_zone_fixed: (args, printer) => {
    const step = String(Number(constant(args[1])))
    const time = printer.scalar(args[0] as Scalar)
    const clock = `epoch_ms(${local(time, zoneText(args[2]))})`
    return `((${time}) - ((${clock} % ${step}) + ${step}) % ${step})`
  },
  /** time, 'months' or 'days', count, origin on the zone's clock, zone. */
  floor_calendar: calendarFloor,
  /** time, months, days, milliseconds, zone. */
  time_shift: (args, printer) => {
    const [time, months, days, millis] = args.slice(0, 4).map((arg) => printer.scalar(arg))
    const zone = zoneText(args[4])
    if (constant(args[1]) === 0 && constant(args[2]) === 0) return `(${time} + ${millis})`
    return `(${instant(`(${local(time as string, zone)} + to_months(CAST(${months} AS INTEGER)) + to_days(CAST(${days} AS INTEGER)))`, zone)} + ${millis})`
  },
  /** time, unit, zone. */
  time_extract: (args, printer) => {
    const unit = units[String(constant(args[1]))]
    assert(unit !== undefined, 'a unit is checked by the planner')
    return `CAST(${unit(local(printer.scalar(args[0] as Scalar), zoneText(args[2])))} AS BIGINT)`
  },
  /** time, the store's own pattern (made by the planner from Joda's), zone. */
  time_format: (args, printer) =>
    `strftime(${local(printer.scalar(args[0] as Scalar), zoneText(args[2]))}, ${printer.scalar(args[1] as Scalar)})`,
  /** text, the store's own pattern, zone. Null when it does not fit. */
  time_parse: (args, printer) =>
    instant(`try_strptime(${printer.scalar(args[0] as Scalar)}, ${printer.scalar(args[1] as Scalar)})`, zoneText(args[2])),
  /** ISO-8601 text, zone. */
  time_parse_iso: (args, printer) => {
    const text = printer.scalar(args[0] as Scalar)
    const zone = zoneText(args[1])
    const zoned = `epoch_ms(TRY_CAST(replace(${text}, 'T', ' ') AS TIMESTAMPTZ))`
    if (zone === 'UTC') return zoned
    return `CASE WHEN regexp_matches(${text}, '(Z|[+-][0-9]{2}(:?[0-9]{2})?)$') AND length(${text}) > 10 THEN ${zoned} ELSE ${instant(`TRY_CAST(${text} AS TIMESTAMP)`, zone)} END`
  },
  /** unit (months or days or milliseconds), from, to: whole units between. */
  time_difference: (args, printer) => {
    const [from, to] = args.slice(1, 3).map((arg) => printer.scalar(arg))
    const unit = String(constant(args[0]))
    if (unit === 'months') return `CAST(datesub('month', make_timestamp(${from} * 1000), make_timestamp(${to} * 1000)) AS BIGINT)`
    return `CAST(trunc((${to} - ${from}) / ${Number(constant(args[3]))}.0) AS BIGINT)`
  },
}
