import { errors } from '../../base/errors.ts'
import { type Command, exit, outputOption } from '../command.ts'
import { readContexts, writeContexts } from '../context.ts'
import { listText } from '../output.ts'

export const command: Command = {
  name: 'context',
  arguments: 'use NAME | list',
  counts: [1, 2],
  summary: 'Which server commands go to',
  details:
    '  millstream context use prod --server https://streams.example.com --token ...\n  millstream context use local\n  millstream context list',
  options: {
    server: { type: 'string', value: 'URL', doc: 'Keeps this address under the name' },
    token: { type: 'string', value: 'TOKEN', doc: 'Keeps this token with it' },
    ...outputOption,
  },
  async run(call) {
    const [verb = '', name] = call.args
    const { current, contexts } = readContexts()
    if (verb === 'list') {
      const rows = Object.entries(contexts).map(([each, { server }]) => ({ name: each, server, current: each === current }))
      call.print(
        listText(
          rows,
          [
            { title: '', value: (row) => (row.current ? '*' : '') },
            { title: 'name', value: (row) => row.name },
            { title: 'server', value: (row) => row.server },
          ],
          call.format,
        ),
      )
      return exit.done
    }
    if (verb !== 'use' || name === undefined)
      throw errors.fail('MS-7014', { reason: `context has no '${verb}'`, near: ['use', 'list'], help: 'millstream context --help' })
    const server = call.text('server')
    const token = call.text('token')
    const known = contexts[name]
    if (server === undefined && known === undefined) {
      throw errors.fail('MS-7014', {
        reason: `There is no context '${name}' yet: name its server with --server URL`,
        near: Object.keys(contexts),
        help: 'millstream context --help',
      })
    }
    const kept = server === undefined ? known : { server, ...(token === undefined ? {} : { token }) }
    writeContexts({ current: name, contexts: kept === undefined ? contexts : { ...contexts, [name]: kept } })
    call.note(`Commands go to ${name} (${kept?.server}).`)
    return exit.done
  },
}
