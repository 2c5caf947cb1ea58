import { errors } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import { civilOf, dayOfYear, daysInMonth, daysOf, isoDayOfWeek } from './civil.ts'
import { splitNanos } from './time-text.ts'

/** java.time's DateTimeFormatter patterns, in the US locale: what DATE_FORMAT prints and TO_TIMESTAMP reads. */

export interface DatePattern {
  format(nanos: bigint): string
  /** Nanoseconds; fields that the pattern has not are those of 1970-01-01 00:00. Null: the text does not follow the pattern. */
  parse(text: string): bigint | null
}

type Part = { readonly literal: string } | { readonly letter: string; readonly width: number } | { readonly optional: readonly Part[] }
const letters = 'GuyDMLdQqYwWEecahKkHmsSAnNVzOXxZ'
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

const cache = new Map<string, DatePattern>()

/** Throws MS-2112 when the pattern has an unknown letter. */
export function datePattern(pattern: string, name: string): DatePattern {
  let known = cache.get(pattern)
  if (known === undefined) {
    const parts = parsePattern(pattern, name)
    known = { format: (nanos) => formatParts(parts, nanos), parse: (text) => parseText(parts, text) }
    if (cache.size >= limits.parsedPatternsMax) cache.clear()
    cache.set(pattern, known)
  }
  return known
}

function parsePattern(pattern: string, name: string): Part[] {
  const stack: Part[][] = [[]]
  const fail = (reason: string): never => {
    throw errors.fail('MS-2112', { name, reason })
  }
  let at = 0
  while (at < pattern.length) {
    const one = pattern[at] as string
    const parts = stack.at(-1) as Part[]
    if (/[A-Za-z]/.test(one)) {
      if (!letters.includes(one)) fail(`unknown pattern letter: ${one}`)
      let end = at
      while (pattern[end] === one) end++
      parts.push({ letter: one, width: end - at })
      at = end
    } else if (one === "'") {
      const [literal, next] = quoted(pattern, at)
      if (next < 0) fail('pattern ends with an incomplete quoted text')
      parts.push({ literal })
      at = next
    } else if (one === '[') {
      stack.push([])
      at++
    } else if (one === ']') {
      const optional = stack.pop() as Part[]
      if (stack.length === 0) fail("']' without a '['")
      stack.at(-1)?.push({ optional })
      at++
    } else {
      parts.push({ literal: one })
      at++
    }
  }
  while (stack.length > 1) {
    const optional = stack.pop() as Part[]
    stack.at(-1)?.push({ optional })
  }
  return stack[0] as Part[]
}

/** A quoted text, and where it ends; `''` is a quote. */
function quoted(pattern: string, from: number): [literal: string, next: number] {
  if (pattern[from + 1] === "'") return ["'", from + 2]
  let literal = ''
  for (let at = from + 1; at < pattern.length; at++) {
    if (pattern[at] !== "'") literal += pattern[at]
    else if (pattern[at + 1] === "'") literal += pattern[at++]
    else return [literal, at + 1]
  }
  return ['', -1]
}

interface Fields {
  readonly days: number
  readonly year: number
  readonly month: number
  readonly day: number
  readonly nanoOfDay: bigint
  readonly seconds: number
  readonly nano: number
}

function formatParts(parts: readonly Part[], nanos: bigint): string {
  const { days, nanoOfDay } = splitNanos(nanos)
  const { year, month, day } = civilOf(days)
  const fields = {
    days,
    year,
    month,
    day,
    nanoOfDay,
    seconds: Number(nanoOfDay / 1_000_000_000n),
    nano: Number(nanoOfDay % 1_000_000_000n),
  }
  return joined(parts, fields)
}

function joined(parts: readonly Part[], fields: Fields): string {
  return parts
    .map((part) =>
      'literal' in part ? part.literal : 'optional' in part ? joined(part.optional, fields) : field(part.letter, part.width, fields),
    )
    .join('')
}

const number = (value: number, width: number): string =>
  value < 0 ? `-${String(-value).padStart(width, '0')}` : String(value).padStart(width, '0')
const name = (names: readonly string[], at: number, width: number): string => {
  const full = names[at] as string
  return width === 4 ? full : width === 5 ? full.slice(0, 1) : full.slice(0, 3)
}

/** Weeks start on Sunday, and the first one holds 1 January: the US rules. */
function localWeek(days: number): { readonly year: number; readonly week: number } {
  const { year } = civilOf(days)
  const sundayOf = (day: number): number => day - (isoDayOfWeek(day) % 7)
  const next = sundayOf(daysOf(year + 1, 1, 1))
  if (days >= next) return { year: year + 1, week: 1 }
  return { year, week: Math.floor((days - sundayOf(daysOf(year, 1, 1))) / 7) + 1 }
}

