import { errors } from '../../base/errors.ts'
import type { LogicalType } from '../../data/types.ts'
import { stringLengthMax, typeText } from '../../data/types.ts'
import { refusal } from '../cursor.ts'
import { recentLengthMax, recentMatch, recentSlot } from '../recent-texts.ts'
import { epochScale, type TimeFormat } from '../times.ts'

/** One value of the contract, to be read at `at` into the scratch column `s<id>`, row `row`. */
export interface ValueSite {
  readonly type: LogicalType
  readonly id: number
  /** The name of the row variable. */
  readonly row: string
  /** Its number in the list of paths, for refusals. */
  readonly path: number
  /** Hoisted arrays: `v<id>` and `n<id>` are locals. */
  readonly hoisted: boolean
  readonly timeFormat: TimeFormat
  /** Numbers may stand between quotes. */
  readonly textNumbers: boolean
}

const word = (text: string): number => [...text].reduce((bits, letter, index) => bits | (letter.charCodeAt(0) << (8 * index)), 0)

export const refuse = (site: { path: number }, kind: number, at = 'at'): string =>
  `return C.field = ${site.path}, C.refuse(${kind}, ${at});`
const passOn = (site: ValueSite): string => `{ C.field = ${site.path}; return -1; }`
const values = (site: ValueSite): string => (site.hoisted ? `v${site.id}` : `s${site.id}.values`)
const nulls = (site: ValueSite): string => (site.hoisted ? `n${site.id}` : `s${site.id}.nulls`)
const store = (site: ValueSite, value: string): string => `${values(site)}[${site.row}] = ${value}; ${nulls(site)}[${site.row}] = 0;`

/** Statements that read the value and leave `at` after it, or return -1. */
export function valueSource(site: ValueSite): string {
  return site.textNumbers && numbers.includes(site.type.kind) ? perhapsQuoted(site) : bareSource(site)
}

/** DECIMAL is not among them: it is always read from text too. */
const numbers: readonly string[] = ['TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE']

/** What comes after the quote must begin as a number does, so that "null" stays a text. */
const perhapsQuoted = (site: ValueSite): string =>
  `{ const quote = src[at] === 34 && src[at + 1] <= 57 ? 1 : 0; at += quote;
${bareSource(site)}
if (quote === 1) { if (src[at] !== 34) ${refuse(site, refusal.type)} at++; } }`

function bareSource(site: ValueSite): string {
  const { type, id, row } = site
  switch (type.kind) {
    case 'BOOLEAN':
      return `if (dv.getInt32(at, true) === ${word('true')}) { ${store(site, '1')} at += 4; }
else if (dv.getInt32(at, true) === ${word('fals')} && src[at + 4] === 101) { ${store(site, '0')} at += 5; }
else ${orNull(site, refuse(site, refusal.type))}`
    case 'TINYINT':
      return smallInteger(site, -128, 127)
    case 'SMALLINT':
      return smallInteger(site, -32_768, 32_767)
    case 'INT':
      return smallInteger(site, -2_147_483_648, 2_147_483_647)
    case 'BIGINT':
      return bigInteger(site, `const y = H.readInt64(src, at, C); if (C.at < 0) ${passOn(site)} s${id}.putInt64(${row}, y); at = C.at;`)
    case 'FLOAT':
    case 'DOUBLE':
      return double(site)
    case 'DECIMAL':
      return decimal(site)
    case 'CHAR':
    case 'VARCHAR':
      return text(
        site,
        type.length === stringLengthMax
          ? `if (escaped) H.putEscaped(s${id}, ${row}, src, at + 1, p);
  else ${site.hoisted ? recentSource(site) : putSource(site)}`
          : `if (H.putLimited(s${id}, ${row}, src, at + 1, p, escaped, ${type.length}, C) < 0) ${passOn(site)}`,
      )
    case 'BINARY':
    case 'VARBINARY':
      return text(site, `C.escaped = escaped; if (H.putBase64(s${id}, ${row}, src, at + 1, p, ${type.length}, C) < 0) ${passOn(site)}`)
    case 'DATE':
      return quoted(
        site,
        `const days = H.readDays(src, at + 1); if (days === H.notADate) ${refuse(site, refusal.time)} end = at + 11; ${store(site, 'days')}`,
      )
    case 'TIME':
      return quoted(
        site,
        `end = H.readClock(src, at + 1, C); if (end < 0) ${refuse(site, refusal.time)} if (src[end] === 90) end++; ${store(site, 'C.millis')}`,
      )
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const keep = type.precision === 3 ? store(site, 'C.millis') : `H.putTime(s${id}, ${row}, C, ${type.precision});`
      if (site.timeFormat === 'iso') {
        return quoted(site, `end = H.readIsoTime(src, at + 1, C); if (end < 0) ${passOn(site)} ${keep}`)
      }
      const slow = `if (src[at] > 57) ${refuse(site, refusal.type)} at = H.readEpoch(src, at, C, ${epochScale[site.timeFormat]}); if (at < 0) ${passOn(site)} ${keep}`
      return site.timeFormat === 'epoch-ms' && type.precision === 3 ? bigInteger(site, slow) : orNull(site, slow)
    }
    case 'ARRAY':
      return nested(site, 91, `list${id}`)
    case 'MAP':
    case 'MULTISET':
      return nested(site, 123, `map${id}`)
    case 'ROW':
      return nested(site, 123, `object${id}`)
    default:
      throw errors.fail('MS-1012', { type: typeText(type), format: 'JSON' })
  }
}

