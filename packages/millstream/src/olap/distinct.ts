import { grown } from './interner.ts'

/** Distinct 64-bit hashes per group, in the order they came. */
export interface DistinctSet {
  add(group: number, low: number, high: number): void
  /** How many values are not the first of their group. */
  readonly extraCount: number
  forEach(visit: (group: number, low: number, high: number, first: boolean) => void): void
  clear(): void
}

export function distinctSet(): DistinctSet {
  let groups = new Int32Array(1024)
  let lows = new Int32Array(1024)
  let highs = new Int32Array(1024)
  let slots = new Int32Array(4096)
  let count = 0
  let firsts = 0
  let seen = new Uint8Array(1024)

  const hashOf = (group: number, low: number, high: number): number => {
    const mixed = Math.imul(Math.imul(group, 0x9e3779b1) ^ low, 0x85ebca6b) ^ high
    return mixed ^ (mixed >>> 15)
  }
  return {
    add(group, low, high) {
      let mask = slots.length - 1
      let slot = hashOf(group, low, high) & mask
      for (let entry = slots[slot] as number; entry !== 0; entry = slots[slot] as number) {
        if (groups[entry - 1] === group && lows[entry - 1] === low && highs[entry - 1] === high) return
        slot = (slot + 1) & mask
      }
      if (count === groups.length) {
        groups = grown(groups, count * 2)
        lows = grown(lows, count * 2)
        highs = grown(highs, count * 2)
      }
      groups[count] = group
      lows[count] = low
      highs[count] = high
      slots[slot] = ++count
      if (group >= seen.length) seen = grown(seen, Math.max(group + 1, seen.length * 2))
      if (seen[group] === 0) firsts++
      seen[group] = 1
      if (count * 2 > slots.length) {
        slots = new Int32Array(slots.length * 2)
        mask = slots.length - 1
        for (let entry = 0; entry < count; entry++) {
          let at = hashOf(groups[entry] as number, lows[entry] as number, highs[entry] as number) & mask
          while (slots[at] !== 0) at = (at + 1) & mask
          slots[at] = entry + 1
        }
      }
    },
    get extraCount() {
      return count - firsts
    },
    forEach(visit) {
      const shown = new Uint8Array(seen.length)
      for (let entry = 0; entry < count; entry++) {
        const group = groups[entry] as number
        visit(group, lows[entry] as number, highs[entry] as number, shown[group] === 0)
        shown[group] = 1
      }
    },
    clear() {
      count = 0
      firsts = 0
      slots.fill(0)
      seen.fill(0)
    },
  }
}
