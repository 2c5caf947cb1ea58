import { decodeBase64 } from '../base64.ts'
import { type Cursor, refusal, skipSpace } from '../cursor.ts'
import { powersOfTen, readDecimal, readDouble, readInt64, readInteger, tens } from '../number.ts'
import { textMasks } from '../recent-texts.ts'
import type { Scratch } from '../scratch.ts'
import { countPoints, decodeText, endOfText } from '../text.ts'
import type { TextScratch } from '../text-scratch.ts'
import { putTime } from '../time-columns.ts'
import { notADate, readClock, readDays, readEpoch, readIsoTime } from '../times.ts'
import { skipValue } from './skip.ts'

/** What generated scanners call off their fast paths; one object, so that generated code has no other way out. */

let buffer = new Uint8Array(256)
let bufferView = new DataView(buffer.buffer)

function ensureBuffer(size: number): void {
  if (buffer.length >= size + 8) return
  buffer = new Uint8Array(2 * size + 8)
  bufferView = new DataView(buffer.buffer)
}

/** A string with escapes. */
function putEscaped(scratch: TextScratch, row: number, source: Uint8Array, from: number, end: number): void {
  ensureBuffer(end - from)
  scratch.put(row, buffer, bufferView, 0, decodeText(source, from, end, buffer, 0))
}

/** A string that may have `lengthMax` characters. Answers `end`, or -1. */
function putLimited(
  scratch: TextScratch,
  row: number,
  source: Uint8Array,
  from: number,
  end: number,
  escaped: boolean,
  lengthMax: number,
  cursor: Cursor,
): number {
  ensureBuffer(end - from)
  if (!escaped) buffer.set(source.subarray(from, end))
  const size = escaped ? decodeText(source, from, end, buffer, 0) : end - from
  if (countPoints(buffer, 0, size) > lengthMax) return cursor.refuse(refusal.length, from)
  scratch.put(row, buffer, bufferView, 0, size)
  return end
}

function putBase64(
  scratch: TextScratch,
  row: number,
  source: Uint8Array,
  from: number,
  end: number,
  lengthMax: number,
  cursor: Cursor,
): number {
  ensureBuffer(end - from)
  const escaped = cursor.escaped
  const text = escaped ? new Uint8Array(end - from) : source
  const start = escaped ? 0 : from
  const size = decodeBase64(text, start, escaped ? decodeText(source, from, end, text, 0) : end, buffer)
  if (size < 0) return cursor.refuse(refusal.base64, from)
  if (size > lengthMax) return cursor.refuse(refusal.length, from)
  scratch.put(row, buffer, bufferView, 0, size)
  return end
}

/** Fields of an object that did not come: null, or the number of the first that must be there. -1: all went well. */
function missing(children: readonly Scratch[], required: Uint8Array, row: number, word: number, seen: number): number {
  const last = Math.min(children.length, 32 * word + 32)
  for (let field = 32 * word; field < last; field++) {
    if (((seen >>> (field & 31)) & 1) === 1) continue
    if (required[field] === 1) return field
    ;(children[field] as Scratch).setNull(row)
  }
  return -1
}

/** The entries of a MAP that holds a key twice, or is large: positions of key, key's end and value, the last of each key. Null: refused. */
function mapEntries(
  source: Uint8Array,
  from: number,
  cursor: Cursor,
): { readonly entries: readonly number[][]; readonly end: number } | null {
  const entries = new Map<string, number[]>()
  let at = skipSpace(source, from + 1, cursor)
  while (source[at] !== 125) {
    if (source[at] !== 34) return refusedEntries(cursor, at)
    const keyEnd = endOfText(source, at + 1, cursor)
    if (keyEnd < 0) return null
    const escaped = cursor.escaped
    ensureBuffer(keyEnd - at)
    const size = decodeText(source, at + 1, keyEnd, buffer, 0)
    const key = new TextDecoder('utf-8', { ignoreBOM: true }).decode(buffer.subarray(0, size))
    const colon = skipSpace(source, keyEnd + 1, cursor)
    if (source[colon] !== 58) return refusedEntries(cursor, colon)
    const value = skipSpace(source, colon + 1, cursor)
    entries.set(key, [at + 1, keyEnd, escaped ? 1 : 0, value])
    const end = skipValue(source, value, cursor)
    if (end < 0) return null
    at = skipSpace(source, end, cursor)
    if (source[at] === 44) {
      at = skipSpace(source, at + 1, cursor)
      if (source[at] === 125) return refusedEntries(cursor, at)
    } else if (source[at] !== 125) {
      return refusedEntries(cursor, at)
    }
  }
  return { entries: [...entries.values()], end: at + 1 }
}

function refusedEntries(cursor: Cursor, at: number): null {
  cursor.refuse(refusal.syntax, at)
  return null
}

export const helpers = {
  skipSpace,
  skipValue,
  endOfText,
  putEscaped,
  putLimited,
  putBase64,
  putTime,
  missing,
  mapEntries,
  readInteger,
  readInt64,
  readDouble,
  readDecimal,
  readIsoTime,
  readEpoch,
  readDays,
  readClock,
  notADate,
  powersOfTen,
  tens,
  textMasks,
}
export type Helpers = typeof helpers
