import { Schema } from './schema.ts'
import { type LogicalType, types } from './types.ts'

/** A stream's schema and rules, one version of it. Expressions stay text: this floor knows no SQL. */
export interface Contract {
  /** Counts from 1. */
  readonly version: number
  /** In the order of the CREATE TABLE. */
  readonly columns: readonly ContractColumn[]
  readonly watermark: { readonly column: string; readonly expression: string } | null
  /** Empty: an insert-only stream. Else an upsert stream, its rows placed by this key. */
  readonly primaryKey: readonly string[]
  /** Columns whose murmur2 hash chooses the partition; empty: sticky partitions. */
  readonly distributedBy: readonly string[]
  readonly buckets: number
  /** Checked `WITH (...)` options, as text. */
  readonly options: Readonly<Record<string, string>>
  readonly comment: string | null
}

export type ContractColumn =
  | {
      readonly kind: 'physical'
      /** The field's id for life, unique in the stream. */
      readonly id: number
      readonly name: string
      readonly type: LogicalType
      readonly comment?: string
    }
  | { readonly kind: 'computed'; readonly name: string; readonly expression: string; readonly comment?: string }
  | {
      readonly kind: 'metadata'
      readonly name: string
      readonly type: LogicalType
      /** The system column that it shows, e.g. `ingest_time`, `offset`, `partition`, `key`, `headers`. */
      readonly key: string
      readonly virtual: boolean
      readonly comment?: string
    }

/** What is stored: the physical columns, in order, with their ids. */
export function physicalSchema(contract: Contract): Schema {
  return new Schema(
    contract.columns.flatMap((column) => (column.kind === 'physical' ? [{ name: column.name, type: column.type, id: column.id }] : [])),
  )
}

/**
 * Where the log keeps fields that the contract does not name: a JSON object a row, null for most. Its id is one that no
 * column of a contract has; blocks without such fields do not have it. SQL sees it as the metadata column `unknown_fields`.
 */
export const unknownFields = { name: 'unknown_fields', type: types.string(), id: 0 } as const
