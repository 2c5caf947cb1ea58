export type Numbers = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array
export interface NumbersKind<T> {
  new (length: number): T
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T
}

/** The values one after the other, `length` in all. Views that lie so in one buffer, as those of one scanner do, are one view; others are copied. */
export function joinViews<T extends Numbers>(parts: readonly T[], length: number, kind: NumbersKind<T>): T {
  const { buffer, byteOffset } = parts[0] as T
  let end = byteOffset
  for (const part of parts) {
    if (part.buffer !== buffer || part.byteOffset !== end) return copies(parts, new kind(length))
    end += part.byteLength
  }
  return new kind(buffer, byteOffset, length)
}

function copies<T extends Numbers>(parts: readonly T[], to: T): T {
  let at = 0
  for (const part of parts) {
    to.set(part, at)
    at += part.length
  }
  return to
}
