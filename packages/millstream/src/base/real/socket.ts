import { connect, createServer, type Socket } from 'node:net'
import type { MessagePipe } from '../rpc.ts'

/** Messages are JSON texts, each behind its length in bytes as a little-endian uint32. */
function pipeOver(socket: Socket): MessagePipe {
  let listener: (message: unknown) => void = () => {}
  let chunks: Buffer[] = []
  let buffered = 0
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    buffered += chunk.length
    let head = chunks[0] as Buffer
    if (chunks.length > 1 && buffered >= 4 && (head.length < 4 || buffered >= 4 + head.readUInt32LE(0))) {
      head = Buffer.concat(chunks)
      chunks = [head]
    }
    while (head.length >= 4 && head.length >= 4 + head.readUInt32LE(0)) {
      const end = 4 + head.readUInt32LE(0)
      const text = head.toString('utf8', 4, end)
      head = head.subarray(end)
      buffered -= end
      listener(JSON.parse(text))
    }
    if (chunks.length === 1) chunks = head.length > 0 ? [head] : []
  })
  socket.on('error', () => socket.destroy())
  return {
    send(message) {
      const text = JSON.stringify(message)
      const frame = Buffer.allocUnsafe(4 + Buffer.byteLength(text))
      frame.writeUInt32LE(frame.length - 4, 0)
      frame.write(text, 4)
      socket.write(frame)
    },
    onMessage: (taken) => {
      listener = taken
    },
    onClose: (closed) => {
      socket.on('close', closed)
    },
    backlogBytes: () => socket.writableLength,
    close: () => socket.end(),
  }
}

/** Listens on a Unix socket; `path` must be short (107 bytes on Linux). */
export function listenOnSocket(path: string, onPipe: (pipe: MessagePipe) => void): Promise<{ close(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => onPipe(pipeOver(socket)))
    server.once('error', reject)
    server.listen(path, () => {
      resolve({ close: () => new Promise((closed) => server.close(() => closed())) })
    })
  })
}

export function connectToSocket(path: string): Promise<MessagePipe> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(pipeOver(socket))
    })
  })
}
