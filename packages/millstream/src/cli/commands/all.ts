import type { Command } from '../command.ts'

/** Commands by name, loaded when they are asked for: starting one is not slower for those beside it. */
const commands: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  start: () => import('./start.ts'),
  doctor: () => import('./doctor.ts'),
  init: () => import('./init.ts'),
  plan: () => import('./plan.ts'),
  test: () => import('./test.ts'),
  apply: () => import('./apply.ts'),
  diff: () => import('./diff.ts'),
  export: () => import('./export.ts'),
  get: () => import('./get.ts'),
  describe: () => import('./describe.ts'),
  delete: () => import('./delete.ts'),
  send: () => import('./send.ts'),
  tail: () => import('./tail.ts'),
  sql: () => import('./sql.ts'),
  ledger: () => import('./ledger.ts'),
  'dead-letters': () => import('./dead-letters.ts'),
  redrive: () => import('./redrive.ts'),
  types: () => import('./types.ts'),
  schema: () => import('./schema.ts'),
  token: () => import('./token.ts'),
  context: () => import('./context.ts'),
  drill: () => import('./drill.ts'),
}

export const commandNames: readonly string[] = Object.keys(commands)

export async function loadCommand(name: string): Promise<Command | null> {
  return (await commands[name]?.())?.command ?? null
}
