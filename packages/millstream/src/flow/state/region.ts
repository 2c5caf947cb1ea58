/** Pages are the unit in which state is written to disk. */
const pageBytes = 16 * 1024
const pageShift = 14

export type Words = Uint8Array | Int8Array | Int32Array | Float64Array | BigInt64Array
type Make<T extends Words> = (length: number) => T

/**
 * One growing typed array that knows which of its pages changed since the last checkpoint. Kernels write to `array`
 * directly and mark what they wrote; `array` changes identity when it grows, so nobody keeps it over a `grow`.
 */
export class Region<T extends Words = Words> {
  array: T
  /** Elements in use. */
  used = 0
  readonly #make: Make<T>
  #dirty: Uint8Array

  constructor(make: Make<T>) {
    this.#make = make
    this.array = make(0)
    this.#dirty = new Uint8Array(0)
  }

  get usedBytes(): number {
    return this.used * this.array.BYTES_PER_ELEMENT
  }

  /** Room for `length` elements in all; new ones are zero. */
  grow(length: number): void {
    if (length > this.array.length) {
      const capacity = Math.max(length, this.array.length * 2, 64)
      const larger = this.#make(capacity)
      larger.set(this.array as never)
      this.array = larger
      const dirty = new Uint8Array((larger.byteLength + pageBytes - 1) >> pageShift)
      dirty.set(this.#dirty)
      this.#dirty = dirty
    }
    if (length > this.used) {
      const from = this.used
      this.used = length
      this.markRange(from, length)
    }
  }

  mark(index: number): void {
    this.#dirty[(index * this.array.BYTES_PER_ELEMENT) >> pageShift] = 1
  }

  markRange(from: number, to: number): void {
    if (to <= from) return
    const size = this.array.BYTES_PER_ELEMENT
    for (let page = (from * size) >> pageShift; page <= (to * size - 1) >> pageShift; page++) this.#dirty[page] = 1
  }

  /** For each of `slots` that a kernel wrote. */
  markSlots(slots: Int32Array, count: number): void {
    const dirty = this.#dirty
    const size = this.array.BYTES_PER_ELEMENT
    for (let i = 0; i < count; i++) dirty[((slots[i] as number) * size) >> pageShift] = 1
  }

  pageCount(): number {
    return (this.usedBytes + pageBytes - 1) >> pageShift
  }

  isDirty(page: number): boolean {
    return this.#dirty[page] === 1
  }

  markPage(page: number): void {
    this.#dirty[page] = 1
  }

  clean(): void {
    this.#dirty.fill(0)
  }

  /** A view of a page's bytes; the last page may be short. */
  page(page: number): Uint8Array {
    const from = page << pageShift
    return new Uint8Array(this.array.buffer, this.array.byteOffset + from, Math.min(pageBytes, this.usedBytes - from))
  }

  /** Restores a page read from disk. */
  load(page: number, bytes: Uint8Array): void {
    new Uint8Array(this.array.buffer, this.array.byteOffset).set(bytes, page << pageShift)
  }

  clear(): void {
    this.array = this.#make(0)
    this.#dirty = new Uint8Array(0)
    this.used = 0
  }
}
