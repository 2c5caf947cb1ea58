/** Loops between the forms in memory and Arrow's bits and words on disk. None makes a BigInt. */

const two32 = 4_294_967_296

export function boolsToBits(values: Uint8Array, length: number): Uint8Array {
  const bits = new Uint8Array((length + 7) >> 3)
  for (let row = 0; row < length; row++) {
    bits[row >> 3] = (bits[row >> 3] as number) | (((values[row] as number) & 1) << (row & 7))
  }
  return bits
}

export function bitsToBools(bits: Uint8Array, length: number): Uint8Array {
  const values = new Uint8Array(length)
  for (let row = 0; row < length; row++) values[row] = ((bits[row >> 3] as number) >> (row & 7)) & 1
  return values
}

/** Doubles that are whole and at most 2^53 - 1 in size, as int64. */
export function safeToInt64(values: Float64Array, length: number): Uint8Array {
  const words = new Int32Array(2 * length)
  for (let row = 0; row < length; row++) {
    const value = values[row] as number
    words[2 * row] = value | 0
    words[2 * row + 1] = Math.floor(value / two32) | 0
  }
  return new Uint8Array(words.buffer)
}

/** Words of int64 values, low first, as doubles. Exact for those that fit; what stands under a null may not. */
export function int64ToSafe(words: Int32Array, length: number): Float64Array {
  const values = new Float64Array(length)
  for (let row = 0; row < length; row++) values[row] = (words[2 * row + 1] as number) * two32 + ((words[2 * row] as number) >>> 0)
  return values
}

/** Ids in the narrowest width for a dictionary of so many entries. Those under a null may point nowhere: they become 0. */
export function writeIds(ids: Int32Array, length: number, entries: number): Uint8Array {
  const narrow = entries <= 256 ? new Uint8Array(length) : entries <= 65_536 ? new Uint16Array(length) : new Uint32Array(length)
  for (let row = 0; row < length; row++) {
    const id = ids[row] as number
    narrow[row] = id >= 0 && id < entries ? id : 0
  }
  return new Uint8Array(narrow.buffer)
}

export function readIds(encoding: 'dictionary8' | 'dictionary16' | 'dictionary32', bytes: Uint8Array, length: number): Int32Array {
  const width = encoding === 'dictionary8' ? 1 : encoding === 'dictionary16' ? 2 : 4
  const own = bytes.byteOffset % width === 0 ? bytes : bytes.slice()
  if (width === 1) return Int32Array.from(own.subarray(0, length))
  if (width === 2) return Int32Array.from(new Uint16Array(own.buffer, own.byteOffset, length))
  return new Int32Array(own.buffer, own.byteOffset, length)
}
