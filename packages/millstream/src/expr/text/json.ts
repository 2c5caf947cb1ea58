import { limits } from '../../base/limits.ts'

/** JSON with its numbers as they were written. Objects keep the last of a key that comes twice. */
export type Json = null | boolean | string | JsonNumber | readonly Json[] | ReadonlyMap<string, Json>

/** A number by its text, as Java's BigDecimal prints it: `1.50` stays, `1e3` is `1E+3`. */
export class JsonNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Null: the text is no JSON; an object says why. */
export function parseJson(text: string): { readonly value: Json } | { readonly error: string } {
  const parser = { text, at: 0 }
  try {
    const value = readValue(parser, 0)
    skipSpace(parser)
    return parser.at === text.length ? { value } : { error: `unexpected text at character ${parser.at + 1}` }
  } catch (failure) {
    if (failure instanceof JsonError) return { error: failure.message }
    throw failure
  }
}

class JsonError extends Error {}
interface Parser {
  readonly text: string
  at: number
}

function skipSpace(parser: Parser): void {
  while (' \t\n\r'.includes(parser.text[parser.at] ?? 'x')) parser.at++
}

function fail(parser: Parser, what: string): never {
  throw new JsonError(`${what} at character ${parser.at + 1}`)
}

const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

function readValue(parser: Parser, depth: number): Json {
  if (depth > limits.jsonDepthMax) fail(parser, 'nested too deeply')
  skipSpace(parser)
  const { text } = parser
  switch (text[parser.at]) {
    case '{':
      return readObject(parser, depth)
    case '[':
      return readArray(parser, depth)
    case '"':
      return readString(parser)
    case undefined:
      return fail(parser, 'unexpected end')
    default:
  }
  for (const [word, value] of words) {
    if (text.startsWith(word, parser.at)) {
      parser.at += word.length
      return value
    }
  }
  numberForm.lastIndex = parser.at
  const match = numberForm.exec(text)
  if (match === null) return fail(parser, 'unexpected text')
  parser.at += match[0].length
  return new JsonNumber(canonicalNumber(match[0]))
}
const words: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

function readObject(parser: Parser, depth: number): Json {
  const members = new Map<string, Json>()
  parser.at++
  skipSpace(parser)
  if (parser.text[parser.at] === '}') {
    parser.at++
    return members
  }
  for (;;) {
    skipSpace(parser)
    if (parser.text[parser.at] !== '"') fail(parser, 'a field name is missing')
    const key = readString(parser)
    skipSpace(parser)
    if (parser.text[parser.at++] !== ':') fail(parser, "':' is missing")
    members.set(key, readValue(parser, depth + 1))
    skipSpace(parser)
    const next = parser.text[parser.at++]
    if (next === '}') return members
    if (next !== ',') fail(parser, "',' or '}' is missing")
  }
}

function readArray(parser: Parser, depth: number): Json {
  const items: Json[] = []
  parser.at++
  skipSpace(parser)
  if (parser.text[parser.at] === ']') {
    parser.at++
    return items
  }
  for (;;) {
    items.push(readValue(parser, depth + 1))
    skipSpace(parser)
    const next = parser.text[parser.at++]
    if (next === ']') return items
    if (next !== ',') fail(parser, "',' or ']' is missing")
  }
}

function readString(parser: Parser): string {
  const start = parser.at
  let end = start + 1
  while (parser.text[end] !== '"') {
    if (end >= parser.text.length) fail(parser, 'a text does not end')
    end += parser.text[end] === '\\' ? 2 : 1
  }
  parser.at = end + 1
  try {
    return JSON.parse(parser.text.slice(start, end + 1)) as string
  } catch {
    return fail(parser, 'a text has a wrong escape or a control character')
  }
}

/** BigDecimal.toString: plain while the exponent is small, scientific otherwise. */
function canonicalNumber(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d+)$/.exec(text)
  if (match === null) return text
  const [, sign, whole = '', fraction = '', exponent] = match
  const digits = (whole + fraction).replace(/^0+(?=\d)/, '')
  const scale = fraction.length - Number(exponent)
  const adjusted = digits.length - 1 - scale
  if (scale === 0) return sign + digits
  if (scale > 0 && adjusted >= -6) {
    const padded = digits.padStart(scale + 1, '0')
    return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
  }
  return `${sign}${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}E${adjusted >= 0 ? '+' : ''}${adjusted}`
}

/** Without spaces; the keys of objects are sorted, as Flink's mapper has it. */
export function jsonText(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (value instanceof JsonNumber) return value.text
  if (value instanceof Map) {
    return `{${sortedKeys(value)
      .map((key) => `${JSON.stringify(key)}:${jsonText(value.get(key) as Json)}`)
      .join(',')}}`
  }
  return `[${(value as readonly Json[]).map(jsonText).join(',')}]`
}

const sortedKeys = (members: ReadonlyMap<string, Json>): string[] => [...members.keys()].sort()

export const isScalarJson = (value: Json): boolean => value === null || typeof value !== 'object' || value instanceof JsonNumber
