import type { DeadLetter } from '@millstream/client'
import { type Command, exit, outputOption, serverOptions } from '../command.ts'
import { listText } from '../output.ts'

const shownMax = 50

export const command: Command = {
  name: 'dead-letters',
  arguments: 'STREAM',
  counts: [1, 1],
  summary: 'Rows that could not go on: what came, and why it was refused',
  details: '  millstream dead-letters playback\n  millstream dead-letters playback --stage late --limit 10 -o ndjson',
  options: {
    stage: { type: 'string', value: 'STAGE', doc: 'edge, late, pipeline, sink or consumer' },
    limit: { type: 'string', value: 'N', doc: `At most so many, the newest first (${shownMax})` },
    ...outputOption,
    ...serverOptions,
  },
  async run(call) {
    const stage = call.text('stage')
    const page = await call.client().deadLetters(call.args[0] ?? '', {
      ...(stage === undefined ? {} : { stage }),
      limit: Number(call.text('limit') ?? shownMax),
    })
    if (page.items.length === 0 && call.format === 'table') {
      call.note('No dead letters: every row that came could go on.')
      return exit.done
    }
    call.print(
      listText<DeadLetter>(
        page.items,
        [
          { title: 'at', value: (letter) => new Date(letter.atMs).toISOString() },
          { title: 'stage', value: (letter) => letter.stage },
          { title: 'code', value: (letter) => letter.code },
          { title: 'reason', value: (letter) => letter.reason },
          { title: 'body', value: (letter) => letter.body },
          { title: 'again', value: (letter) => (letter.redriven ? 'sent' : '') },
          { title: 'id', value: (letter) => letter.id },
        ],
        call.format,
      ),
    )
    if (page.cursor !== null && call.format === 'table') call.note('There are more: --limit N shows them.')
    return exit.done
  },
}
