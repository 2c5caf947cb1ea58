import { errors } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import { stringLengthMax } from '../../data/types.ts'
import { lengthInCharacters } from './cast-text.ts'
import { regexOf } from './regex.ts'

/** What functions of texts do. Positions count characters from 1. */

const surrogates = /[\ud800-\udfff]/
/** The characters of a text. Texts without surrogates, nearly all, take the short way. */
export const characters = (text: string): string[] => (surrogates.test(text) ? [...text] : text.split(''))

/** SUBSTRING: 0 is as 1, negative counts from the end, a negative length gives null. */
export function substring(text: string, start: number, length = stringLengthMax): string | null {
  if (length < 0) return null
  const all = characters(text)
  let from = start
  if (start < 0) {
    from = all.length + start
    if (from < 0) return ''
  } else if (start > 0) from = start - 1
  return all.slice(from, Math.min(all.length, from + length)).join('')
}

export function initcap(text: string): string {
  return text.toLowerCase().replace(/[\p{L}\p{N}]+/gu, (word) => word.charAt(0).toUpperCase() + word.slice(1))
}

export function pad(text: string, length: number, filling: string, left: boolean): string | null {
  if (length < 0 || filling === '') return null
  checkLength(left ? 'LPAD' : 'RPAD', length)
  const all = characters(text)
  if (all.length >= length) return all.slice(0, length).join('')
  const fill = characters(filling)
  const padding = Array.from({ length: length - all.length }, (_, at) => fill[at % fill.length]).join('')
  return left ? padding + text : text + padding
}

/** A few small arguments must not make a text that fills the memory. */
export function checkLength(name: string, length: number): void {
  if (length <= limits.madeTextCharactersMax) return
  throw errors.fail('MS-2112', { name, reason: `the result would have ${length} characters; the limit is ${limits.madeTextCharactersMax}` })
}

/** The position of `wanted` in `text` from a position on; 0 when it is not there. */
export function locate(wanted: string, text: string, from = 1): number {
  if (from <= 0) return 0
  const at = text.indexOf(
    wanted,
    from === 1
      ? 0
      : characters(text)
          .slice(0, from - 1)
          .join('').length,
  )
  return at < 0 ? 0 : lengthInCharacters(text.slice(0, at)) + 1
}

export function instr(text: string, wanted: string, from = 1, occurrence = 1): number {
  if (occurrence < 1 || from === 0) return 0
  const all = characters(text)
  const one = characters(wanted)
  const isAt = (at: number): boolean => one.every((character, offset) => all[at + offset] === character)
  let left = occurrence
  const step = from > 0 ? 1 : -1
  for (
    let at = from > 0 ? from - 1 : all.length + from;
    at >= 0 && at + one.length <= all.length + (step < 0 ? one.length : 0);
    at += step
  ) {
    if (isAt(at) && --left === 0) return at + 1
  }
  return 0
}

/** What stands in for a part of a text: from a position, so many characters. */
export function overlay(text: string, replacement: string, start: number, length?: number): string {
  const all = characters(text)
  const count = length ?? characters(replacement).length
  if (start <= 0 || start > all.length) return text
  return all.slice(0, start - 1).join('') + replacement + (count < 0 ? '' : all.slice(start - 1 + count).join(''))
}

export function trim(text: string, side: string, set: string): string {
  const all = characters(text)
  const cut = new Set(characters(set))
  let from = 0
  let to = all.length
  if (side !== 'TRAILING') while (from < to && cut.has(all[from] as string)) from++
  if (side !== 'LEADING') while (to > from && cut.has(all[to - 1] as string)) to--
  return all.slice(from, to).join('')
}

/** Splits at a regular expression, as Java's String.split; plain delimiters, nearly all, need none. */
export function splitBy(text: string, delimiter: string, parts = 0): string[] {
  if (!/[\\^$.|?*+()[{]/.test(delimiter)) {
    const at = parts === 2 ? text.indexOf(delimiter) : -1
    return parts === 2 ? (at < 0 ? [text] : [text.slice(0, at), text.slice(at + delimiter.length)]) : text.split(delimiter)
  }
  return regexOf(delimiter, 'STR_TO_MAP')?.split(text, parts) ?? [text]
}

export function translate(text: string, from: string | null, to: string | null): string {
  if (from === null || from === '') return text
  const target = characters(to ?? '')
  const map = new Map<string, string>()
  characters(from).forEach((character, at) => {
    if (!map.has(character)) map.set(character, target[at] ?? '')
  })
  return characters(text)
    .map((character) => map.get(character) ?? character)
    .join('')
}
