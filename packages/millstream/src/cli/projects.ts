import type { ProjectChange, ProjectPlan, ProjectRequest } from '@millstream/client'
import { errors } from '../base/errors.ts'
import type { Call, OptionSpec } from './command.ts'
import { readProject } from './project-folder.ts'

/** Options of plan, apply and diff. */
export const projectOptions = {
  var: { type: 'string', value: 'NAME=VALUE', many: true, doc: 'A value of a variable in definitions' },
  env: { type: 'string', value: 'NAME', doc: 'The environment in millstream.yaml whose variables count' },
  prune: { type: 'boolean', doc: 'Also delete what the project owns and the folder no longer has' },
  'delete-data': { type: 'string', value: 'NAME', many: true, doc: 'A stream or dataset that may be deleted with its data' },
  force: { type: 'boolean', doc: 'Overwrite what was changed elsewhere since' },
} as const satisfies Record<string, OptionSpec>

export function projectRequest(call: Call): ProjectRequest {
  const { project, objects } = readProject(call.args[0] ?? '.', variablesOf(call), call.text('env'))
  return { project, objects, prune: call.flag('prune'), force: call.flag('force'), deleteData: call.texts('delete-data') }
}

/** What `--var NAME=VALUE` said. */
export function variablesOf(call: Call): Map<string, string> {
  return new Map(
    call.texts('var').map((text): [string, string] => {
      const at = text.indexOf('=')
      if (at <= 0)
        throw errors.fail('MS-7014', { reason: `--var takes NAME=VALUE, not '${text}'`, near: [], help: 'millstream apply --help' })
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

const marks = { create: '+', update: '~', delete: '-', unchanged: ' ' } as const

/** Whether applying would change something. */
export const changesOf = (plan: ProjectPlan): readonly ProjectChange[] =>
  plan.changes.filter((change) => change.action !== 'unchanged' && change.kept === undefined)

/** The plan as a person reads it. */
export function planText(plan: ProjectPlan): string {
  const lines: string[] = []
  for (const change of plan.changes) {
    const { action, kind, name, changes, effects, conflict, kept } = change
    if (action === 'unchanged') continue
    lines.push(`${kept === undefined ? marks[action] : '!'} ${action} ${kind} ${name}${kept === undefined ? '' : `: not done, ${kept}`}`)
    for (const line of changes) lines.push(`      ${line}`)
    for (const line of effects) lines.push(`    > ${line}`)
    if (conflict !== undefined) lines.push(...conflictLines(conflict))
  }
  const counts = (['create', 'update', 'delete'] as const).map(
    (action) => `${changesOf(plan).filter((change) => change.action === action).length} to ${action}`,
  )
  const same = plan.changes.filter((change) => change.action === 'unchanged').length
  lines.push(`${lines.length === 0 ? '' : '\n'}Project ${plan.project}: ${counts.join(', ')}, ${same} unchanged.`)
  return `${lines.join('\n')}\n`
}

/** Three ways: what this project applied last, what somebody made of it, what the folder says. */
function conflictLines({ base, theirs, ours }: NonNullable<ProjectChange['conflict']>): string[] {
  const block = (title: string, text: string): string[] => [`    ${title}`, ...text.split('\n').map((line) => `      | ${line}`)]
  return [
    '    CONFLICT: it was changed elsewhere since this project applied it',
    ...block('applied last', base),
    ...block('now on the server', theirs),
    ...block('in the folder', ours),
  ]
}