/** For the branch where the expected does not stand at `at`: null, or else. */
function orNull(site: ValueSite, otherwise: string): string {
  const isNull = site.type.nullable ? `s${site.id}.setNull(${site.row}); at += 4;` : refuse(site, refusal.nullValue)
  return `if (dv.getInt32(at, true) === ${word('null')}) { ${isNull} } else { ${otherwise} }`
}

/** Not a fraction, not an exponent. */
const whole = 'd !== -2 && d !== 21 && d !== 53'
const sign = 'let p = at, negative = 0; if (src[p] === 45) { negative = 1; p++; } const first = p;'
/**
 * Four characters as digits, the first in the lowest byte: `marks` has a bit for each that is none. Its lowest mark is exact.
 * Numbers of any length then cost no loop, whose end a processor cannot foresee.
 */
const four = 't = dv.getInt32(p, true) ^ 0x30303030; marks = ((t + 0x76767676) | t) & 0x80808080;'
/** All four as a number. */
const fourValue = '(y = (Math.imul(t, 10) + (t >>> 8)) & 0xff00ff, Math.imul(y & 0xff, 100) + (y >>> 16))'
/** The digits before the lowest mark: `count` of them, pushed to the end of four with zeros in front. */
const lastDigits = 'count = (31 - Math.clz32(marks & -marks)) >> 3; t = (t << ((3 - count) << 3)) << 8; p += count;'

function smallInteger(site: ValueSite, min: number, max: number): string {
  const inRange = max >= 1e9 ? '' : ` && v <= ${max} + negative`
  return `{ ${sign} let t = 0, marks = 0, y = 0, count = 0, v = 0;
${four}
if (marks === 0) {
  v = ${fourValue}; p += 4;
  ${four}
  if (marks === 0) { v = (Math.imul(v, 10000) + ${fourValue}) | 0; p += 4; ${four} }
}
if (marks !== 0) { ${lastDigits} v = (Math.imul(v, tens[count]) + ${fourValue}) | 0; }
const n = p - first, d = src[p] - 48;
if (n > 0 && n <= 9 && marks !== 0 && (n === 1 || src[first] !== 48) && ${whole}${inRange}) { ${store(site, 'negative === 1 ? -v : v')} at = p; }
else ${orNull(site, `const x = H.readInteger(src, at, C, ${min}, ${max}); if (C.at < 0) ${passOn(site)} ${store(site, 'x')} at = C.at;`)} }`
}

/** Up to 15 digits, in two halves that fit an int32. `slow` reads all else. */
function bigInteger(site: ValueSite, slow: string): string {
  return `{ ${sign} let t = 0, marks = 0, y = 0, count = 0, v = 0, x = 0;
${four}
if (marks === 0) {
  v = ${fourValue}; p += 4;
  ${four}
  if (marks === 0) {
    v = (Math.imul(v, 10000) + ${fourValue}) | 0; p += 4;
    ${four}
    if (marks === 0) {
      let low = ${fourValue}; p += 4;
      ${four}
      if (marks !== 0) { ${lastDigits} low = (Math.imul(low, tens[count]) + ${fourValue}) | 0; x = v * powers[4 + count] + low; }
    } else { ${lastDigits} x = v * powers[count] + ${fourValue}; }
  } else { ${lastDigits} x = (Math.imul(v, tens[count]) + ${fourValue}) | 0; }
} else { ${lastDigits} x = ${fourValue}; }
const n = p - first, d = src[p] - 48;
if (n > 0 && marks !== 0 && (n === 1 || src[first] !== 48) && ${whole}) { ${store(site, 'negative === 1 ? 0 - x : x')} at = p; }
else ${orNull(site, slow)} }`
}

