import { type Command, exit, outputOption, serverOptions } from '../command.ts'
import { objectText } from '../output.ts'
import { changesOf, planText, projectOptions, projectRequest } from '../projects.ts'

/** Terraform's: 0 nothing to change, 1 failed, 2 something to change. */
const somethingToChange = 2

export const command: Command = {
  name: 'plan',
  arguments: '[DIR]',
  counts: [0, 1],
  summary: 'What applying a folder of definitions would change; changes nothing',
  details: '  millstream plan my-platform\n  millstream plan my-platform --env prod --detailed-exitcode',
  options: {
    ...projectOptions,
    'detailed-exitcode': { type: 'boolean', doc: '0: nothing to change, 1: failed, 2: something to change' },
    ...outputOption,
    ...serverOptions,
  },
  async run(call) {
    const plan = await call.client().planProject(projectRequest(call))
    call.print(call.format === 'table' ? planText(plan) : objectText(plan, call.format))
    return call.flag('detailed-exitcode') && changesOf(plan).length > 0 ? somethingToChange : exit.done
  },
}
