const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * Strings to ids 0, 1, 2, ... by their UTF-8 bytes: one array of bytes and an open-addressing table of ids, so that
 * looking up a string of a batch makes no JS string. An id is for the life of a dataset.
 */
export class Interner {
  #bytes = new Uint8Array(1 << 12)
  #offsets = new Int32Array(1 << 8)
  #hashes = new Int32Array(1 << 8)
  /** id + 1; 0: empty. */
  #slots = new Int32Array(1 << 9)
  #count = 0

  get count(): number {
    return this.#count
  }

  /** The id of bytes[from .. to]. */
  idOf(bytes: Uint8Array, from: number, to: number): number {
    const hash = hashBytes(bytes, from, to, 0x9747b28c)
    const mask = this.#slots.length - 1
    let slot = hash & mask
    for (let entry = this.#slots[slot] as number; entry !== 0; entry = this.#slots[slot] as number) {
      if (this.#hashes[entry - 1] === hash && this.#equals(entry - 1, bytes, from, to)) return entry - 1
      slot = (slot + 1) & mask
    }
    return this.#add(hash, slot, bytes, from, to)
  }

  idOfText(text: string): number {
    const bytes = encoder.encode(text)
    return this.idOf(bytes, 0, bytes.length)
  }

  text(id: number): string {
    return decoder.decode(this.#bytes.subarray(this.#offsets[id], this.#offsets[id + 1]))
  }

  #equals(id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = this.#offsets[id] as number
    if ((this.#offsets[id + 1] as number) - start !== to - from) return false
    for (let at = from; at < to; at++) if (bytes[at] !== this.#bytes[start + at - from]) return false
    return true
  }

  #add(hash: number, slot: number, bytes: Uint8Array, from: number, to: number): number {
    const id = this.#count
    const start = this.#offsets[id] as number
    const end = start + to - from
    if (end > this.#bytes.length) this.#bytes = grown(this.#bytes, Math.max(end, this.#bytes.length * 2))
    if (id + 2 > this.#offsets.length) {
      this.#offsets = grown(this.#offsets, this.#offsets.length * 2)
      this.#hashes = grown(this.#hashes, this.#hashes.length * 2)
    }
    for (let at = from; at < to; at++) this.#bytes[start + at - from] = bytes[at] as number
    this.#offsets[id + 1] = end
    this.#hashes[id] = hash
    this.#slots[slot] = id + 1
    this.#count = id + 1
    if (this.#count * 2 > this.#slots.length) this.#rehash()
    return id
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let id = 0; id < this.#count; id++) {
      let slot = (this.#hashes[id] as number) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = id + 1
    }
    this.#slots = slots
  }
}

/** A 32-bit hash of bytes (Murmur3's mixing, a byte at a time). */
export function hashBytes(bytes: Uint8Array, from: number, to: number, seed: number): number {
  let hash = seed
  for (let at = from; at < to; at++) {
    hash = Math.imul(hash ^ (bytes[at] as number), 0x5bd1e995)
    hash ^= hash >>> 15
  }
  hash ^= to - from
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

export function grown<T extends Uint8Array | Int32Array | Float64Array>(array: T, length: number): T {
  const larger = new (array.constructor as new (length: number) => T)(length)
  larger.set(array as never)
  return larger
}
