import { type Command, outputOption, serverOptions } from '../command.ts'
import { objectText } from '../output.ts'
import { problemText } from '../problem.ts'
import { changesOf, planText, projectOptions, projectRequest } from '../projects.ts'

/** As diff's own: 0 same, 1 differs, 2 trouble. */
const codes = { same: 0, differs: 1, trouble: 2 } as const

export const command: Command = {
  name: 'diff',
  arguments: '[DIR]',
  counts: [0, 1],
  summary: 'Whether what runs is what a folder of definitions says',
  details: 'Exit codes: 0 the same, 1 it differs, 2 trouble.\n\n  millstream diff my-platform',
  options: { ...projectOptions, ...outputOption, ...serverOptions },
  async run(call) {
    try {
      const plan = await call.client().planProject({ ...projectRequest(call), prune: true })
      const same = changesOf(plan).length === 0 && plan.changes.every((change) => change.action === 'unchanged')
      if (call.format !== 'table') call.print(objectText(plan, call.format))
      else call.print(same ? 'The same.\n' : planText(plan))
      return same ? codes.same : codes.differs
    } catch (error) {
      process.stderr.write(problemText(error).text)
      return codes.trouble
    }
  },
}
