import type { Contract } from '../../data/contract.ts'
import type { DatasetDescriptor } from '../../model/datasets.ts'
import type { PhysicalPlan } from '../../model/plan.ts'
import type { StreamDescriptor } from '../../model/streams.ts'
import type { Catalogue as SqlCatalogue } from '../../model/tables.ts'

/** What reads definitions: SQL's planner and the datasets' one, handed in by the server. */
export interface Planners {
  /** A CREATE TABLE of a stream. Throws with line and column. */
  stream(sql: string): { readonly name: string; readonly contract: Contract }
  /** A pipeline's script: one plan an INSERT or statement set. */
  pipeline(sql: string, catalogue: SqlCatalogue): PlannedPipeline
  /** A dataset's definition, or a Druid supervisor spec. */
  dataset(definition: unknown, find: (name: string) => StreamDescriptor): DatasetDescription
  planText(plan: PhysicalPlan): string
  planFromText(text: string): PhysicalPlan
}

export interface PlannedPipeline {
  readonly plans: readonly { readonly plan: PhysicalPlan; readonly reads: readonly string[]; readonly writes: readonly string[] }[]
}

export interface DatasetDescription {
  readonly name: string
  readonly from: string
  /** Without its uid. */
  readonly descriptor: Omit<DatasetDescriptor, 'uid' | 'tenant'>
}
