import type { CommitStore, Ports } from '../../base/ports.ts'
import type { Catalogue } from '../../control/catalogue.ts'
import type { Definitions } from '../../control/definitions/definitions.ts'
import type { Jobs } from '../../control/jobs.ts'
import type { CountedStatus } from '../dataset-status.ts'
import type { logOf } from '../log.ts'
import type { ServerOptions } from '../options.ts'
import type { ToldState } from '../told-state.ts'
import type { Children } from './children.ts'
import type { EdgeTotals } from './edge-totals.ts'
import type { GatewayPartitions } from './partitions.ts'
import type { SupervisorPipe } from './processes.ts'

/** What the hub's parts share. */
export interface HubState {
  readonly options: ServerOptions
  readonly version: string
  readonly startedAtMs: number
  readonly ports: Ports
  readonly store: CommitStore
  readonly catalogue: Catalogue
  readonly definitions: Definitions
  readonly jobs: Jobs
  readonly told: ToldState
  readonly partitions: GatewayPartitions
  readonly totals: EdgeTotals
  readonly children: Children
  readonly supervisor: SupervisorPipe
  readonly log: ReturnType<typeof logOf>
  /** As olap said last, by uid. */
  readonly datasets: Map<string, CountedStatus>
}
