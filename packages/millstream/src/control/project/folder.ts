import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import type { ProjectObject } from '@millstream/client'
import { errors } from '../../base/errors.ts'
import { near } from '../../base/near.ts'
import { definitionText } from '../definitions/change.ts'
import { fillIn } from './variables.ts'
import { readYaml, yamlText } from './yaml.ts'

/** A project's folder as it stands on the disk of whoever applies it. */
export interface ProjectFolder {
  readonly folder: string
  readonly project: string
  readonly objects: readonly ProjectObject[]
}

export interface FolderOptions {
  /** Which of `environments:` in millstream.yaml. */
  readonly environment?: string | undefined
  /** Over those of the file. */
  readonly variables?: Readonly<Record<string, string>>
}

/** What a project's folder may hold: where each kind stands, and how it is written. */
export const kinds = [
  { kind: 'stream', folder: 'streams', suffix: '.sql' },
  { kind: 'pipeline', folder: 'pipelines', suffix: '.sql' },
  { kind: 'dataset', folder: 'datasets', suffix: '.yaml' },
] as const
const notYet: readonly string[] = ['alerts', 'connections', 'functions']
/** Folders that hold no definitions. */
const others: readonly string[] = ['tests', 'data', 'docs']

export const projectFile = 'millstream.yaml'

/** Reads millstream.yaml and all definitions, variables filled in. Nothing unknown is passed over in silence. */
export function readProjectFolder(folder: string, options: FolderOptions = {}): ProjectFolder {
  const path = join(folder, projectFile)
  if (!existsSync(path)) {
    throw errors.fail('MS-7009', {
      reason: `${folder} has no ${projectFile}`,
      advice: `\`millstream init ${folder}\` makes a working folder; a ${projectFile} needs only \`project: my_project\`.`,
    })
  }
  const settings = readSettings(path, options)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue
    if (notYet.includes(entry.name)) throw errors.fail('MS-7000', { feature: `The folder ${entry.name}/ of a project` })
    const known = [...kinds.map((one) => one.folder as string), ...others]
    if (known.includes(entry.name)) continue
    const meant = near(entry.name, known)
    throw errors.fail('MS-7009', {
      reason: `${join(folder, entry.name)} is no folder of definitions`,
      advice: meant.length > 0 ? `Did you mean ${meant.join(' or ')}?` : `There are ${known.join(', ')}.`,
    })
  }
  const objects = kinds.flatMap(({ kind, folder: name, suffix }) =>
    filesOf(join(folder, name), suffix).map((file): ProjectObject => {
      const text = fillIn(readFileSync(file, 'utf8'), settings.variables, file)
      const definition = kind === 'dataset' ? readYaml(text, file) : text.trim()
      return { kind, name: basename(file, suffix), definition, source: relative(process.cwd(), file) }
    }),
  )
  return { folder, project: settings.project, objects }
}

/** Writes definitions as a folder that `readProjectFolder` reads back to the same. Answers the files. */
export function writeProjectFolder(folder: string, project: string, objects: readonly ProjectObject[]): string[] {
  const written: string[] = []
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    written.push(path)
  }
  if (!existsSync(join(folder, projectFile))) write(join(folder, projectFile), yamlText({ project }))
  for (const { kind, folder: name, suffix } of kinds) {
    for (const object of objects) {
      if (object.kind !== kind) continue
      const text = kind === 'dataset' ? yamlText(object.definition) : `${definitionText(object.definition)}\n`
      write(join(folder, name, `${object.name}${suffix}`), text)
    }
  }
  return written
}

function filesOf(folder: string, suffix: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort()
    .map((name) => {
      if (name.endsWith(suffix)) return join(folder, name)
      throw errors.fail('MS-7009', {
        reason: `${join(folder, name)} is no definition`,
        advice: `Files in ${basename(folder)}/ end in ${suffix}.`,
      })
    })
}

interface Settings {
  readonly project: string
  readonly variables: Readonly<Record<string, string>>
}

/** `project`, `variables`, and `environments: { NAME: { variables } }`. */
function readSettings(path: string, { environment, variables = {} }: FolderOptions): Settings {
  const wrong = (reason: string, advice: string) => errors.fail('MS-7009', { reason, advice }, { source: path })
  const file = readYaml(readFileSync(path, 'utf8'), path)
  if (!isMap(file)) throw wrong('It is not a map', 'It needs `project: my_project`.')
  const known = ['project', 'variables', 'environments']
  for (const key of Object.keys(file)) {
    if (known.includes(key)) continue
    const meant = near(key, known)
    throw wrong(`'${key}' is not a key of it`, meant.length > 0 ? `Did you mean ${meant.join(' or ')}?` : `There are ${known.join(', ')}.`)
  }
  const project = file['project']
  if (typeof project !== 'string') throw wrong('It names no project', 'It needs `project: my_project`.')
  const environments = isMap(file['environments']) ? file['environments'] : {}
  const chosen = environment === undefined ? {} : environments[environment]
  if (environment !== undefined && !isMap(chosen)) {
    throw wrong(`There is no environment '${environment}'`, `There are ${Object.keys(environments).join(', ') || 'none'}.`)
  }
  const own = isMap(chosen) && isMap(chosen['variables']) ? chosen['variables'] : {}
  const common = isMap(file['variables']) ? file['variables'] : {}
  const texts = Object.entries({ ...common, ...own }).map(([name, value]) => [name, String(value)] as const)
  return { project, variables: { ...Object.fromEntries(texts), ...variables } }
}

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
