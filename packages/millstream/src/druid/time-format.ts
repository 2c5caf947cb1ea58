import { notYet } from './json.ts'

const letters: Readonly<Record<string, (width: number) => string | null>> = {
  y: (width) => (width === 2 ? '%y' : '%Y'),
  Y: (width) => (width === 2 ? '%y' : '%Y'),
  u: () => '%Y',
  x: () => '%G',
  M: (width) => ['%-m', '%m', '%b', '%B'][Math.min(width, 4) - 1] ?? null,
  d: (width) => (width === 1 ? '%-d' : '%d'),
  H: (width) => (width === 1 ? '%-H' : '%H'),
  h: (width) => (width === 1 ? '%-I' : '%I'),
  m: (width) => (width === 1 ? '%-M' : '%M'),
  s: (width) => (width === 1 ? '%-S' : '%S'),
  S: (width) => (width === 3 ? '%g' : width === 6 ? '%f' : null),
  a: () => '%p',
  E: (width) => (width >= 4 ? '%A' : '%a'),
  e: () => '%u',
  D: (width) => (width === 1 ? '%-j' : width === 3 ? '%j' : null),
  w: (width) => (width === 2 ? '%V' : null),
}

/** Joda's pattern (`yyyy-MM-dd HH:00`, quotes for text) as the store's. */
export function storeTimeFormat(joda: string): string {
  let result = ''
  for (let at = 0; at < joda.length; ) {
    const letter = joda[at] as string
    if (letter === "'") {
      const end = joda.indexOf("'", at + 1)
      const text = end < 0 ? joda.slice(at + 1) : joda.slice(at + 1, end)
      result += text === '' ? "'" : text.replaceAll('%', '%%')
      at = end < 0 ? joda.length : end + 1
    } else if (/[A-Za-z]/.test(letter)) {
      let width = 1
      while (joda[at + width] === letter) width++
      const known = letters[letter]?.(width) ?? null
      if (known === null) throw notYet(`the pattern letter ${letter.repeat(width)} of a time format`)
      result += known
      at += width
    } else {
      result += letter === '%' ? '%%' : letter
      at++
    }
  }
  return result
}

/** What `time_format` prints without a pattern. */
export const isoTimeFormat = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"
