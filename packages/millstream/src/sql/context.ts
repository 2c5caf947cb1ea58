import type { LogicalType } from '../data/types.ts'
import type { Catalogue, ConnectorDescriptor, TableDescriptor, ViewDescriptor } from '../model/tables.ts'
import type { CommonTable, Query } from '../syntax/ast/query.ts'
import type { Column, LogicalNode } from './logical.ts'

export type Mode = 'streaming' | 'batch'

/** What planning one script shares: names, options, the next column id. */
export interface PlanContext {
  readonly catalogue: Catalogue
  readonly mode: Mode
  readonly connectors: readonly ConnectorDescriptor[]
  /** SET so far. */
  readonly settings: Map<string, string>
  /** Tables and views that the script made, by `tenant.name`. */
  readonly tables: Map<string, TableDescriptor>
  readonly views: Map<string, ViewDescriptor>
  /** What was read and written, by `tenant.name`, since the last plan. */
  readonly reads: Set<string>
  /** One base node a table and plan, so that everybody shares its scan. */
  readonly scans: Map<string, LogicalNode>
  /** Views that are being expanded: one that reads itself is an error. */
  readonly expanding: string[]
  nextColumn: number
  /** A SELECT or preview whose positions are the user's; views and computed columns are not. */
  readonly keepPlaces: boolean
}

export function newContext(catalogue: Catalogue, mode: Mode, connectors: readonly ConnectorDescriptor[]): PlanContext {
  return {
    catalogue,
    mode,
    connectors,
    settings: new Map(),
    tables: new Map(),
    views: new Map(),
    reads: new Set(),
    scans: new Map(),
    expanding: [],
    nextColumn: 1,
    keepPlaces: true,
  }
}

export function newColumn(context: PlanContext, name: string, type: LogicalType, time: Column['time'] = null): Column {
  return { id: context.nextColumn++, name, type, time }
}

/** Where a query stands. */
export interface QueryEnvironment {
  readonly context: PlanContext
  /** Plans a query inside another: tables, views and subqueries come back here without importing in a circle. */
  readonly planQuery: (query: Query, environment: QueryEnvironment) => LogicalNode
  /** Common tables in force, each with what it saw itself. */
  readonly commonTables: ReadonlyMap<string, { readonly table: CommonTable; readonly environment: QueryEnvironment }>
}
