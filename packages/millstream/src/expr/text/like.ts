/** A LIKE pattern that needs no matcher, or null. */
export interface SimpleLike {
  readonly kind: 'equals' | 'starts' | 'ends' | 'contains'
  readonly text: string
}

export function simpleLike(pattern: string): SimpleLike | null {
  if (pattern.includes('_')) return null
  const text = pattern.replace(/^%+|%+$/g, '')
  if (text === '' && pattern !== '') return { kind: 'contains', text }
  if (text.includes('%')) return null
  const [before, after] = [pattern.startsWith('%'), pattern.endsWith('%')]
  return { kind: before ? (after ? 'contains' : 'ends') : after ? 'starts' : 'equals', text }
}

/** A matcher for LIKE: `%` any characters, `_` one, `escaping` takes the next as it is. Null: the escape stands before something else. */
export function likeMatcher(pattern: string, escaping: string): ((text: string) => boolean) | null {
  const parts: LikePart[] = []
  const characters = [...pattern]
  for (let at = 0; at < characters.length; at++) {
    const one = characters[at] as string
    if (one === escaping && escaping !== '') {
      const next = characters[++at]
      if (next !== '%' && next !== '_' && next !== escaping) return null
      parts.push(next)
    } else parts.push(one === '%' ? anyText : one === '_' ? anyOne : one)
  }
  return (text) => matches(parts, [...text])
}

const anyText = Symbol('%')
const anyOne = Symbol('_')
type LikePart = string | typeof anyText | typeof anyOne

/** Greedy with one point to fall back to: linear in text times parts, whatever the pattern. */
function matches(parts: readonly LikePart[], text: readonly string[]): boolean {
  let part = 0
  let at = 0
  let starPart = -1
  let starAt = 0
  while (at < text.length) {
    const wanted = parts[part]
    if (wanted === anyText) {
      starPart = part++
      starAt = at
    } else if (wanted !== undefined && (wanted === anyOne || wanted === text[at])) {
      part++
      at++
    } else if (starPart >= 0) {
      part = starPart + 1
      at = ++starAt
    } else return false
  }
  while (parts[part] === anyText) part++
  return part === parts.length
}
