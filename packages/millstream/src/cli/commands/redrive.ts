import { type Command, exit, outputOption, serverOptions } from '../command.ts'
import { count, objectText } from '../output.ts'

export const command: Command = {
  name: 'redrive',
  arguments: 'STREAM [ID ...]',
  counts: [1, 1000],
  summary: 'Send dead letters again under the present contract, once each',
  details: `
Without ids: all of stage edge that were not sent again yet. Fix the contract first, or they are refused again.

  millstream redrive playback
  millstream redrive playback 0-17 0-18
`,
  options: { ...outputOption, ...serverOptions },
  async run(call) {
    const [stream = '', ...ids] = call.args
    const answer = await call.client().redrive(stream, ids.length === 0 ? {} : { ids })
    if (call.format === 'table') call.print(`${count(answer.accepted)} accepted, ${count(answer.rejected)} refused again\n`)
    else call.print(objectText(answer, call.format))
    return answer.rejected > 0 ? exit.failed : exit.done
  },
}
