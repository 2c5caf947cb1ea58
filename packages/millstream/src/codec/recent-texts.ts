/**
 * Short texts of one column that came lately and their dictionary ids, one in each slot: what generated code compares
 * with before it asks the dictionary. A slot is eight words: the text's sixteen bytes (zeros behind it), its length + 1
 * (0: nothing yet), its id.
 */
export const recentLengthMax = 16
const slots = 256

export const recentTexts = (): Int32Array => new Int32Array(8 * slots)

/** For each length, what masks away the bytes behind a text in the four words that start with it. */
export const textMasks = Int32Array.from({ length: 4 * (recentLengthMax + 1) }, (_, index) => {
  const bytes = Math.min(4, Math.max(0, (index >> 2) - 4 * (index & 3)))
  return bytes === 4 ? -1 : (1 << (8 * bytes)) - 1
})

const names = ['a', 'b', 'c', 'd'] as const
const factors = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f] as const

/**
 * Statements that set `a`, `b` and so on to the words of the text of `length` at `from`, and `slot` to where it would be.
 * Two words are enough for 8 bytes, four for 16; a slot is the same with either, as words of zeros add nothing.
 */
export function recentSlot(from: string, length: string, words: 2 | 4): string {
  const used = names.slice(0, words)
  const loads = used.map((name, word) => `${name} = dv.getInt32(${from} + ${4 * word}, true) & masks[k + ${word}]`)
  const hash = used.map((name, word) => `Math.imul(${name}, ${factors[word]})`)
  return `const k = ${length} << 2, ${loads.join(', ')};
const h = ${hash.join(' ^ ')}, slot = ((h ^ (h >>> 15)) & ${slots - 1}) << 3;`
}

/** Whether that slot of `recent` holds the text. */
export function recentMatch(recent: string, length: string, words: 2 | 4): string {
  const same = names.slice(0, words).map((name, word) => `${recent}[slot + ${word}] === ${name}`)
  return `${same.join(' && ')} && ${recent}[slot + 4] === ${length} + 1`
}

/** Puts a text of `view` into its slot. */
export const remember = new Function(
  'masks',
  `'use strict';
return function remember(recent, dv, from, length, id) {
${recentSlot('from', 'length', 4)}
recent[slot] = a; recent[slot + 1] = b; recent[slot + 2] = c; recent[slot + 3] = d; recent[slot + 4] = length + 1; recent[slot + 5] = id;
};`,
)(textMasks) as (recent: Int32Array, view: DataView, from: number, length: number, id: number) => void
