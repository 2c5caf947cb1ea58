import { type Command, exit, serverOptions } from '../command.ts'
import { typescriptOf } from '../typescript.ts'

export const command: Command = {
  name: 'types',
  arguments: 'STREAM',
  counts: [1, 1],
  summary: "TypeScript types of a stream's contract",
  details: '  millstream types playback > playback.ts',
  options: { ...serverOptions },
  async run(call) {
    const stream = await call.client().get('streams', call.args[0] ?? '')
    call.print(typescriptOf(stream))
    return exit.done
  },
}
