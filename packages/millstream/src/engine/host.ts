import type { Ports } from '../base/ports.ts'
import type { ExpressionMode } from '../flow/build.ts'
import type { Connector } from '../flow/connector.ts'
import type { SavedGraph } from '../flow/graph.ts'
import type { StatePointer } from '../flow/state/manifest.ts'
import type { CheckpointRecord, JobStatus } from '../model/hub.ts'

/** What a job needs of the process it runs in; `server/` makes it. */
export interface JobHost {
  readonly ports: Ports
  readonly dataFolder: string
  readonly connectors: readonly Connector[]
  /** Compiled in production; the interpreter is the reference. */
  readonly mode: ExpressionMode
  /** Answers whether the hub committed it; false: another attempt of the job runs, and this one must end. */
  checkpoint(record: CheckpointRecord): Promise<boolean>
  status(status: JobStatus): void
}

/**
 * finished: all input ended and everything is committed. stopped: asked to, after a last
 * checkpoint. refused: the hub runs another attempt.
 */
export type JobEnd = 'finished' | 'stopped' | 'refused'

/** The engine's own part of a checkpoint record (`CheckpointRecord.manifest`). Version 1. */
export interface JobManifest {
  readonly version: 1
  /** Where the state's manifest stands; null: the job keeps no state. */
  readonly state: StatePointer | null
  readonly graph: SavedGraph
  /** Sink node id -> what its `prepare` answered. */
  readonly sinks: Readonly<Record<string, unknown>>
  /** All input has ended, and all of it is in this checkpoint. */
  readonly finished: boolean
}
