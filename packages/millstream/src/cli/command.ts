import type { Client } from '@millstream/client'
import type { Format } from './output.ts'

export interface OptionSpec {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  /** What stands behind it in the help: `--from TIME`. */
  readonly value?: string
  readonly doc: string
  readonly many?: boolean
}

/** A command, described once: its help, its arguments and what it does. */
export interface Command {
  readonly name: string
  /** `STREAM [FILE]`. */
  readonly arguments: string
  /** How many arguments it takes, at least and at most. */
  readonly counts: readonly [least: number, most: number]
  readonly summary: string
  /** Examples and what a person should know, below the options. */
  readonly details?: string
  readonly options: Readonly<Record<string, OptionSpec>>
  run(call: Call): Promise<number>
}

/** One run of a command. */
export interface Call {
  readonly args: readonly string[]
  text(option: string): string | undefined
  flag(option: string): boolean
  texts(option: string): readonly string[]
  readonly format: Format
  /** Whether a person reads standard output. */
  readonly terminal: boolean
  /** The server that is asked; made on first use, so that commands without one need none. */
  client(): Client
  readonly server: string
  print(text: string): void
  /** Notes for a person, on standard error. */
  note(text: string): void
  /** Ends when the person presses Ctrl-C. */
  readonly stopped: AbortSignal
}

/** Exit codes: done, failed, usage or definition wrong. */
export const exit = { done: 0, failed: 1, wrong: 2 } as const

/** Options that every command which asks a server has. */
export const serverOptions = {
  server: { type: 'string', value: 'URL', doc: 'Which server (MILLSTREAM_SERVER; else the context in use; else http://127.0.0.1:7410)' },
  token: { type: 'string', value: 'TOKEN', doc: 'Who asks (MILLSTREAM_TOKEN)' },
} as const satisfies Record<string, OptionSpec>

export const outputOption = {
  output: { type: 'string', short: 'o', value: 'FORMAT', doc: 'table, json, ndjson, yaml or csv' },
} as const satisfies Record<string, OptionSpec>
