import { errors } from '../../base/errors.ts'
import { type Command, exit, serverOptions } from '../command.ts'

export const command: Command = {
  name: 'token',
  arguments: 'create NAME',
  counts: [2, 2],
  summary: 'Create a token for somebody; it is shown this once',
  details: '  millstream token create dashboards\n  curl -H "Authorization: Bearer TOKEN" ...',
  options: { ...serverOptions },
  async run(call) {
    const [verb = '', name = ''] = call.args
    if (verb !== 'create')
      throw errors.fail('MS-7014', { reason: `token has no '${verb}'`, near: ['create'], help: 'millstream token --help' })
    const { token } = await call.client().createToken(name)
    call.note(`The token of ${name}. It is not shown again:`)
    call.print(`${token}\n`)
    return exit.done
  },
}