function field(letter: string, width: number, { days, year, month, day, nanoOfDay, seconds, nano }: Fields): string {
  const hour = Math.floor(seconds / 3600)
  const quarter = Math.floor((month - 1) / 3) + 1
  const years = (value: number): string => (width === 2 ? number(((value % 100) + 100) % 100, 2) : number(value, width))
  switch (letter) {
    case 'G':
      return width === 4 ? (year > 0 ? 'Anno Domini' : 'Before Christ') : width === 5 ? (year > 0 ? 'A' : 'B') : year > 0 ? 'AD' : 'BC'
    case 'y':
      return years(year > 0 ? year : 1 - year)
    case 'u':
      return years(year)
    case 'Y':
      return years(localWeek(days).year)
    case 'D':
      return number(dayOfYear(days), width)
    case 'M':
    case 'L':
      return width <= 2 ? number(month, width) : name(months, month - 1, width)
    case 'd':
      return number(day, width)
    case 'Q':
    case 'q':
      return width <= 2
        ? number(quarter, width)
        : width === 3
          ? `Q${quarter}`
          : `${quarter}${['st', 'nd', 'rd', 'th'][quarter - 1]} quarter`
    case 'w':
      return number(localWeek(days).week, width)
    case 'W':
      return String(Math.floor((day - 1 + (isoDayOfWeek(days - day + 1) % 7)) / 7) + 1)
    case 'E':
      return name(weekdays, isoDayOfWeek(days) - 1, width)
    case 'e':
    case 'c':
      return width <= 2 ? number((isoDayOfWeek(days) % 7) + 1, width) : name(weekdays, isoDayOfWeek(days) - 1, width)
    case 'a':
      return hour < 12 ? 'AM' : 'PM'
    case 'h':
      return number(hour % 12 === 0 ? 12 : hour % 12, width)
    case 'K':
      return number(hour % 12, width)
    case 'k':
      return number(hour === 0 ? 24 : hour, width)
    case 'H':
      return number(hour, width)
    case 'm':
      return number(Math.floor(seconds / 60) % 60, width)
    case 's':
      return number(seconds % 60, width)
    case 'S':
      return String(nano).padStart(9, '0').padEnd(width, '0').slice(0, width)
    case 'A':
      return number(Number(nanoOfDay / 1_000_000n), width)
    case 'n':
      return number(nano, width)
    case 'N':
      return String(nanoOfDay).padStart(width, '0')
    default:
      return letter === 'X' || letter === 'z' || letter === 'V' ? 'Z' : letter === 'O' ? 'GMT' : '+0000'
  }
}

interface Reading {
  at: number
  readonly values: Map<string, number>
}

function parseText(parts: readonly Part[], text: string): bigint | null {
  const reading: Reading = { at: 0, values: new Map() }
  if (!readParts(parts, text, reading) || reading.at !== text.length) return null
  const { values } = reading
  const value = (letter: string, otherwise: number): number => values.get(letter) ?? otherwise
  const [year, month, day] = [value('y', 1970), value('M', 1), value('d', 1)]
  if (month < 1 || month > 12 || day < 1 || day > 31) return null
  const half = values.get('a')
  const hour = values.has('H') ? value('H', 0) : (value('h', 0) % 12) + (half === 1 ? 12 : 0)
  const [minute, second] = [value('m', 0), value('s', 0)]
  if (hour > 24 || (hour === 24 && minute + second > 0) || minute > 59 || second > 59) return null
  const dayOfYearValue = values.get('D')
  const days =
    dayOfYearValue === undefined ? daysOf(year, month, Math.min(day, daysInMonth(year, month))) : daysOf(year, 1, 1) + dayOfYearValue - 1
  return BigInt(days) * 86_400_000_000_000n + BigInt(hour * 3600 + minute * 60 + second) * 1_000_000_000n + BigInt(value('S', 0))
}

function readParts(parts: readonly Part[], text: string, reading: Reading): boolean {
  for (const [position, part] of parts.entries()) {
    if ('literal' in part) {
      if (!text.startsWith(part.literal, reading.at)) return false
      reading.at += part.literal.length
    } else if ('optional' in part) {
      const start = reading.at
      if (!readParts(part.optional, text, reading)) reading.at = start
    } else {
      const next = parts[position + 1]
      const adjacent = next !== undefined && 'letter' in next
      if (!readField(part.letter, part.width, adjacent, text, reading)) return false
    }
  }
  return true
}

const canonical: Readonly<Record<string, string>> = { u: 'y', Y: 'y', L: 'M', K: 'h', k: 'H' }

/** Adjacent numbers take exactly their width, others as many digits as there are. */
function readField(letter: string, width: number, adjacent: boolean, text: string, reading: Reading): boolean {
  const key = canonical[letter] ?? letter
  if (letter === 'a') return readName(['AM', 'PM'], text, reading, 'a', 0)
  if ((letter === 'M' || letter === 'L') && width >= 3) {
    return readName(width === 4 ? months : months.map((one) => one.slice(0, 3)), text, reading, 'M', 1)
  }
  if (letter === 'E') return readName(width === 4 ? weekdays : weekdays.map((one) => one.slice(0, 3)), text, reading, 'E', 1)
  const isYear = key === 'y'
  const digitsMax = letter === 'S' || adjacent ? width : isYear ? (width === 2 ? 2 : 10) : width === 1 ? 19 : width
  let end = reading.at
  while (end < text.length && end - reading.at < digitsMax && text[end] !== undefined && /\d/.test(text[end] as string)) end++
  const digits = text.slice(reading.at, end)
  if (digits.length === 0 || (width > 1 && digits.length < width)) return false
  const value = letter === 'S' ? Number(digits.padEnd(9, '0').slice(0, 9)) : Number(digits)
  reading.values.set(key, isYear && width === 2 ? 2000 + value : value)
  reading.at = end
  return true
}

function readName(names: readonly string[], text: string, reading: Reading, key: string, base: number): boolean {
  const found = names.findIndex((one) => text.startsWith(one, reading.at))
  if (found < 0) return false
  reading.values.set(key, found + base)
  reading.at += (names[found] as string).length
  return true
}
