import { errors } from '../../base/errors.ts'
import { near } from '../../base/near.ts'
import { type Call, type Command, exit, outputOption, serverOptions } from '../command.ts'
import { definedKindOf, kindOf } from '../kinds.ts'
import { objectText } from '../output.ts'

export const command: Command = {
  name: 'describe',
  arguments: 'KIND NAME',
  counts: [2, 2],
  summary: 'Everything about one object',
  details: '  millstream describe stream playback\n  millstream describe pipeline rebuffers -o json\n  millstream describe job rebuffers',
  options: { ...outputOption, ...serverOptions },
  async run(call) {
    const [kind = '', name = ''] = call.args
    const found = kindOf(kind) === 'jobs' ? await job(call, name) : await call.client().get(definedKindOf(kind), name)
    call.print(objectText(found, call.format))
    return exit.done
  },
}

async function job(call: Call, name: string): Promise<unknown> {
  const { items } = await call.client().jobs()
  const names = items.map((one) => one.name)
  const at = names.indexOf(name)
  if (at < 0) throw errors.fail('MS-7002', { kind: 'job', name, near: near(name, names) })
  return items[at]
}
