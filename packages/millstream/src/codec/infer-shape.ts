import { type LogicalType, types } from '../data/types.ts'
import { Cursor } from './cursor.ts'
import type { TimeFormat } from './times.ts'
import { readIsoTime } from './times.ts'

/** What was seen of a field over all rows: counts by kind, and enough of the values to choose a type. */
export class Shape {
  nulls = 0
  booleans = 0
  integers = 0
  fractions = 0
  strings = 0
  objects = 0
  arrays = 0
  /** Strings that are times: with a zone, without, and dates alone; the most digits of a second. */
  zoned = 0
  unzoned = 0
  dates = 0
  digits = 0
  /** Of numbers, whole part only. */
  smallest: bigint | null = null
  largest: bigint | null = null
  element: Shape | null = null
  readonly members = new Map<string, Shape>()
  memberCount = 0

  get present(): number {
    return this.booleans + this.integers + this.fractions + this.strings + this.objects + this.arrays
  }

  /** `text` is the number as it was written. */
  addNumber(text: string): void {
    const [whole = '', fraction] = text.split('.')
    if (/^-?\d+$/.test(text)) this.integers++
    else this.fractions++
    if (fraction !== undefined) this.digits = Math.max(this.digits, Math.min(9, fraction.length))
    const value = /^-?\d+$/.test(whole) ? BigInt(whole) : null
    if (value === null) return
    if (this.smallest === null || value < this.smallest) this.smallest = value
    if (this.largest === null || value > this.largest) this.largest = value
  }

  addString(text: string): void {
    this.strings++
    if (!/^\d{4}-\d\d-\d\d/.test(text)) return
    const cursor = new Cursor()
    const end = readIsoTime(new TextEncoder().encode(`${text}\0`), 0, cursor)
    if (end !== text.length) return
    if (text.length === 10) this.dates++
    else if (/(?:[zZ]|[+-]\d\d(?::?\d\d)?)$/.test(text.slice(11))) this.zoned++
    else this.unzoned++
    this.digits = Math.max(this.digits, Math.min(9, /\.(\d+)/.exec(text)?.[1]?.length ?? 0))
  }

  member(name: string): Shape {
    let member = this.members.get(name)
    if (member === undefined) {
      member = new Shape()
      this.members.set(name, member)
    }
    return member
  }

  items(): Shape {
    this.element ??= new Shape()
    return this.element
  }
}

/** The kinds that a scanner tells apart, most frequent first; the first decides the type, rows with the others are refused. */
export function kindsOf(shape: Shape): [name: string, count: number][] {
  const kinds: [string, number][] = [
    ['a boolean', shape.booleans],
    ['a number', shape.integers + shape.fractions],
    ['a string', shape.strings],
    ['an object', shape.objects],
    ['an array', shape.arrays],
  ]
  return kinds.filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1])
}

export function typeOf(shape: Shape, path: string, notes: string[]): LogicalType {
  const kinds = kindsOf(shape)
  const [first] = kinds
  if (first === undefined) {
    notes.push(`${path} is null in every row of the sample: taken for STRING`)
    return types.string()
  }
  for (const [kind, count] of kinds.slice(1)) notes.push(`${path} is ${first[0]} in most rows; ${count} with ${kind} will be rejected`)
  switch (first[0]) {
    case 'a boolean':
      return types.boolean()
    case 'a number':
      return numberType(shape, path, notes)
    case 'a string':
      return stringType(shape)
    case 'an array':
      return types.array(typeOf(shape.items(), `${path}[]`, notes))
    default:
      return objectType(shape, path, notes)
  }
}

function numberType(shape: Shape, path: string, notes: string[]): LogicalType {
  if (shape.fractions > 0) return types.double()
  const int64 = shape.smallest === null || shape.largest === null || (shape.smallest >= -(2n ** 63n) && shape.largest < 2n ** 63n)
  if (int64) return types.bigint()
  notes.push(`${path} has integers beyond BIGINT: taken for DECIMAL(38, 0)`)
  return types.decimal(38, 0)
}

function stringType(shape: Shape): LogicalType {
  const { strings, zoned, unzoned, dates } = shape
  const precision = secondDigits(shape)
  if (zoned > 0 && zoned + unzoned + dates === strings) return types.timestampLtz(precision)
  if (unzoned > 0 && unzoned + dates === strings) return types.timestamp(precision)
  return dates === strings ? types.date() : types.string()
}

export const secondDigits = (shape: Shape): number => (shape.digits <= 3 ? 3 : shape.digits <= 6 ? 6 : 9)

/** Fields that come and go are a MAP when their values share a type; else a ROW. */
function objectType(shape: Shape, path: string, notes: string[]): LogicalType {
  const names = [...shape.members.keys()].filter((name) => name !== '')
  const perObject = shape.memberCount / Math.max(1, shape.objects)
  if (names.length === 0) return types.map(types.string(false), types.string())
  if (names.length > mapKeysMin && names.length > 2 * perObject) {
    const silent: string[] = []
    const kinds = new Set(names.map((name) => JSON.stringify(typeOf(shape.member(name), name, silent))))
    if (kinds.size === 1) {
      notes.push(`${path} has many different keys: taken for a MAP`)
      return types.map(types.string(false), typeOf(shape.member(names[0] as string), `${path}{}`, notes))
    }
  }
  return types.row(names.map((name) => ({ name, type: typeOf(shape.member(name), `${path}.${name}`, notes) })))
}

/** An object with so few different keys is a ROW, however they come and go. */
const mapKeysMin = 20

/** Numbers since 1970 that lie between 2001 and 2100 in exactly one unit; null: they do in none. */
export function epochFormat(shape: Shape): Exclude<TimeFormat, 'iso'> | null {
  const { smallest, largest } = shape
  if (smallest === null || largest === null) return null
  for (const [format, unit] of epochUnits) if (smallest >= 10n ** 9n * unit && largest < 4_102_444_800n * unit) return format
  return null
}

const epochUnits: readonly [Exclude<TimeFormat, 'iso'>, bigint][] = [
  ['epoch-s', 1n],
  ['epoch-ms', 1_000n],
  ['epoch-us', 1_000_000n],
  ['epoch-ns', 1_000_000_000n],
]
