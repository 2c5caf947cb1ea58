import type { IncomingMessage } from 'node:http'
import type { PlannedChange } from '@millstream/client'
import type { ApiHost, Caller, Kind } from '../../api/host.ts'
import { errors } from '../../base/errors.ts'
import { mustAllow, type Principal } from '../../control/allow.ts'
import type { Change } from '../../control/definitions/change.ts'
import { applyProject, planProject } from '../../control/definitions/project.ts'
import type { DatasetSpec, ObjectRecord, PipelineSpec, StreamSpec } from '../../control/records.ts'
import { etagOf, objectKinds } from '../../control/records.ts'
import type { Tokens } from '../../control/tokens.ts'
import type { IngestCounts } from './ingest-counts.ts'
import type { LiveFeed } from './live.ts'
import { metricsText } from './metrics.ts'
import type { Queries } from './queries.ts'
import type { Reconciler } from './reconciler.ts'
import type { HubState } from './state.ts'
import { datasetObject, jobObject, pipelineObject, streamObject } from './views.ts'

export interface ApiParts {
  readonly reconciler: Reconciler
  readonly live: LiveFeed
  readonly queries: Queries
  readonly tokens: Tokens
  readonly counts: IngestCounts
  readonly webFolder: string | null
  principalOf(request: IncomingMessage): Principal
}

/** What the HTTP routes ask, answered from the hub's parts. */
export function apiHost(hub: HubState, parts: ApiParts): ApiHost {
  const { catalogue, definitions } = hub
  const view = (record: ObjectRecord): unknown => {
    if (record.kind === 'stream') return streamObject(hub, record as ObjectRecord<StreamSpec>)
    if (record.kind === 'pipeline') return pipelineObject(hub, record as ObjectRecord<PipelineSpec>)
    return datasetObject(hub, record as ObjectRecord<DatasetSpec>)
  }
  const mayRead = (caller: Caller, kind: string, name: string): void => mustAllow(caller, 'read', { tenant: caller.tenant, kind, name })
  const standing = (caller: Caller, kind: Kind, name: string) => {
    const { record } = catalogue.must(caller.tenant, kind, name)
    return { etag: etagOf(record), object: view(record) }
  }

  return {
    version: hub.version,
    webFolder: parts.webFolder,
    caller: parts.principalOf,

    async list(caller, kind, { search, limit, after }) {
      mayRead(caller, kind, '*')
      if (kind === 'dataset') await parts.live.refreshDatasets()
      const found = catalogue.all(kind, caller.tenant).filter(({ name }) => name > after && name.includes(search))
      const page = found.slice(0, limit)
      return { items: page.map(view), cursor: found.length > page.length ? (page.at(-1)?.name ?? null) : null }
    },
    async get(caller, kind, name) {
      mayRead(caller, kind, name)
      if (kind === 'dataset') await parts.live.refreshDatasets()
      return standing(caller, kind, name)
    },
    async put(caller, kind, name, definition, { ifMatch }) {
      const change = await definitions.put({ tenant: caller.tenant, kind, name, definition }, { principal: caller, ifMatch })
      await parts.reconciler.run()
      return { ...standing(caller, kind, name), created: change.action === 'create' }
    },
    async plan(caller, kind, name, definition) {
      return shown(definitions.plan({ tenant: caller.tenant, kind, name, definition }, { principal: caller }))
    },
    async remove(caller, kind, name, { ifMatch, deleteData }) {
      await parts.live.refreshDatasets()
      await definitions.remove(caller.tenant, kind, name, { principal: caller, ifMatch, deleteData })
      await parts.reconciler.run()
    },
    async planRemove(caller, kind, name) {
      return shown(definitions.planRemove(caller.tenant, kind, name, { principal: caller, deleteData: true }))
    },

    jobs: (caller) => hub.jobs.all().flatMap((job) => (job.tenant === caller.tenant ? [jobObject(hub, job)] : [])),
    async planProject(caller, request) {
      return planProject(definitions, request, caller)
    },
    async applyProject(caller, request) {
      const plan = await applyProject(definitions, request, caller)
      await parts.reconciler.run()
      return plan
    },
    exportProject: (caller, project) => ({
      objects: objectKinds.flatMap((kind) =>
        catalogue
          .all<Partial<StreamSpec>>(kind, caller.tenant)
          .filter((record) => record.spec.system !== true && (project === null || record.project === project))
          .map((record) => ({ kind, name: record.name, definition: record.definition, project: record.project })),
      ),
    }),

    home: (caller) => parts.live.graph(caller.tenant),
    live: (caller, listener) => parts.live.subscribe(caller, listener),
    sql: (caller, request, signal) => parts.queries.sql(caller, request, signal),
    preview: (caller, request, signal) => parts.queries.preview(caller, request, signal),
    ask: (method, params) => parts.queries.askOlap(method, params),

    processes: () => hub.supervisor.processes(),
    kill(caller, processId) {
      mustAllow(caller, 'operate', { tenant: caller.tenant, kind: 'process', name: String(processId) })
      const known = hub.supervisor.processes().some((one) => one.processId === processId)
      if (!known) throw errors.fail('MS-7002', { kind: 'process', name: String(processId), near: [] })
      hub.supervisor.tell({ kind: 'kill', processId })
    },
    createToken: async (caller, name) => ({ name, token: await parts.tokens.create(caller, name) }),
    notReady: () => (hub.children.of('olap') === null ? 'olap' : hub.children.of('preview') === null ? 'preview' : null),
    metrics: () => metricsText(hub, parts.counts),
  }
}

const shown = ({ action, kind, name, changes, effects }: Change): PlannedChange => ({ action, kind, name, changes, effects })
