import type { IncomingMessage } from 'node:http'
import type {
  CreatedToken,
  HomeGraph,
  JobObject,
  LiveUpdate,
  Page,
  PlannedChange,
  ProcessInfo,
  ProjectExport,
  ProjectPlan,
  ProjectRequest,
  SqlRequest,
} from '@millstream/client'

/** Who asks, as the gateway's guard found out. */
export interface Caller {
  readonly name: string
  readonly tenant: string
}

export type Kind = 'stream' | 'pipeline' | 'dataset'

export interface ListQuery {
  readonly search: string
  readonly limit: number
  /** The name after which the page starts; empty: from the first. */
  readonly after: string
}

export interface PutOptions {
  readonly ifMatch: string | undefined
}

/** What the routes need of the server around them; `server/` makes it of the parts that know. */
export interface ApiHost {
  readonly version: string
  /** Where the built web app stands; null: there is none. */
  readonly webFolder: string | null
  caller(request: IncomingMessage): Caller

  list(caller: Caller, kind: Kind, query: ListQuery): Promise<Page<unknown>>
  get(caller: Caller, kind: Kind, name: string): Promise<{ readonly etag: string; readonly object: unknown }>
  put(
    caller: Caller,
    kind: Kind,
    name: string,
    definition: unknown,
    options: PutOptions,
  ): Promise<{ etag: string; object: unknown; created: boolean }>
  plan(caller: Caller, kind: Kind, name: string, definition: unknown): Promise<PlannedChange>
  remove(caller: Caller, kind: Kind, name: string, options: PutOptions & { readonly deleteData: boolean }): Promise<void>
  planRemove(caller: Caller, kind: Kind, name: string): Promise<PlannedChange>

  jobs(caller: Caller): readonly JobObject[]
  planProject(caller: Caller, request: ProjectRequest): Promise<ProjectPlan>
  applyProject(caller: Caller, request: ProjectRequest): Promise<ProjectPlan>
  exportProject(caller: Caller, project: string | null): ProjectExport

  home(caller: Caller): HomeGraph
  /** Calls back at once with everything, then each second with what changed; answers how to stop. */
  live(caller: Caller, listener: (update: LiveUpdate) => void): () => void

  /** Lines of `SqlMessage`, as JSON texts: numbers keep all their digits. */
  sql(caller: Caller, request: SqlRequest, signal: AbortSignal): AsyncIterable<string>
  preview(caller: Caller, request: SqlRequest, signal: AbortSignal): AsyncIterable<string>
  /** A request to the olap process. */
  ask(method: string, params: unknown): Promise<unknown>

  processes(): readonly ProcessInfo[]
  kill(caller: Caller, processId: number): void
  createToken(caller: Caller, name: string): Promise<CreatedToken>
  /** Null: ready. Else what is missing. */
  notReady(): string | null
  /** Prometheus' text format. */
  metrics(): string
}
