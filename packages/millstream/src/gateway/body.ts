import type { IncomingMessage } from 'node:http'
import { gunzip, zstdDecompress } from 'node:zlib'
import { errors } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import { scanPadding } from '../codec/json/padding.ts'
import { BodyBuffers } from './body-buffers.ts'

/** Memory for bodies in flight, all requests together. */
export class BodyMemory {
  readonly buffers = new BodyBuffers()
  readonly #bytesMax: number
  #bytes = 0

  constructor(bytesMax: number = limits.bodiesBytesMax) {
    this.#bytesMax = bytesMax
  }

  take(bytes: number): void {
    if (this.#bytes + bytes > this.#bytesMax) throw errors.fail('MS-4005', { bytesMax: this.#bytesMax })
    this.#bytes += bytes
  }

  give(bytes: number): void {
    this.#bytes -= bytes
  }

  get inUse(): number {
    return this.#bytes
  }
}

export interface Body {
  /** Only until `release`. */
  readonly bytes: Uint8Array
  /** Called when nobody needs the bytes any more. */
  release(): void
}

/** A request's body, whole and unpacked, within the limits. Rejects with a problem; null when the client went away. */
export async function readBody(
  request: IncomingMessage,
  memory: BodyMemory,
  bytesMax: number = limits.requestBytesMax,
): Promise<Body | null> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip' && encoding !== 'zstd')
    throw errors.fail('MS-4010', { encoding: encoding.slice(0, 100) })
  const declared = request.headers['content-length']
  if (declared !== undefined && Number(declared) > bytesMax) throw errors.fail('MS-4004', { bytesMax, unpacked: false })
  // Counted as it comes, not as it is declared: who declares much and sends little holds little.
  let held = 0
  let body: Body | null = null
  try {
    const chunks = await collect(request, bytesMax, (bytes) => {
      memory.take(bytes - held)
      held = bytes
    })
    if (chunks === null) return null
    const buffer = chunks.length === 1 ? null : memory.buffers.take(held + scanPadding)
    let bytes: Uint8Array = buffer === null ? (chunks[0] as Buffer) : joined(chunks, buffer)
    if (encoding !== 'identity') {
      const expected = Math.min(bytesMax, Math.max(limits.unpackingBytesMin, 4 * bytes.length))
      memory.take(expected)
      held += expected
      bytes = await unpack(bytes, encoding, bytesMax)
      memory.give(held)
      held = 0
      memory.take(bytes.length)
      held = bytes.length
    }
    let released = false
    const release = (): void => {
      if (released) return
      released = true
      memory.give(held)
      if (buffer !== null) memory.buffers.give(buffer)
    }
    body = { bytes, release }
    return body
  } finally {
    if (body === null) memory.give(held)
  }
}

/** The chunks one after the other at the start of `buffer`, and the zeros that scanners want behind them. */
function joined(chunks: readonly Buffer[], buffer: Uint8Array): Uint8Array {
  let at = 0
  for (const chunk of chunks) {
    buffer.set(chunk, at)
    at += chunk.length
  }
  buffer.fill(0, at, at + scanPadding)
  return buffer.subarray(0, at)
}

function collect(request: IncomingMessage, bytesMax: number, onBytes: (bytes: number) => void): Promise<Buffer[] | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    let settled = false
    const stop = (error: Error): void => {
      settled = true
      request.removeAllListeners('data')
      request.pause()
      reject(error)
    }
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > bytesMax) return stop(errors.fail('MS-4004', { bytesMax, unpacked: false }))
      try {
        onBytes(bytes)
      } catch (error) {
        return stop(error as Error)
      }
      chunks.push(chunk)
    })
    request.on('end', () => {
      settled = true
      resolve(chunks)
    })
    const gone = (): void => {
      if (!settled) resolve(null)
    }
    request.on('close', gone)
    request.on('error', gone)
  })
}

function unpack(packed: Uint8Array, encoding: 'gzip' | 'zstd', bytesMax: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const done = (error: NodeJS.ErrnoException | null, bytes: Buffer): void => {
      // The output's limit stops a bomb before it is big.
      if (error === null) resolve(bytes)
      else if (error.code === 'ERR_BUFFER_TOO_LARGE') reject(errors.fail('MS-4004', { bytesMax, unpacked: true }))
      else reject(errors.fail('MS-4009', { encoding, reason: error.message }))
    }
    if (encoding === 'gzip') gunzip(packed, { maxOutputLength: bytesMax }, done)
    else zstdDecompress(packed, { maxOutputLength: bytesMax }, done)
  })
}
