import { createInterface } from 'node:readline/promises'
import { errors } from '../base/errors.ts'
import type { Call } from './command.ts'

/** Asks on a terminal; a script has to say --yes. */
export async function confirmed(call: Call, question: string): Promise<boolean> {
  if (process.stdin.isTTY !== true || !call.terminal) {
    throw errors.fail('MS-7014', { reason: `${question} Nobody can be asked here: say --yes`, near: [], help: 'millstream help' })
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await asking.question(`${question} [y/N] `)
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    asking.close()
  }
}
