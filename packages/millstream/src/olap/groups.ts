import { grown } from './interner.ts'

/** Gives each row the number of its group: rows with the same key words share one. */
export interface Groups {
  /** Key words of the groups, a list of them per word position. */
  readonly words: readonly Int32Array[]
  readonly count: number
  /** Writes the group of each row of `keys` (a column of words per position) to `target`. */
  assign(keys: readonly Int32Array[], rows: number, target: Int32Array): void
  /** Every row is a group of its own. */
  append(keys: readonly Int32Array[], rows: number, target: Int32Array): void
  clear(): void
}

/**
 * Open addressing over 32-bit key words. The loop over rows is made from source text for the number of words, so that
 * hashing and comparing are straight-line code on typed arrays.
 */
export function groupsOf(width: number): Groups {
  let words = Array.from({ length: width }, () => new Int32Array(1024))
  let hashes = new Int32Array(1024)
  let slots = new Int32Array(4096)
  let count = 0
  const loop = makeLoop(width)

  const room = (wanted: number): void => {
    if (wanted > hashes.length) {
      const length = Math.max(wanted, hashes.length * 2)
      words = words.map((list) => grown(list, length))
      hashes = grown(hashes, length)
    }
    if (wanted * 2 > slots.length) {
      slots = new Int32Array(2 ** Math.ceil(Math.log2(wanted * 4)))
      const mask = slots.length - 1
      for (let group = 0; group < count; group++) {
        let slot = (hashes[group] as number) & mask
        while (slots[slot] !== 0) slot = (slot + 1) & mask
        slots[slot] = group + 1
      }
    }
  }

  return {
    get words() {
      return words
    },
    get count() {
      return count
    },
    assign(keys, rows, target) {
      room(count + rows)
      count = loop(keys, words, hashes, slots, count, rows, target)
    },
    append(keys, rows, target) {
      room(count + rows)
      keys.forEach((key, position) => {
        ;(words[position] as Int32Array).set(key.subarray(0, rows), count)
      })
      for (let row = 0; row < rows; row++) target[row] = count + row
      count += rows
    },
    clear() {
      count = 0
      slots.fill(0)
    },
  }
}

type Loop = (
  keys: readonly Int32Array[],
  words: readonly Int32Array[],
  hashes: Int32Array,
  slots: Int32Array,
  count: number,
  rows: number,
  target: Int32Array,
) => number

function makeLoop(width: number): Loop {
  const each = (form: (position: number) => string, between = '\n'): string =>
    Array.from({ length: width }, (_, position) => form(position)).join(between)
  return new Function(
    'keys',
    'words',
    'hashes',
    'slots',
    'count',
    'rows',
    'target',
    `${each((w) => `const k${w} = keys[${w}], w${w} = words[${w}];`)}
    const mask = slots.length - 1;
    for (let row = 0; row < rows; row++) {
      let hash = 0;
      ${each((w) => `hash = Math.imul(hash ^ k${w}[row], 0x9e3779b1); hash ^= hash >>> 15;`)}
      hash = Math.imul(hash ^ (hash >>> 13), 0x85ebca6b);
      hash ^= hash >>> 16;
      let slot = hash & mask;
      let group = slots[slot];
      while (group !== 0 && !(hashes[group - 1] === hash${each((w) => ` && w${w}[group - 1] === k${w}[row]`, '')})) {
        slot = (slot + 1) & mask;
        group = slots[slot];
      }
      if (group === 0) {
        ${each((w) => `w${w}[count] = k${w}[row];`)}
        hashes[count] = hash;
        group = ++count;
        slots[slot] = group;
      }
      target[row] = group - 1;
    }
    return count;`,
  ) as Loop
}
