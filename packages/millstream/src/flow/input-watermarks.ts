/** Before any watermark, and after the end of all input. */
export const watermarkMin = Number.NEGATIVE_INFINITY
export const watermarkMax = Number.POSITIVE_INFINITY

/** A node's inputs: its watermark is the minimum over the active ones; idle ones are left out, and it never goes back. */
export class InputWatermarks {
  readonly #watermarks: Float64Array
  readonly #idle: Uint8Array
  #combined = watermarkMin

  constructor(inputs: number) {
    this.#watermarks = new Float64Array(inputs).fill(watermarkMin)
    this.#idle = new Uint8Array(inputs)
  }

  get combined(): number {
    return this.#combined
  }

  /** True when every input is idle, and so the node is. */
  get idle(): boolean {
    return this.#idle.every((idle) => idle === 1)
  }

  /** Answers whether the combined watermark moved. */
  advance(input: number, timeMs: number): boolean {
    if (timeMs > (this.#watermarks[input] as number)) this.#watermarks[input] = timeMs
    this.#idle[input] = 0
    return this.#combine()
  }

  setIdle(input: number, idle: boolean): boolean {
    this.#idle[input] = idle ? 1 : 0
    return this.#combine()
  }

  restore(combined: number): void {
    this.#watermarks.fill(combined)
    this.#combined = combined
  }

  #combine(): boolean {
    let minimum = watermarkMax
    let active = false
    for (let input = 0; input < this.#watermarks.length; input++) {
      if (this.#idle[input] === 1) continue
      active = true
      minimum = Math.min(minimum, this.#watermarks[input] as number)
    }
    if (!active || minimum <= this.#combined) return false
    this.#combined = minimum
    return true
  }
}
