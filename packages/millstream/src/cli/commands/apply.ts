import { type Command, exit, outputOption, serverOptions } from '../command.ts'
import { confirmed } from '../confirm.ts'
import { objectText } from '../output.ts'
import { changesOf, planText, projectOptions, projectRequest } from '../projects.ts'

export const command: Command = {
  name: 'apply',
  arguments: '[DIR]',
  counts: [0, 1],
  summary: 'Make what runs be what a folder of definitions says',
  details: `
Touches only what the folder's project owns. Shows the plan and asks on a terminal; a script says --yes. Applying again changes nothing.

  millstream apply my-platform
  millstream apply my-platform --env prod --yes
`,
  options: { ...projectOptions, yes: { type: 'boolean', short: 'y', doc: 'Do not ask' }, ...outputOption, ...serverOptions },
  async run(call) {
    const request = projectRequest(call)
    const plan = await call.client().planProject(request)
    const changes = changesOf(plan)
    if (call.format === 'table') call.print(planText(plan))
    const conflicts = plan.changes.filter((change) => change.conflict !== undefined)
    if (conflicts.length > 0 && !call.flag('force')) {
      call.note('Nothing was applied: take over what was changed elsewhere, or overwrite it with --force.')
      return exit.wrong
    }
    if (changes.length === 0) {
      if (call.format !== 'table') call.print(objectText(plan, call.format))
      return exit.done
    }
    if (!call.flag('yes') && !(await confirmed(call, 'Apply this?'))) return exit.failed
    const applied = await call.client().applyProject({ ...request, planId: plan.planId })
    if (call.format !== 'table') call.print(objectText(applied, call.format))
    else call.note(`Applied: ${changesOf(applied).length} changes.`)
    return exit.done
  },
}
