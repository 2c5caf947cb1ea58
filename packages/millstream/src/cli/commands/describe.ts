import { type Command, exit, outputOption, serverOptions } from '../command.ts'
import { definedKindOf } from '../kinds.ts'
import { objectText } from '../output.ts'

export const command: Command = {
  name: 'describe',
  arguments: 'KIND NAME',
  counts: [2, 2],
  summary: 'Everything about one object',
  details: '  millstream describe stream playback\n  millstream describe pipeline rebuffers -o json',
  options: { ...outputOption, ...serverOptions },
  async run(call) {
    const [kind = '', name = ''] = call.args
    call.print(objectText(await call.client().get(definedKindOf(kind), name), call.format))
    return exit.done
  },
}
