import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, extname, join, relative } from 'node:path'
import type { ProjectObject } from '@millstream/client'
import { parseDocument } from 'yaml'
import { errors } from '../base/errors.ts'
import { near } from '../base/near.ts'

export interface Project {
  readonly project: string
  readonly objects: readonly ProjectObject[]
  /** Paths of `tests/*.test.yaml`. */
  readonly tests: readonly string[]
}

/** Anchors that a YAML file may use: more is a bomb, not a definition. */
const aliasesMax = 50
const fileBytesMax = 1024 * 1024
const parts = ['streams', 'pipelines', 'datasets', 'tests']
/** Parts of a folder that are promised and not there yet: said, never passed over. */
const notYet = ['alerts', 'connections', 'functions']

/** Reads a folder of definitions; variables are filled in, secrets stay references. */
export function readProject(folder: string, given: ReadonlyMap<string, string>, environment?: string): Project {
  const main = join(folder, 'millstream.yaml')
  if (!existsSync(main)) {
    throw errors.fail('MS-7015', { reason: `${folder} is no folder of definitions: it has no millstream.yaml` }, { source: main })
  }
  const head = readYaml(main) as { project?: unknown; variables?: unknown; environments?: unknown } | null
  const project = head?.project
  if (typeof project !== 'string')
    throw errors.fail('MS-7015', { reason: 'It names no project: write `project: my_platform`' }, { source: main })
  const environments = (head?.environments ?? {}) as Readonly<Record<string, unknown>>
  if (environment !== undefined && environments[environment] === undefined) {
    const known = Object.keys(environments)
    throw errors.fail('MS-7014', {
      reason: `millstream.yaml has no environment '${environment}'`,
      near: near(environment, known),
      help: 'millstream apply --help',
    })
  }
  const variables = new Map<string, string>()
  for (const values of [head?.variables, environment === undefined ? {} : environments[environment]]) {
    for (const [name, value] of Object.entries((values ?? {}) as Record<string, unknown>)) variables.set(name, String(value))
  }
  for (const [name, value] of given) variables.set(name, value)
  for (const part of notYet) {
    const files = filesOf(join(folder, part))
    if (files.length > 0)
      throw errors.fail('MS-7000', { feature: `${part}/ in a folder of definitions` }, { source: join(folder, part, files[0] ?? '') })
  }
  const text = (path: string): string => withVariables(readText(path), path, variables)
  const sqlObjects = (part: string, kind: 'stream' | 'pipeline'): ProjectObject[] =>
    filesOf(join(folder, part), '.sql').map((file) => {
      const path = join(folder, part, file)
      return { kind, name: basename(file, '.sql'), definition: text(path), source: relative(process.cwd(), path) }
    })
  const datasets = filesOf(join(folder, 'datasets'), '.yaml', '.yml', '.json').map((file): ProjectObject => {
    const path = join(folder, 'datasets', file)
    return {
      kind: 'dataset',
      name: basename(file, extname(file)),
      definition: parseYaml(text(path), path),
      source: relative(process.cwd(), path),
    }
  })
  return {
    project,
    objects: [...sqlObjects('streams', 'stream'), ...sqlObjects('pipelines', 'pipeline'), ...datasets],
    tests: filesOf(join(folder, 'tests'), '.test.yaml').map((file) => join(folder, 'tests', file)),
  }
}

/** Where in the folder an object of this kind stands. */
export function fileOf(kind: ProjectObject['kind'], name: string): string {
  return kind === 'dataset' ? join('datasets', `${name}.yaml`) : join(`${kind}s`, `${name}.sql`)
}

function readYaml(path: string): unknown {
  return parseYaml(readText(path), path)
}

function parseYaml(text: string, path: string): unknown {
  const document = parseDocument(text, { prettyErrors: true })
  const problem = document.errors[0]
  if (problem !== undefined) {
    const at = problem.linePos?.[0]
    const place = { source: path, ...(at === undefined ? {} : { line: at.line, column: at.col }) }
    throw errors.fail('MS-7015', { reason: problem.message.split(' at line ')[0] ?? problem.message }, place)
  }
  try {
    return document.toJS({ maxAliasCount: aliasesMax })
  } catch (error) {
    throw errors.fail('MS-7015', { reason: (error as Error).message }, { source: path })
  }
}

function readText(path: string): string {
  const bytes = readFileSync(path)
  if (bytes.length > fileBytesMax)
    throw errors.fail('MS-7015', { reason: `It has ${bytes.length} bytes; a definition has at most ${fileBytesMax}` }, { source: path })
  return bytes.toString('utf8')
}

/** `${var:NAME}` becomes its value; an unknown one is an error at its place. */
function withVariables(text: string, path: string, variables: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\{var:([^}]*)\}/g, (_all, name: string, at: number) => {
    const value = variables.get(name)
    if (value !== undefined) return value
    const before = text.slice(0, at).split('\n')
    const place = { source: path, line: before.length, column: (before.at(-1) ?? '').length + 1 }
    throw errors.fail('MS-7016', { name, near: near(name, variables.keys()) }, place)
  })
}

function filesOf(folder: string, ...endings: readonly string[]): string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => !name.startsWith('.') && name !== 'README.md')
  const wrong = endings.length === 0 ? undefined : names.find((name) => !endings.some((ending) => name.endsWith(ending)))
  if (wrong !== undefined && !parts.some((part) => part === wrong)) {
    throw errors.fail(
      'MS-7015',
      { reason: `What is this file? Here stand files that end in ${endings.join(' or ')}` },
      { source: join(folder, wrong) },
    )
  }
  return names.sort()
}