/** At most seven digits and a fraction of at most three, or nine digits in all; `slow` reads all else. */
function double(site: ValueSite): string {
  const slow =
    site.type.kind === 'DOUBLE'
      ? `const y = H.readDouble(src, at, C); if (C.at < 0) ${passOn(site)} ${store(site, 'y')} at = C.at;`
      : `const y = Math.fround(H.readDouble(src, at, C)); if (C.at < 0) ${passOn(site)} if (y === Infinity || y === -Infinity) ${refuse(site, refusal.range)} ${store(site, 'y')} at = C.at;`
  return `{ ${sign} let t = 0, marks = 0, y = 0, count = 0, v = 0;
${four}
if (marks === 0) { v = ${fourValue}; p += 4; ${four} }
if (marks !== 0) { ${lastDigits} v = (Math.imul(v, tens[count]) + ${fourValue}) | 0; }
let n = p - first, places = 0, d = src[p] - 48;
if (d === -2 && n > 0 && marks !== 0) {
  p++; const point = p;
  ${four}
  if (marks === 0) { d = src[p] - 48; while (d >= 0 && d <= 9) { v = (Math.imul(v, 10) + d) | 0; d = src[++p] - 48; } }
  else { ${lastDigits} v = (Math.imul(v, tens[count]) + ${fourValue}) | 0; d = src[p] - 48; }
  places = p - point; if (places === 0) n = 99; else n += places;
}
if (n > 0 && n <= 9 && (d < 0 || d > 9) && (n - places === 1 || src[first] !== 48) && d !== 21 && d !== 53) {
  const x = places === 0 ? v : v / powers[places];
  ${store(site, 'negative === 1 ? -x : x')} at = p;
} else ${orNull(site, slow)} }`
}

/** A number, or a string that holds one: that is how decimals travel without losing digits. */
function decimal(site: ValueSite): string {
  if (site.type.kind !== 'DECIMAL') return ''
  const { precision, scale } = site.type
  const put = precision <= 18 ? `s${site.id}.putInt64(${site.row}, x)` : `s${site.id}.put(${site.row}, x)`
  const read = (from: string): string =>
    `const x = H.readDecimal(src, ${from}, C, ${precision}, ${scale}); if (C.at < 0) ${passOn(site)} ${put};`
  return `if (src[at] === 34) { ${read('at + 1')} if (src[C.at] !== 34) ${refuse(site, refusal.type)} at = C.at + 1; }
else ${orNull(site, `${read('at')} at = C.at;`)}`
}

/**
 * A string from its opening quote: four bytes at a time, until one is a quote, a backslash, a control character or not
 * ASCII. The classic zero-byte test marks such bytes, and its lowest mark is exact.
 */
function text(site: ValueSite, put: string): string {
  return `if (src[at] === 34) {
  ${textEnd}
  if (src[p] !== 34) { p = H.endOfText(src, p, C); if (p < 0) ${passOn(site)} escaped = C.escaped; }
  ${put}
  at = p + 1;
} else ${orNull(site, refuse(site, refusal.type))}`
}

const putSource = ({ id, row }: ValueSite): string => `s${id}.put(${row}, src, dv, at + 1, p - at - 1);`

/** A short text that came lately costs no call. */
const recentSource = (site: ValueSite): string => `{
    const n = p - at - 1;
    if (n > ${recentLengthMax}) ${putSource(site)}
    else if (s${site.id}.interning === 0) s${site.id}.putShort(${site.row}, dv, at + 1, n);
    else if (n <= 8) ${recentLookup(site, 2)}
    else ${recentLookup(site, 4)}
  }`

const recentLookup = (site: ValueSite, words: 2 | 4): string => `{
      ${recentSlot('at + 1', 'n', words)}
      const r = s${site.id}.recent;
      if (${recentMatch('r', 'n', words)}) { v${site.id}[${site.row}] = r[slot + 5]; n${site.id}[${site.row}] = 0; }
      else ${putSource(site)}
    }`

export const textEnd = `let p = at + 1, marks = 0, escaped = false;
  for (;;) {
    const x = dv.getInt32(p, true), q = x ^ 0x22222222, b = x ^ 0x5c5c5c5c;
    marks = (((q - 0x01010101) & ~q) | ((b - 0x01010101) & ~b) | ((x - 0x20202020) & ~x) | x) & 0x80808080;
    if (marks !== 0) break;
    p += 4;
  }
  p += (31 - Math.clz32(marks & -marks)) >> 3;`

/** `read` sets `end` to where the closing quote must stand. */
function quoted(site: ValueSite, read: string): string {
  return `if (src[at] === 34) { let end = 0; ${read} if (src[end] !== 34) ${refuse(site, refusal.time)} at = end + 1; }
else ${orNull(site, refuse(site, refusal.type))}`
}

function nested(site: ValueSite, opening: number, name: string): string {
  return `if (src[at] === ${opening}) { at = ${name}(src, dv, at, ${site.row}); if (at < 0) return -1; }
else ${orNull(site, refuse(site, refusal.type))}`
}
