import { errors } from '../../base/errors.ts'
import { near } from '../../base/near.ts'
import { type Command, exit } from '../command.ts'
import { schemas } from '../schemas.ts'

export const command: Command = {
  name: 'schema',
  arguments: 'KIND',
  counts: [1, 1],
  summary: 'JSON Schema of a definition, for completion in editors',
  details: `Kinds: ${Object.keys(schemas).join(', ')}. Streams and pipelines are SQL and have none.\n\n  millstream schema dataset > dataset.schema.json`,
  options: {},
  async run(call) {
    const [kind = ''] = call.args
    const schema = schemas[kind]
    if (kind === 'stream' || kind === 'pipeline') {
      const reason = `A ${kind} is SQL, and has no JSON Schema: docs/sql.md and docs/options.md say what may stand there`
      throw errors.fail('MS-7014', { reason, near: [], help: 'millstream schema --help' })
    }
    if (schema === undefined)
      throw errors.fail('MS-7014', {
        reason: `There is no schema of '${kind}'`,
        near: near(kind, Object.keys(schemas)),
        help: 'millstream schema --help',
      })
    call.print(`${JSON.stringify(schema, null, 2)}\n`)
    return exit.done
  },
}
