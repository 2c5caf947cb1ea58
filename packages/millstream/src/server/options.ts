/** How a server was started; the supervisor hands it to every role. */
export interface ServerOptions {
  /** Absolute. */
  readonly dataFolder: string
  /** 0: any free one. Null: 7410, or the next free one. */
  readonly port: number | null
  /** The address to listen on; loopback unless a token exists. */
  readonly listen: string
  readonly publicUrls: readonly string[]
  readonly allowPaths: readonly string[]
  readonly allowHosts: readonly string[]
  /** Null: as it was when the folder was made (on for a new one). */
  readonly demo: boolean | null
  readonly demoRate: number
  /** The file that runs it: the demo is a client, and no part of the server. */
  readonly demoScript: string
}

export const defaultPort = 7410

/** Environment variables between the supervisor and its children. */
export const environment = {
  options: 'MILLSTREAM_OPTIONS',
  socket: 'MILLSTREAM_SOCKET',
  job: 'MILLSTREAM_JOB',
  url: 'MILLSTREAM_URL',
} as const

export function optionsFromEnvironment(): ServerOptions {
  const text = process.env[environment.options]
  if (text === undefined) throw new Error(`${environment.options} is not set: roles are started by the supervisor`)
  return JSON.parse(text) as ServerOptions
}
