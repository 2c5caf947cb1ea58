import { assert } from '../base/assert.ts'

/** Buffers start at multiples of this many bytes, in blocks and in frames. */
const bufferAlignment = 64

const alignUp = (size: number): number => (size + bufferAlignment - 1) & ~(bufferAlignment - 1)

/**
 * Several buffers as one, so that each starts at a multiple of 64 from the start:
 *
 *   uint32 count, uint32 size of each, zeros to 64 | buffer, zeros to 64 | buffer, zeros to 64 | ...
 */
function packedSize(buffers: readonly Uint8Array[]): number {
  return buffers.reduce((sum, buffer) => sum + alignUp(buffer.length), alignUp(4 + 4 * buffers.length))
}

/** Writes the packed form into `target` from `at` (a multiple of 4 of its ArrayBuffer); answers its size. */
function packInto(buffers: readonly Uint8Array[], target: Uint8Array, at: number): number {
  const head = new Uint32Array(target.buffer, target.byteOffset + at, 1 + buffers.length)
  head[0] = buffers.length
  let end = alignUp(4 + 4 * buffers.length)
  target.fill(0, at + 4 * head.length, at + end)
  buffers.forEach((buffer, index) => {
    head[1 + index] = buffer.length
    target.set(buffer, at + end)
    target.fill(0, at + end + buffer.length, at + end + alignUp(buffer.length))
    end += alignUp(buffer.length)
  })
  return end
}

/** In an ArrayBuffer of its own. */
export function pack(buffers: readonly Uint8Array[]): Uint8Array {
  const packed = new Uint8Array(packedSize(buffers))
  packInto(buffers, packed, 0)
  return packed
}

/** Views of the buffers, no copies (but for a packed form that does not start at a multiple of 8). */
export function unpack(packed: Uint8Array): Uint8Array[] {
  const bytes = packed.byteOffset % 8 === 0 ? packed : packed.slice()
  assert(bytes.length >= 4, 'a packed form has a head')
  const count = new Uint32Array(bytes.buffer, bytes.byteOffset, 1)[0] as number
  assert(4 + 4 * count <= bytes.length, 'a packed form holds its head')
  const sizes = new Uint32Array(bytes.buffer, bytes.byteOffset + 4, count)
  let at = alignUp(4 + 4 * count)
  return Array.from(sizes, (size) => {
    assert(at + size <= bytes.length, 'a packed form holds its buffers')
    const buffer = bytes.subarray(at, at + size)
    at += alignUp(size)
    return buffer
  })
}
