import type { LogicalType, RowField } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'

/**
 * What the scanner must answer, by JSON.parse: slow, plain, and written apart from it. Numbers come as their text, so that
 * integers keep all digits. Undefined: the row is refused.
 */
export function referenceRow(line: Uint8Array, fields: readonly RowField[], unknownFields: 'keep' | 'drop' | 'reject') {
  let parsed: unknown
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line)
    parsed = (JSON.parse as (text: string, revive: (key: string, value: unknown, context: { source?: string }) => unknown) => unknown)(
      text,
      (_key, value, context) => (typeof value === 'number' ? new NumberText(context.source ?? '') : value),
    )
  } catch {
    return undefined
  }
  if (!isObject(parsed) || !isWellFormed(parsed)) return undefined
  const names = new Set(fields.map((field) => field.name))
  const strangers = Object.entries(parsed).filter(([key]) => !names.has(key))
  if (strangers.length > 0 && unknownFields === 'reject') return undefined
  if (unknownFields === 'reject' && fields.some((field) => hasStrangers(parsed[field.name], field.type))) return undefined
  const values = objectValues(parsed, fields)
  return values === undefined ? undefined : { values, unknown: new Map(strangersOf(parsed, fields, '')) }
}

function strangersOf(parsed: Parsed, fields: readonly RowField[], prefix: string): [string, unknown][] {
  const names = new Set(fields.map((field) => field.name))
  const own = Object.entries(parsed).flatMap(([key, value]): [string, unknown][] => (names.has(key) ? [] : [[prefix + key, value]]))
  const nested = fields.flatMap(({ name, type }): [string, unknown][] => {
    const value = Object.hasOwn(parsed, name) ? parsed[name] : null
    return type.kind === 'ROW' && isObject(value) ? strangersOf(value, type.fields, `${prefix}${name}.`) : []
  })
  return [...own, ...nested]
}

/** Unknown fields of nested rows: refused with `reject`, wherever they are. */
function hasStrangers(value: unknown, type: LogicalType): boolean {
  if (type.kind === 'ARRAY') return Array.isArray(value) && value.some((item) => hasStrangers(item, type.element))
  if (!isObject(value)) return false
  if (type.kind === 'MAP') return Object.values(value).some((item) => hasStrangers(item, type.value))
  if (type.kind !== 'ROW') return false
  const names = new Set(type.fields.map((field) => field.name))
  return Object.keys(value).some((key) => !names.has(key)) || type.fields.some((field) => hasStrangers(value[field.name], field.type))
}

export class NumberText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Parsed = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is Parsed =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText)

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (Array.isArray(value)) return value.every(isWellFormed)
  if (isObject(value)) return Object.entries(value).every(([key, each]) => key.isWellFormed() && isWellFormed(each))
  return true
}

function objectValues(parsed: Parsed, fields: readonly RowField[]): Value[] | undefined {
  const values: Value[] = []
  for (const field of fields) {
    const given = Object.hasOwn(parsed, field.name) ? parsed[field.name] : null
    const value = given === null ? (field.type.nullable ? null : undefined) : readValue(given, field.type)
    if (value === undefined) return undefined
    values.push(value)
  }
  return values
}

