import { errors } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import { types } from '../../data/types.ts'
import type { Env, ScalarFunction } from '../function.ts'
import { type Definition, scalar, take } from '../signature.ts'

const mask = (1n << 48n) - 1n

/** Java's generator, so that a seed gives the numbers that it gives there. */
class JavaRandom {
  #state: bigint
  constructor(seed: number) {
    this.#state = (BigInt(seed) ^ 0x5deece66dn) & mask
  }
  bits(count: number): bigint {
    this.#state = (this.#state * 0x5deece66dn + 0xbn) & mask
    return BigInt.asIntN(32, this.#state >> BigInt(48 - count))
  }
  double(): number {
    return Number((BigInt.asUintN(26, this.bits(26)) << 27n) + BigInt.asUintN(27, this.bits(27))) * 2 ** -53
  }
  int(bound: number): number {
    const wide = BigInt(bound)
    if ((bound & (bound - 1)) === 0) return Number((wide * this.bits(31)) >> 31n)
    for (;;) {
      const bits = this.bits(31)
      const value = bits % wide
      if (BigInt.asIntN(32, bits - value + (wide - 1n)) >= 0n) return Number(value)
    }
  }
}

function hostRandom({ random }: Env, feature: string): { next(): number; bytes(count: number): Uint8Array } {
  if (random === undefined) throw errors.fail('MS-2000', { feature: `${feature} where the host gives no randomness` })
  return random
}

/** One generator for each seed of a call: rows draw from it in turn. */
function seeded(): (seed: number) => JavaRandom {
  const generators = new Map<number, JavaRandom>()
  return (seed) => {
    let found = generators.get(seed)
    if (found === undefined) {
      if (generators.size >= limits.seededGeneratorsMax) generators.clear()
      found = new JavaRandom(seed)
      generators.set(seed, found)
    }
    return found
  }
}

function positive(bound: number): number {
  if (bound > 0) return bound
  throw errors.fail('MS-2112', { name: 'RAND_INTEGER', reason: `the bound is above 0, not ${bound}` })
}

const draw = (definition: Definition): ScalarFunction => scalar({ ...definition, deterministic: false, readsEnv: true })

export const randomFunctions: readonly ScalarFunction[] = [
  draw({ names: ['RAND'], result: types.double(), nullable: 'never', bind: (_, env) => () => hostRandom(env, 'RAND').next() }),
  draw({
    names: ['RAND'],
    parameters: [take.int],
    result: types.double(),
    bind: () => {
      const generator = seeded()
      return (seed: number) => generator(seed).double()
    },
  }),
  draw({
    names: ['RAND_INTEGER'],
    parameters: [take.int],
    result: types.int(),
    bind: (_, env) => (bound: number) => Math.floor(hostRandom(env, 'RAND_INTEGER').next() * positive(bound)),
  }),
  draw({
    names: ['RAND_INTEGER'],
    parameters: [take.int, take.int],
    result: types.int(),
    bind: () => {
      const generator = seeded()
      return (seed: number, bound: number) => generator(seed).int(positive(bound))
    },
  }),
  draw({
    names: ['UUID'],
    result: types.char(36),
    nullable: 'never',
    bind: (_, env) => () => {
      const bytes = hostRandom(env, 'UUID').bytes(16)
      bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40
      bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
      return Buffer.from(bytes)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    },
  }),
]
