import { createHash } from 'node:crypto'
import type { ProjectChange, ProjectObject, ProjectPlan, ProjectRequest } from '@millstream/client'
import { errors, MillstreamError } from '../../base/errors.ts'
import type { Principal } from '../allow.ts'
import { checkName } from '../names.ts'
import { etagOf, type ObjectRecord, objectKinds, type StreamSpec } from '../records.ts'
import type { Change } from './change.ts'
import { definitionText } from './change.ts'
import type { Definitions } from './definitions.ts'

/** What applying a project's folder would do, in the order in which it is done: streams, pipelines, datasets; then what goes. */
export function planProject(definitions: Definitions, request: ProjectRequest, principal: Principal): ProjectPlan {
  checkName('project', request.project)
  const { catalogue } = definitions
  const upcoming = new Map<string, ObjectRecord<StreamSpec>>()
  const changes: ProjectChange[] = []
  for (const object of inOrder(request.objects)) {
    const { kind, name, definition } = object
    const standing = catalogue.find(principal.tenant, kind, name)?.record ?? null
    const options = { principal, project: request.project }
    const change = located(object, () => definitions.plan({ tenant: principal.tenant, kind, name, definition }, options, upcoming))
    if (kind === 'stream') upcoming.set(name, change.record as ObjectRecord<StreamSpec>)
    const conflict = change.action === 'update' && standing !== null && !request.force ? conflictOf(standing, definition) : undefined
    changes.push(conflict === undefined ? shown(change) : { ...shown(change), conflict })
  }
  changes.push(...removals(definitions, request, principal))
  const stand = changes.map(({ kind, name }) => {
    const record = catalogue.find(principal.tenant, kind as ObjectRecord['kind'], name)?.record
    return record === undefined ? 'absent' : etagOf(record)
  })
  const planId = createHash('sha256')
    .update(JSON.stringify([request.project, changes, stand, request.objects]))
    .digest('hex')
    .slice(0, 16)
  return { project: request.project, planId, changes }
}

/** Does what the plan says. Streams come before what reads them; each object is a transaction of its own, and applying again goes on. */
export async function applyProject(definitions: Definitions, request: ProjectRequest, principal: Principal): Promise<ProjectPlan> {
  const plan = planProject(definitions, request, principal)
  if (request.planId !== undefined && request.planId !== plan.planId) {
    throw errors.fail('MS-7004', {
      kind: 'project',
      name: request.project,
      expected: `plan ${request.planId}`,
      current: `plan ${plan.planId}`,
    })
  }
  const conflicts = plan.changes.filter((change) => change.conflict !== undefined)
  const first = conflicts[0]
  if (first !== undefined) {
    const current = `changed elsewhere (${conflicts.length} of ${plan.changes.length} objects)`
    throw errors.fail('MS-7004', { kind: first.kind, name: first.name, expected: 'what this project applied last', current })
  }
  const { tenant } = principal
  for (const object of inOrder(request.objects)) {
    const { kind, name, definition } = object
    await locatedAsync(object, () => definitions.put({ tenant, kind, name, definition }, { principal, project: request.project }))
  }
  for (const change of plan.changes) {
    if (change.action !== 'delete' || change.kept !== undefined) continue
    const deleteData = request.deleteData?.includes(change.name) ?? false
    await definitions.remove(tenant, change.kind as ObjectRecord['kind'], change.name, { principal, project: request.project, deleteData })
  }
  return plan
}

const inOrder = (objects: readonly ProjectObject[]): ProjectObject[] =>
  objectKinds.flatMap((kind) => objects.filter((object) => object.kind === kind).sort((a, b) => (a.name < b.name ? -1 : 1)))

/** What the project owns and the folder does not have: what uses others goes first. */
function removals(definitions: Definitions, request: ProjectRequest, principal: Principal): ProjectChange[] {
  const { catalogue } = definitions
  const named = new Set(request.objects.map(({ kind, name }) => `${kind} ${name}`))
  const gone = (['dataset', 'pipeline', 'stream'] as const).flatMap((kind) =>
    catalogue
      .all<Partial<StreamSpec>>(kind, principal.tenant)
      .filter((record) => record.project === request.project && record.spec.system !== true && !named.has(`${kind} ${record.name}`)),
  )
  return gone.map((record): ProjectChange => {
    const { kind, name } = record
    const bare = { action: 'delete' as const, kind, name, changes: [], effects: [] }
    if (request.prune !== true) return { ...bare, kept: 'the folder does not have it; --prune deletes it' }
    const holdsData = kind !== 'pipeline'
    if (holdsData && request.deleteData?.includes(name) !== true)
      return { ...bare, kept: `it holds data; --delete-data ${name} deletes it` }
    return bare
  })
}

function conflictOf(standing: ObjectRecord, ours: unknown): ProjectChange['conflict'] {
  const { applied, revision, definition } = standing
  if (applied === null || applied.revision === revision) return undefined
  return { base: definitionText(applied.definition), theirs: definitionText(definition), ours: definitionText(ours) }
}

const shown = ({ action, kind, name, changes, effects }: Change): ProjectChange => ({ action, kind, name, changes, effects })

/** Errors of a definition name its file. */
function located<T>(object: ProjectObject, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw inFile(error, object)
  }
}

async function locatedAsync<T>(object: ProjectObject, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw inFile(error, object)
  }
}

function inFile(error: unknown, { source, kind, name }: ProjectObject): unknown {
  if (!(error instanceof MillstreamError)) return error
  const { code, title, message, advice, http, domain, retry, place, values } = error
  const where = { ...place, source: source ?? `${kind} ${name}` }
  const says = { domain, http, retry, title, says: () => message, do: () => advice }
  return new MillstreamError(code, says, values, where, error)
}