function readValue(given: unknown, type: LogicalType): Value | undefined {
  if (given === null) return type.nullable ? null : undefined
  switch (type.kind) {
    case 'BOOLEAN':
      return typeof given === 'boolean' ? given : undefined
    case 'TINYINT':
      return small(given, 7n)
    case 'SMALLINT':
      return small(given, 15n)
    case 'INT':
      return small(given, 31n)
    case 'BIGINT':
      return whole(given, 63n)
    case 'FLOAT':
    case 'DOUBLE': {
      if (!(given instanceof NumberText)) return undefined
      const value = type.kind === 'FLOAT' ? Math.fround(Number(given.text)) : Number(given.text)
      return Number.isFinite(Number(given.text)) && Number.isFinite(value) ? value : undefined
    }
    case 'DECIMAL': {
      const text = given instanceof NumberText ? given.text : typeof given === 'string' && isNumber(given) ? given : null
      if (text === null) return undefined
      const { numerator, denominator } = ratio(text)
      const scaled = numerator * 10n ** BigInt(type.scale) * 2n
      const magnitude = ((scaled < 0n ? -scaled : scaled) / denominator + 1n) / 2n
      if (magnitude >= 10n ** BigInt(type.precision)) return undefined
      return scaled < 0n ? -magnitude : magnitude
    }
    case 'CHAR':
    case 'VARCHAR':
      return typeof given === 'string' && [...given].length <= type.length ? given : undefined
    case 'BINARY':
    case 'VARBINARY':
      return typeof given === 'string' && isBase64(given) ? new Uint8Array(Buffer.from(given, 'base64')) : undefined
    case 'DATE': {
      const millis = typeof given === 'string' && /^\d{4}-\d\d-\d\d$/.test(given) ? strictMillis(`${given}T00:00:00Z`) : undefined
      return millis === undefined ? undefined : millis / 86_400_000
    }
    case 'TIME': {
      const match = typeof given === 'string' ? /^(\d\d:\d\d)(:\d\d)?(?:\.(\d+))?Z?$/.exec(given) : null
      if (match === null || (match[3] !== undefined && match[2] === undefined)) return undefined
      const millis = strictMillis(`1970-01-01T${match[1]}${match[2] ?? ':00'}Z`)
      return millis === undefined ? undefined : millis + Number((match[3] ?? '0').padEnd(3, '0').slice(0, 3))
    }
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return typeof given === 'string' ? timeNanos(given, type.precision) : undefined
    case 'ARRAY': {
      if (!Array.isArray(given)) return undefined
      const items = given.map((item) => readValue(item, type.element))
      return items.includes(undefined) ? undefined : (items as Value[])
    }
    case 'MAP':
    case 'MULTISET': {
      if (!isObject(given)) return undefined
      const held: LogicalType = type.kind === 'MAP' ? type.value : { kind: 'INT', nullable: false }
      const entries = Object.entries(given).map(([key, item]) => [key, readValue(item, held)] as const)
      return entries.some(([, item]) => item === undefined) ? undefined : (entries as [string, Value][])
    }
    case 'ROW':
      return isObject(given) ? objectValues(given, type.fields) : undefined
    default:
      return undefined
  }
}

const isNumber = (text: string): boolean => /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)

function isBase64(text: string): boolean {
  const bare = text.replace(/={1,2}$/, '')
  return /^[A-Za-z0-9+/_-]*$/.test(bare) && bare.length % 4 !== 1 && (bare === text || text.length % 4 === 0)
}

function ratio(text: string): { numerator: bigint; denominator: bigint } {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [head = '', tail = ''] = mantissa.split('.')
  const power = BigInt(exponent) - BigInt(tail.length)
  const digits = BigInt(head + tail)
  return power >= 0n ? { numerator: digits * 10n ** power, denominator: 1n } : { numerator: digits, denominator: 10n ** -power }
}

function whole(given: unknown, bits: bigint): bigint | undefined {
  if (!(given instanceof NumberText)) return undefined
  const { numerator, denominator } = ratio(given.text)
  if (numerator % denominator !== 0n) return undefined
  const value = numerator / denominator
  return value >= -(1n << bits) && value < 1n << bits ? value : undefined
}

function small(given: unknown, bits: bigint): number | undefined {
  const value = whole(given, bits)
  return value === undefined ? undefined : Number(value)
}

function strictMillis(text: string): number | undefined {
  const millis = Date.parse(text)
  // Date.parse takes February 30: what it prints must be what was said
  return Number.isNaN(millis) || new Date(millis).toISOString().slice(0, 19) !== text.slice(0, 19) ? undefined : millis
}

function timeNanos(text: string, precision: number): bigint | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(:\d\d(?:\.(\d+))?)?([Zz]|[+-]\d\d(?::?\d\d)?)?)?$/.exec(text)
  if (match === null) return undefined
  const millis = strictMillis(`${match[1]}T${match[2] ?? '00:00'}${match[3]?.slice(0, 3) ?? ':00'}Z`)
  if (millis === undefined) return undefined
  const digits = (match[4] ?? '').padEnd(9, '0').slice(0, precision).padEnd(9, '0')
  const zone = match[5] === undefined || match[5].toUpperCase() === 'Z' ? '+00:00' : match[5]
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(3).replace(':', '') || '0')
  if (hours > 18 || minutes > 59) return undefined
  const offset = BigInt((hours * 60 + minutes) * 60_000) * (zone.startsWith('-') ? -1n : 1n)
  return (BigInt(millis) - offset) * 1_000_000n + BigInt(digits)
}
