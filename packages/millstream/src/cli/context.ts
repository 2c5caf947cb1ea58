import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** Servers that a person uses, by name: `millstream context use NAME`. Kept for that person alone. */
export interface Contexts {
  readonly current: string | null
  readonly contexts: Readonly<Record<string, { readonly server: string; readonly token?: string }>>
}

const defaultServer = 'http://127.0.0.1:7410'

const file = (): string =>
  process.env.MILLSTREAM_CONTEXTS ?? join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'millstream', 'contexts.json')

export function readContexts(): Contexts {
  try {
    return JSON.parse(readFileSync(file(), 'utf8')) as Contexts
  } catch {
    return { current: null, contexts: {} }
  }
}

export function writeContexts(contexts: Contexts): void {
  mkdirSync(dirname(file()), { recursive: true, mode: 0o700 })
  writeFileSync(file(), `${JSON.stringify(contexts, null, 2)}\n`, { mode: 0o600 })
}

/** What was said on the command line, else in the environment, else the context in use, else the server of this machine. */
export function chosenServer(said: { readonly server: string | undefined; readonly token: string | undefined }): {
  readonly server: string
  readonly token: string | undefined
} {
  const { current, contexts } = readContexts()
  const context = current === null ? undefined : contexts[current]
  const server = said.server ?? process.env.MILLSTREAM_SERVER ?? context?.server ?? defaultServer
  const token = said.token ?? process.env.MILLSTREAM_TOKEN ?? (server === context?.server ? context.token : undefined)
  return { server, token }
}
