import { limits } from '../../base/limits.ts'
import { type Cursor, refusal, skipSpace } from '../cursor.ts'
import { numberEnd } from '../number.ts'
import { endOfText } from '../text.ts'

/** The position after a whole JSON value, checked but not kept; -1 when it is refused. No recursion: nesting is a stack of bits. */
export function skipValue(source: Uint8Array, from: number, cursor: Cursor): number {
  let at = from
  let depth = 0
  for (;;) {
    // a value starts here
    const code = source[at] as number
    if (code === 123 || code === 91) {
      if (++depth > limits.jsonDepthMax) return cursor.refuse(refusal.depth, at)
      isObject[depth] = code === 123 ? 1 : 0
      at = skipSpace(source, at + 1, cursor)
      const next = source[at]
      if (code === 123 && next !== 125) {
        at = skipKey(source, at, cursor)
        if (at < 0) return -1
        continue
      }
      if (code === 91 && next !== 93) continue
    } else {
      at = skipScalar(source, at, cursor)
      if (at < 0) return -1
      if (depth === 0) return at
    }
    // after a value, or at the end of an empty object or array: close what ends here
    for (;;) {
      at = skipSpace(source, at, cursor)
      const after = source[at]
      if (after === (isObject[depth] === 1 ? 125 : 93)) {
        at++
        if (--depth === 0) return at
        continue
      }
      if (after !== 44) return cursor.refuse(refusal.syntax, at)
      at = skipSpace(source, at + 1, cursor)
      if (isObject[depth] === 1) at = skipKey(source, at, cursor)
      if (at < 0) return -1
      break
    }
  }
}

const isObject = new Uint8Array(limits.jsonDepthMax + 2)

/** From the opening quote of a key to the start of its value. */
function skipKey(source: Uint8Array, from: number, cursor: Cursor): number {
  if (source[from] !== 34) return cursor.refuse(refusal.syntax, from)
  const end = endOfText(source, from + 1, cursor)
  if (end < 0) return -1
  const colon = skipSpace(source, end + 1, cursor)
  if (source[colon] !== 58) return cursor.refuse(refusal.syntax, colon)
  return skipSpace(source, colon + 1, cursor)
}

function skipScalar(source: Uint8Array, at: number, cursor: Cursor): number {
  switch (source[at]) {
    case 34: {
      const end = endOfText(source, at + 1, cursor)
      return end < 0 ? -1 : end + 1
    }
    case 110:
      return skipWord(source, at, 'null', cursor)
    case 116:
      return skipWord(source, at, 'true', cursor)
    case 102:
      return skipWord(source, at, 'false', cursor)
    default: {
      const end = numberEnd(source, at)
      return end < 0 ? cursor.refuse(refusal.syntax, at) : end
    }
  }
}

function skipWord(source: Uint8Array, at: number, word: string, cursor: Cursor): number {
  for (let i = 0; i < word.length; i++) if (source[at + i] !== word.charCodeAt(i)) return cursor.refuse(refusal.syntax, at + i)
  return at + word.length
}

/**
 * The end of an element of a JSON array that is broken: brackets and strings are followed loosely, so that the elements
 * after it can still be read. -1 when it never ends.
 */
export function elementEnd(source: Uint8Array, from: number, end: number): number {
  let depth = 0
  for (let at = from; at < end; at++) {
    const code = source[at]
    if (code === 34) {
      for (at++; at < end && source[at] !== 34; at++) if (source[at] === 92) at++
      if (at >= end) return -1
    } else if (code === 123 || code === 91) {
      depth++
    } else if (code === 125 || code === 93) {
      if (depth === 0) return at
      depth--
    } else if (code === 44 && depth === 0) {
      return at
    }
  }
  return -1
}
