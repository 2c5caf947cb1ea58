#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { createClient } from '@millstream/client'
import { errors } from '../base/errors.ts'
import { near } from '../base/near.ts'
import { type Call, type Command, exit } from './command.ts'
import { commandNames, loadCommand } from './commands/all.ts'
import { chosenServer } from './context.ts'
import { commandHelp, generalHelp } from './help.ts'
import { formatOf } from './output.ts'
import { problemText } from './problem.ts'

/** Commands that the product will have: named, so that nobody thinks he misspelt them. */
const notYet = ['live', 'trace', 'audit', 'failover']

/** `millstream COMMAND ...`: answers the exit code. */
export async function main(words: readonly string[]): Promise<number> {
  const [name = 'help', ...rest] = words
  let asked = ''
  try {
    if (name === '--version' || name === 'version') {
      const { version } = await import('./version.ts')
      process.stdout.write(`millstream ${version}\n`)
      return exit.done
    }
    if (name === 'help' || name === '--help' || name === '-h') {
      const asked = rest[0] === undefined ? null : await loadCommand(rest[0])
      process.stdout.write(asked === null ? await generalHelp() : commandHelp(asked))
      return exit.done
    }
    const command = await loadCommand(name)
    if (command === null) {
      if (notYet.includes(name)) throw errors.fail('MS-7000', { feature: `The command '${name}'` })
      throw errors.fail('MS-7014', { reason: `There is no command '${name}'`, near: near(name, commandNames), help: 'millstream help' })
    }
    if (rest.includes('--help') || rest.includes('-h')) {
      process.stdout.write(commandHelp(command))
      return exit.done
    }
    const call = callOf(command, rest)
    asked = call.server
    return await command.run(call)
  } catch (error) {
    const { text, code } = problemText(error, asked)
    process.stderr.write(text)
    return code
  }
}

function callOf(command: Command, words: readonly string[]): Call {
  const { values, positionals } = parsed(command, words)
  const [least, most] = command.counts
  if (positionals.length < least || positionals.length > most) {
    const reason =
      positionals.length < least
        ? `${command.name} needs ${command.arguments}`
        : `${command.name} takes ${command.arguments || 'no arguments'}: '${positionals[most]}' is too much`
    throw errors.fail('MS-7014', { reason, near: [], help: `millstream ${command.name} --help` })
  }
  const text = (option: string): string | undefined => (typeof values[option] === 'string' ? values[option] : undefined)
  const { server, token } = chosenServer({ server: text('server'), token: text('token') })
  const stop = new AbortController()
  let stops = 0
  process.on('SIGINT', () => {
    if (++stops > 1) process.exit(130)
    stop.abort()
  })
  return {
    args: positionals,
    text,
    flag: (option) => values[option] === true,
    texts: (option) => (Array.isArray(values[option]) ? (values[option] as string[]) : []),
    format: formatOf(text('output')),
    terminal: process.stdout.isTTY === true,
    client: () => createClient({ server: addressOf(server), ...(token === undefined ? {} : { token }) }),
    server,
    print: (line) => process.stdout.write(line),
    note: (line) => process.stderr.write(`${line}\n`),
    stopped: stop.signal,
  }
}

function addressOf(server: string): string {
  if (/^https?:$/.test(URL.parse(server)?.protocol ?? '')) return server
  const reason = `'${server}' is no address of a server: one is such as http://127.0.0.1:7410`
  throw errors.fail('MS-7014', { reason, near: [], help: 'millstream context --help' })
}

function parsed(command: Command, words: readonly string[]): { values: Readonly<Record<string, unknown>>; positionals: readonly string[] } {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { type, short, many }]) => [
      name,
      { type, ...(short === undefined ? {} : { short }), ...(many === true ? { multiple: true } : {}) },
    ]),
  )
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
  } catch (error) {
    const unknown = /'--?([\w-]+)/.exec((error as Error).message)?.[1] ?? ''
    const close = near(unknown, Object.keys(command.options)).map((name) => `--${name}`)
    const reason = (error as Error).message.split('. ')[0] ?? 'The options are not understood'
    throw errors.fail('MS-7014', { reason: `${command.name}: ${reason}`, near: close, help: `millstream ${command.name} --help` })
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
