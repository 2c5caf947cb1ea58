import { type Cursor, refusal } from './cursor.ts'

/** Strings off the fast path: UTF-8 that has to be checked, and escapes. The source ends with zeros, which end every loop. */

/**
 * The position of the closing quote, from anywhere inside a string; -1 when the text is not UTF-8, holds a control
 * character or does not end. `cursor.escaped` tells whether escapes are to be decoded.
 */
export function endOfText(source: Uint8Array, from: number, cursor: Cursor): number {
  let at = from
  cursor.escaped = false
  for (;;) {
    const code = source[at] as number
    if (code === 34) return at
    if (code === 92) {
      cursor.escaped = true
      at = escapeEnd(source, at, cursor)
      if (at < 0) return -1
    } else if (code < 32) {
      return cursor.refuse(refusal.syntax, at)
    } else if (code < 128) {
      at++
    } else {
      const size = sequenceSize(source, at)
      if (size === 0) return cursor.refuse(refusal.text, at)
      at += size
    }
  }
}

function escapeEnd(source: Uint8Array, at: number, cursor: Cursor): number {
  switch (source[at + 1]) {
    case 34: // "
    case 47: // /
    case 92: // \
    case 98: // b
    case 102: // f
    case 110: // n
    case 114: // r
    case 116: // t
      return at + 2
    case 117: {
      const unit = hexUnit(source, at + 2)
      if (unit < 0) return cursor.refuse(refusal.syntax, at)
      if (unit < 0xd800 || unit > 0xdfff) return at + 6
      const second = source[at + 6] === 92 && source[at + 7] === 117 ? hexUnit(source, at + 8) : -1
      // half of a pair alone has no UTF-8
      if (unit > 0xdbff || second < 0xdc00 || second > 0xdfff) return cursor.refuse(refusal.text, at)
      return at + 12
    }
    default:
      return cursor.refuse(refusal.syntax, at)
  }
}

/** Decodes a checked string with escapes into `target` from `to`; answers the end there. Never longer than the source. */
export function decodeText(source: Uint8Array, from: number, end: number, target: Uint8Array, to: number): number {
  let at = from
  let out = to
  while (at < end) {
    const code = source[at] as number
    if (code !== 92) {
      target[out++] = code
      at++
      continue
    }
    const kind = source[at + 1] as number
    if (kind !== 117) {
      target[out++] = kind === 98 ? 8 : kind === 102 ? 12 : kind === 110 ? 10 : kind === 114 ? 13 : kind === 116 ? 9 : kind
      at += 2
      continue
    }
    let point = hexUnit(source, at + 2)
    at += 6
    if (point >= 0xd800 && point <= 0xdfff) {
      point = 0x10000 + ((point - 0xd800) << 10) + (hexUnit(source, at + 2) - 0xdc00)
      at += 6
    }
    out = putPoint(target, out, point)
  }
  return out
}

function putPoint(target: Uint8Array, to: number, point: number): number {
  let out = to
  if (point < 0x80) {
    target[out++] = point
  } else if (point < 0x800) {
    target[out++] = 0xc0 | (point >> 6)
    target[out++] = 0x80 | (point & 63)
  } else if (point < 0x10000) {
    target[out++] = 0xe0 | (point >> 12)
    target[out++] = 0x80 | ((point >> 6) & 63)
    target[out++] = 0x80 | (point & 63)
  } else {
    target[out++] = 0xf0 | (point >> 18)
    target[out++] = 0x80 | ((point >> 12) & 63)
    target[out++] = 0x80 | ((point >> 6) & 63)
    target[out++] = 0x80 | (point & 63)
  }
  return out
}

/** Bytes of the UTF-8 sequence that starts here with a byte >= 0x80; 0: it is none (overlong and surrogates included). */
function sequenceSize(source: Uint8Array, at: number): number {
  const first = source[at] as number
  const second = source[at + 1] as number
  if (first < 0xc2) return 0
  if (first < 0xe0) return isTail(second) ? 2 : 0
  const third = source[at + 2] as number
  if (first < 0xf0) {
    if (!isTail(second) || !isTail(third)) return 0
    if (first === 0xe0 && second < 0xa0) return 0
    return first === 0xed && second > 0x9f ? 0 : 3
  }
  if (first > 0xf4 || !isTail(second) || !isTail(third) || !isTail(source[at + 3] as number)) return 0
  if (first === 0xf0 && second < 0x90) return 0
  return first === 0xf4 && second > 0x8f ? 0 : 4
}

const isTail = (code: number): boolean => (code & 0xc0) === 0x80

function hexUnit(source: Uint8Array, at: number): number {
  let unit = 0
  for (let i = 0; i < 4; i++) {
    const code = source[at + i] as number
    const lower = code | 32
    const digit = code >= 48 && code <= 57 ? code - 48 : lower >= 97 && lower <= 102 ? lower - 87 : -1
    if (digit < 0) return -1
    unit = (unit << 4) | digit
  }
  return unit
}

/** `end` when the bytes up to there are UTF-8, else where they are not. */
export function endOfUtf8(source: Uint8Array, from: number, end: number): number {
  let at = from
  while (at < end) {
    if ((source[at] as number) < 128) {
      at++
      continue
    }
    const size = sequenceSize(source, at)
    if (size === 0 || at + size > end) return at
    at += size
  }
  return at
}

/** How many characters (code points) the UTF-8 bytes hold. */
export function countPoints(source: Uint8Array, from: number, end: number): number {
  let points = 0
  for (let at = from; at < end; at++) if (((source[at] as number) & 0xc0) !== 0x80) points++
  return points
}
