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

/** Statements that set `a`, `b`, `c`, `d` to the words of the text of `length` (at most 16) at `from`, and `slot` to where it would be. */
export const recentSlot = (from: string, length: string): string => `const k = ${length} << 2;
const a = dv.getInt32(${from}, true) & masks[k], b = dv.getInt32(${from} + 4, true) & masks[k + 1];
const c = dv.getInt32(${from} + 8, true) & masks[k + 2], d = dv.getInt32(${from} + 12, true) & masks[k + 3];
const h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35) ^ Math.imul(d, 0x27d4eb2f);
const slot = ((h ^ (h >>> 15)) & ${slots - 1}) << 3;`

/** Puts a text of `view` into its slot. */
export const remember = new Function(
  'masks',
  `'use strict';
return function remember(recent, dv, from, length, id) {
${recentSlot('from', 'length')}
recent[slot] = a; recent[slot + 1] = b; recent[slot + 2] = c; recent[slot + 3] = d; recent[slot + 4] = length + 1; recent[slot + 5] = id;
};`,
)(textMasks) as (recent: Int32Array, view: DataView, from: number, length: number, id: number) => void
