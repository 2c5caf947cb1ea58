import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { errors } from '../../base/errors.ts'
import { defaultPort, type ServerOptions } from '../options.ts'

/** How many ports after the first are tried when none was asked for. */
const portsTried = 50

/** Listens on the port that was asked for; else on 7410 or the next free one. Answers the address to open. */
export async function listen(server: Server, { port, listen: address }: ServerOptions): Promise<string> {
  const first = port ?? defaultPort
  for (let next = first; ; next++) {
    try {
      await listenOn(server, next, address)
      const { port: bound } = server.address() as AddressInfo
      const host = address === '0.0.0.0' || address === 'localhost' ? '127.0.0.1' : address.includes(':') ? `[${address}]` : address
      return `http://${host}:${bound}`
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      if (port !== null || next - first >= portsTried) throw errors.fail('MS-7012', { port: next }, undefined, error)
    }
  }
}

function listenOn(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
