/** Generated scanners read up to this many bytes beyond a body: zeros, which end every loop. */
export const scanPadding = 16

/** Whether the body may be read where it is. */
export function hasZerosBehind(bytes: Uint8Array): boolean {
  const from = bytes.byteOffset + bytes.length
  if (bytes.buffer.byteLength < from + scanPadding) return false
  const behind = new Uint8Array(bytes.buffer, from, scanPadding)
  for (let at = 0; at < scanPadding; at++) if (behind[at] !== 0) return false
  return true
}

const startBytes = 64 * 1024

/** Copies of bodies with zeros behind them; one at a time. */
export class PaddedCopies {
  bytes = new Uint8Array(startBytes)
  view = new DataView(this.bytes.buffer)

  take(body: Uint8Array): void {
    if (this.bytes.length < body.length + scanPadding) this.#allocate(body.length + (body.length >> 1) + scanPadding)
    this.bytes.set(body)
    this.bytes.fill(0, body.length, body.length + scanPadding)
  }

  /** Gives back what a large body took. */
  release(): void {
    if (this.bytes.length > startBytes) this.#allocate(startBytes)
  }

  #allocate(size: number): void {
    this.bytes = new Uint8Array(size)
    this.view = new DataView(this.bytes.buffer)
  }
}
