import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { errors } from '../../base/errors.ts'
import { type Command, exit } from '../command.ts'
import { exampleFolder } from '../examples.ts'

/** The project's name in the templates. */
const templateName = 'my_platform'
const nameForm = /^[a-z][a-z0-9_]{0,62}$/

export const command: Command = {
  name: 'init',
  arguments: 'DIR',
  counts: [1, 1],
  summary: 'Write a working folder of definitions: streams, a pipeline, a dataset and a test',
  details: `
Writes into a folder that is new or empty; nothing is overwritten.

  millstream init my-platform && millstream test my-platform && millstream apply my-platform
`,
  options: { name: { type: 'string', value: 'PROJECT', doc: "The project's name; made of the folder's unless said" } },
  async run(call) {
    const folder = call.args[0] ?? ''
    const name = call.text('name') ?? nameOf(folder)
    if (!nameForm.test(name)) {
      const reason = `'${name}' is no name of a project: lower-case letters, digits and _, beginning with a letter`
      throw errors.fail('MS-7014', { reason: `${reason}. Say one with --name`, near: [], help: 'millstream init --help' })
    }
    if (!isEmpty(folder)) {
      throw errors.fail('MS-7014', { reason: `${folder} is there and is not an empty folder`, near: [], help: 'millstream init --help' })
    }
    for (const file of filesBelow(exampleFolder('init'))) {
      const path = join(folder, file)
      mkdirSync(dirname(path), { recursive: true })
      const text = readFileSync(join(exampleFolder('init'), file), 'utf8')
      writeFileSync(path, text.replaceAll(templateName, name))
      call.print(`${path}\n`)
    }
    call.note(
      `\nNext:\n  ./millstream test ${folder}\n  ./millstream apply ${folder}\n  ./millstream send orders ${join(folder, 'events.ndjson')}`,
    )
    return exit.done
  },
}

/** `../My-Platform/` is `my_platform`. */
function nameOf(folder: string): string {
  return basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
}

function isEmpty(folder: string): boolean {
  const found = statSync(folder, { throwIfNoEntry: false })
  return found === undefined || (found.isDirectory() && readdirSync(folder).length === 0)
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}
