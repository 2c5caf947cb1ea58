import type { Random } from '../ports.ts'

/** A small seeded generator (xorshift128, seeded by splitmix32). The same seed gives the same run. */
export function seededRandom(seed: number): Random {
  let state = seed | 0
  const splitmix = (): number => {
    state = (state + 0x9e3779b9) | 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
  let x = splitmix()
  let y = splitmix()
  let z = splitmix()
  let w = splitmix() | 1
  const uint32 = (): number => {
    const t = x ^ (x << 11)
    x = y
    y = z
    z = w
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8)
    return w >>> 0
  }
  const next = (): number => (uint32() * 2 ** 21 + (uint32() >>> 11)) / 2 ** 53
  return {
    next,
    int: (below) => (below <= 1 ? 0 : Math.floor(next() * below)),
    bytes: (count) => Uint8Array.from({ length: count }, () => uint32() & 255),
  }
}
