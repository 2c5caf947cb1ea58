import { limits } from '../base/limits.ts'

/** Buffers that bodies are read into, used again: a fresh one a request would cost more in garbage than the reading. */
export class BodyBuffers {
  readonly #free: Uint8Array[] = []

  /** At least so many bytes; what is in them is unspecified. */
  take(bytes: number): Uint8Array {
    for (let at = this.#free.length - 1; at >= 0; at--) {
      const buffer = this.#free[at] as Uint8Array
      if (buffer.length < bytes) continue
      this.#free.splice(at, 1)
      return buffer
    }
    return new Uint8Array(sizeClass(bytes))
  }

  /** Nobody reads it any more. */
  give(buffer: Uint8Array): void {
    if (buffer.length > limits.bodyBufferBytesMax || this.#free.length >= limits.bodyBuffersMax) return
    this.#free.push(buffer)
  }
}

/** Powers of two, so that buffers fit the next body too. */
const sizeClass = (bytes: number): number => 2 ** Math.ceil(Math.log2(Math.max(16_384, bytes)))
