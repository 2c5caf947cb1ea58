import { type Command, exit, serverOptions } from '../command.ts'
import { confirmed } from '../confirm.ts'
import { definedKindOf } from '../kinds.ts'

export const command: Command = {
  name: 'delete',
  arguments: 'KIND NAME',
  counts: [2, 2],
  summary: 'Delete a stream, pipeline or dataset',
  details:
    'What holds data is kept unless --delete-data says so.\n\n  millstream delete pipeline rebuffers\n  millstream delete stream playback --delete-data',
  options: {
    'delete-data': { type: 'boolean', doc: 'Also when it holds data, which is gone then' },
    yes: { type: 'boolean', short: 'y', doc: 'Do not ask' },
    ...serverOptions,
  },
  async run(call) {
    const [kindText = '', name = ''] = call.args
    const kind = definedKindOf(kindText)
    const { etag } = await call.client().get(kind, name)
    const deleteData = call.flag('delete-data')
    if (!call.flag('yes') && !(await confirmed(call, `Delete ${kind.slice(0, -1)} ${name}${deleteData ? ' and its data' : ''}?`)))
      return exit.failed
    await call.client().remove(kind, name, { deleteData, etag })
    call.note(`Deleted ${kind.slice(0, -1)} ${name}.`)
    return exit.done
  },
}
