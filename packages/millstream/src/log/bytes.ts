const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Writes little-endian fields into a buffer that grows. Whole numbers above 32 bits are safe integers. */
export class FieldWriter {
  #bytes: Uint8Array
  #view: DataView
  #at = 0

  constructor(sizeBytes = 2048) {
    this.#bytes = new Uint8Array(sizeBytes)
    this.#view = new DataView(this.#bytes.buffer)
  }

  get length(): number {
    return this.#at
  }

  uint8(value: number): void {
    const at = this.#room(1)
    this.#view.setUint8(at, value)
  }
  uint16(value: number): void {
    const at = this.#room(2)
    this.#view.setUint16(at, value, true)
  }
  uint32(value: number): void {
    const at = this.#room(4)
    this.#view.setUint32(at, value, true)
  }
  uint64(value: number): void {
    const at = this.#room(8)
    this.#view.setUint32(at, value % 2 ** 32, true)
    this.#view.setUint32(at + 4, Math.floor(value / 2 ** 32), true)
  }
  int64(value: bigint): void {
    const at = this.#room(8)
    this.#view.setBigInt64(at, value, true)
  }
  float64(value: number): void {
    const at = this.#room(8)
    this.#view.setFloat64(at, value, true)
  }
  /** A length of 16 bits, then UTF-8. */
  text(value: string): void {
    const bytes = encoder.encode(value)
    this.uint16(bytes.length)
    this.raw(bytes)
  }
  raw(bytes: Uint8Array): void {
    const at = this.#room(bytes.length)
    this.#bytes.set(bytes, at)
  }
  /** Zeros up to a multiple of `of`. */
  pad(of: number): void {
    this.#room((of - (this.#at % of)) % of)
  }
  patchUint32(at: number, value: number): void {
    this.#view.setUint32(at, value, true)
  }
  patchUint64(at: number, value: number): void {
    this.#view.setUint32(at, value % 2 ** 32, true)
    this.#view.setUint32(at + 4, Math.floor(value / 2 ** 32), true)
  }
  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#at)
  }

  /** May replace the buffer and its view: neither is to be named before it. */
  #room(count: number): number {
    const at = this.#at
    this.#at += count
    if (this.#at > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#at, 2 * this.#bytes.length))
      larger.set(this.#bytes)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    return at
  }
}

/** Reads what FieldWriter wrote; reading beyond the end throws RangeError. */
export class FieldReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = at
  }

  uint8(): number {
    return this.#view.getUint8(this.#step(1))
  }
  uint16(): number {
    return this.#view.getUint16(this.#step(2), true)
  }
  uint32(): number {
    return this.#view.getUint32(this.#step(4), true)
  }
  uint64(): number {
    const at = this.#step(8)
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32
  }
  int64(): bigint {
    return this.#view.getBigInt64(this.#step(8), true)
  }
  float64(): number {
    return this.#view.getFloat64(this.#step(8), true)
  }
  text(): string {
    return decoder.decode(this.raw(this.uint16()))
  }
  raw(count: number): Uint8Array {
    const at = this.#step(count)
    if (this.#at > this.#bytes.length) throw new RangeError('a field reaches beyond its record')
    return this.#bytes.subarray(at, this.#at)
  }
  align(of: number): void {
    this.#at = Math.ceil(this.#at / of) * of
  }

  #step(count: number): number {
    const at = this.#at
    this.#at += count
    return at
  }
}
