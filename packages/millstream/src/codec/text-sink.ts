/** Text as bytes, as it grows. One a writer; `take` gives what was written in a buffer of its own and starts again. */
export class TextSink {
  bytes = new Uint8Array(4096)
  at = 0

  ensure(size: number): void {
    if (this.at + size <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.at + size, 2 * this.bytes.length))
    larger.set(this.bytes.subarray(0, this.at))
    this.bytes = larger
  }

  byte(code: number): void {
    if (this.at === this.bytes.length) this.ensure(1)
    this.bytes[this.at++] = code
  }

  ascii(text: string): void {
    this.ensure(text.length)
    for (let i = 0; i < text.length; i++) this.bytes[this.at++] = text.charCodeAt(i)
  }

  copy(source: Uint8Array, from: number, end: number): void {
    const length = end - from
    this.ensure(length)
    if (length > 48) this.bytes.set(source.subarray(from, end), this.at)
    else for (let i = 0; i < length; i++) this.bytes[this.at + i] = source[from + i] as number
    this.at += length
  }

  /** A whole number within ±(2^53 - 1). */
  whole(value: number): void {
    this.ensure(17)
    let rest = value
    if (rest < 0) {
      this.bytes[this.at++] = 45
      rest = -rest
    }
    let digits = 1
    for (let limit = 10; rest >= limit && digits < 16; limit *= 10) digits++
    let at = this.at + digits
    this.at = at
    while (rest > 0x7fffffff) {
      const next = Math.floor(rest / 10)
      this.bytes[--at] = 48 + (rest - next * 10)
      rest = next
    }
    let small = rest | 0
    for (; digits > 0 && at > this.at - digits; ) {
      const next = (small / 10) | 0
      this.bytes[--at] = 48 + (small - next * 10)
      small = next
    }
  }

  /** Exactly so many digits, with zeros in front. */
  padded(value: number, digits: number): void {
    this.ensure(digits)
    let rest = value
    for (let at = this.at + digits - 1; at >= this.at; at--) {
      const next = Math.floor(rest / 10)
      this.bytes[at] = 48 + (rest - next * 10)
      rest = next
    }
    this.at += digits
  }

  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.at)
    this.at = 0
    return taken
  }
}
