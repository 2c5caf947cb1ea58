/** What the hub tells the supervisor over its pipe. */
export type ToSupervisor =
  /** The socket is there: other roles may come. */
  | { readonly kind: 'listening'; readonly socket: string }
  /** Requests are answered. */
  | { readonly kind: 'ready'; readonly url: string; readonly demo: boolean }
  /** The jobs that should have a worker. */
  | { readonly kind: 'jobs'; readonly jobs: readonly WantedJob[] }
  | { readonly kind: 'kill'; readonly processId: number }
  /** The server cannot run at all. */
  | { readonly kind: 'fatal'; readonly problem: { readonly code: string; readonly message: string; readonly advice: string } }

export interface WantedJob {
  readonly uid: string
  readonly name: string
  /** A new one starts the worker anew. */
  readonly revision: number
}

/** What the supervisor tells the hub. */
export type FromSupervisor = { readonly kind: 'processes'; readonly processes: readonly ProcessState[] }

export interface ProcessState {
  readonly role: Role
  /** The job's uid, for role job. */
  readonly job: string | null
  readonly processId: number | null
  readonly state: 'running' | 'waiting'
  readonly restarts: number
  /** Why it ended last. */
  readonly reason: string | null
  readonly startedAtMs: number
}

export type Role = 'hub' | 'olap' | 'preview' | 'job' | 'demo'
