import { grown } from './interner.ts'

/** Gives each row the number of its group: rows with the same key words share one. */
export interface Groups {
  /** Word `w` of group `g`'s key stands at `g * stride + w`. */
  readonly words: Int32Array
  readonly stride: number
  readonly count: number
  /** Writes the group of each row of `keys` (a column of words per position) to `target`. */
  assign(keys: readonly Int32Array[], rows: number, target: Int32Array): void
  /** Every row is a group of its own. */
  append(keys: readonly Int32Array[], rows: number, target: Int32Array): void
  clear(): void
}

/**
 * Open addressing over 32-bit key words. A group's words and their hash stand together, so that a look at it touches one
 * or two cache lines. The loop over rows is made from source text for the number of words: straight-line code.
 */
export function groupsOf(width: number): Groups {
  /** The words of the key, then their hash. */
  const stride = width + 1
  let words = new Int32Array(1024 * stride)
  let slots = new Int32Array(4096)
  let count = 0
  const loop = makeLoop(width)

  const room = (wanted: number): void => {
    if (wanted * stride > words.length) words = grown(words, Math.max(wanted * stride, words.length * 2))
    if (wanted * 2 <= slots.length) return
    slots = new Int32Array(2 ** Math.ceil(Math.log2(wanted * 2)))
    const mask = slots.length - 1
    for (let group = 0; group < count; group++) {
      let slot = (words[group * stride + width] as number) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = group + 1
    }
  }

  return {
    get words() {
      return words
    },
    stride,
    get count() {
      return count
    },
    assign(keys, rows, target) {
      room(count + rows)
      count = loop(keys, words, slots, count, rows, target)
    },
    append(keys, rows, target) {
      room(count + rows)
      keys.forEach((key, position) => {
        for (let row = 0; row < rows; row++) words[(count + row) * stride + position] = key[row] as number
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

type Loop = (keys: readonly Int32Array[], words: Int32Array, slots: Int32Array, count: number, rows: number, target: Int32Array) => number

function makeLoop(width: number): Loop {
  const each = (form: (position: number) => string, between = '\n'): string =>
    Array.from({ length: width }, (_, position) => form(position)).join(between)
  return new Function(
    'keys',
    'words',
    'slots',
    'count',
    'rows',
    'target',
    `${each((w) => `const keys${w} = keys[${w}];`)}
    const mask = slots.length - 1;
    for (let row = 0; row < rows; row++) {
      ${each((w) => `const k${w} = keys${w}[row];`)}
      let hash = 0;
      ${each((w) => `hash = Math.imul(hash ^ k${w}, 0x9e3779b1); hash ^= hash >>> 15;`)}
      hash = Math.imul(hash ^ (hash >>> 13), 0x85ebca6b);
      hash ^= hash >>> 16;
      let slot = hash & mask;
      let group = slots[slot];
      for (; group !== 0; group = slots[slot]) {
        const at = (group - 1) * ${width + 1};
        if (words[at + ${width}] === hash${each((w) => ` && words[at + ${w}] === k${w}`, '')}) break;
        slot = (slot + 1) & mask;
      }
      if (group === 0) {
        const at = count * ${width + 1};
        ${each((w) => `words[at + ${w}] = k${w};`)}
        words[at + ${width}] = hash;
        group = ++count;
        slots[slot] = group;
      }
      target[row] = group - 1;
    }
    return count;`,
  ) as Loop
}
