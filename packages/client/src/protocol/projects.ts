import type { PlannedChange } from './objects.ts'

/** `POST /v1/plan` and `POST /v1/apply`: the objects of a project's folder, as they should be. */
export interface ProjectRequest {
  readonly project: string
  readonly objects: readonly ProjectObject[]
  /** Also deletes what the project owns and the folder no longer has. */
  readonly prune?: boolean
  /** Names of streams and datasets that may be deleted with their data. */
  readonly deleteData?: readonly string[]
  /** Overwrites what was changed elsewhere since this project applied last. */
  readonly force?: boolean
  /** Apply only: the `planId` that was shown; something else now is a conflict. */
  readonly planId?: string
}

export interface ProjectObject {
  readonly kind: 'stream' | 'pipeline' | 'dataset'
  readonly name: string
  /** SQL text, or the dataset's definition. */
  readonly definition: unknown
  /** The file, for messages. */
  readonly source?: string
}

export interface ProjectPlan {
  readonly project: string
  /** Names this plan and the state that it was made for. */
  readonly planId: string
  readonly changes: readonly ProjectChange[]
}

export interface ProjectChange extends PlannedChange {
  /** Somebody changed it since this project applied last: what it was then, what it is now, what the folder says. */
  readonly conflict?: { readonly base: string; readonly theirs: string; readonly ours: string }
  /** Why it will not be done: it holds data, or the folder does not have it and nothing is pruned. */
  readonly kept?: string
}

/** `GET /v1/export?project=`. */
export interface ProjectExport {
  readonly objects: readonly (ProjectObject & { readonly project: string | null })[]
}

/** `GET /v1/processes`: what runs. */
export interface ProcessInfo {
  readonly role: string
  readonly job: string | null
  readonly processId: number | null
  readonly state: 'running' | 'waiting'
  readonly restarts: number
  readonly reason: string | null
  readonly startedAtMs: number
}

/** `POST /v1/tokens`: the token is shown this once. */
export interface CreatedToken {
  readonly name: string
  readonly token: string
}
