import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { errors } from '../../base/errors.ts'
import { type Command, exit, serverOptions } from '../command.ts'
import { fileOf } from '../project-folder.ts'

export const command: Command = {
  name: 'export',
  arguments: 'DIR',
  counts: [1, 1],
  summary: 'Write what runs as a folder of definitions',
  details: 'A folder that was exported applies without a change.\n\n  millstream export my-platform --project my_platform',
  options: {
    project: { type: 'string', value: 'NAME', doc: 'Only what this project owns; else everything, as a project of that folder' },
    force: { type: 'boolean', doc: 'Also into a folder that is not empty: files are overwritten' },
    ...serverOptions,
  },
  async run(call) {
    const folder = call.args[0] ?? '.'
    const project = call.text('project')
    if (existsSync(folder) && readdirSync(folder).length > 0 && !call.flag('force')) {
      throw errors.fail('MS-7015', { reason: `${folder} is not empty; --force overwrites files in it` }, { source: folder })
    }
    const { objects } = await call.client().exportProject(project)
    const write = (path: string, text: string): void => {
      const full = join(folder, path)
      mkdirSync(dirname(full), { recursive: true })
      writeFileSync(full, text.endsWith('\n') ? text : `${text}\n`)
    }
    const name = project ?? objects.find((object) => object.project !== null)?.project ?? 'exported'
    write('millstream.yaml', stringify({ project: name }))
    for (const { kind, name: object, definition } of objects) {
      write(fileOf(kind, object), typeof definition === 'string' ? definition : stringify(definition))
    }
    call.note(`Wrote ${objects.length} definitions to ${folder}.`)
    return exit.done
  },
}
