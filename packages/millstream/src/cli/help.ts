import type { Command } from './command.ts'
import { commandNames, loadCommand } from './commands/all.ts'

const nameWidth = 26

export async function generalHelp(): Promise<string> {
  const lines: string[] = []
  for (const name of commandNames) {
    const command = await loadCommand(name)
    if (command !== null) lines.push(`  ${`${command.name} ${command.arguments}`.padEnd(nameWidth)} ${command.summary}`)
  }
  return [
    'millstream: streams in, answers out.',
    '',
    'Usage: millstream COMMAND [OPTIONS]',
    '',
    ...lines,
    '',
    '`millstream COMMAND --help` has its options and examples.',
    'Exit codes: 0 done, 1 failed, 2 usage or definition wrong.',
    '',
  ].join('\n')
}

export function commandHelp(command: Command): string {
  const options = Object.entries(command.options).map(([name, { short, value, doc }]) => {
    const written = `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`
    return `  ${written.padEnd(nameWidth)} ${doc}`
  })
  return [
    `millstream ${command.name} ${command.arguments}`.trimEnd(),
    '',
    command.summary,
    ...(options.length === 0 ? [] : ['', 'Options', ...options]),
    ...(command.details === undefined ? [] : ['', command.details.replace(/^\n+/, '').trimEnd()]),
    '',
  ].join('\n')
}
