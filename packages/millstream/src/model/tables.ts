import type { ContractColumn } from '../data/contract.ts'
import type { LogicalType } from '../data/types.ts'

/** What SQL knows of a table, whatever stands behind it: a stream, a dataset, a file, an external table of the script. */
export interface TableDescriptor {
  readonly tenant: string
  readonly name: string
  readonly kind: 'stream' | 'dataset' | 'external'
  /** The stream's or dataset's uid; null for a table that lives in the script only. */
  readonly uid: string | null
  readonly columns: readonly ContractColumn[]
  readonly watermark: { readonly column: string; readonly expression: string } | null
  readonly primaryKey: readonly string[]
  /** `millstream`, `filesystem`, `print`, `blackhole`, `datagen`, ... */
  readonly connector: string
  readonly options: Readonly<Record<string, string>>
  /** The contract version a job is bound to; 0 where there is none. */
  readonly contractVersion: number
  readonly comment: string | null
}

export interface ViewDescriptor {
  readonly tenant: string
  readonly name: string
  readonly query: string
  readonly columns: readonly string[]
}

/** How a planner finds tables. Synchronous: whoever plans loads what the text names first. */
export interface Catalogue {
  /** The caller's tenant: the database in SQL. */
  readonly tenant: string
  table(tenant: string, name: string): TableDescriptor | null
  view(tenant: string, name: string): ViewDescriptor | null
  /** All names, for suggestions. */
  tableNames(tenant: string): readonly string[]
}

/** What a connector offers to SQL, without opening anything. */
export interface ConnectorDescriptor {
  readonly name: string
  readonly source: boolean
  readonly sink: boolean
  /** Keys that METADATA columns may name, with their types. */
  readonly metadata: Readonly<Record<string, LogicalType>>
  /** Option names that are known; an unknown one is an error that names the nearest. */
  readonly options: readonly string[]
  readonly requiredOptions: readonly string[]
  /** A sink that takes updates and deletes without a PRIMARY KEY, as print does; absent: inserts only. */
  readonly takesChanges?: boolean
}
