import { errors } from '../base/errors.ts'
import { constantColumn } from '../data/builder.ts'
import type { Column } from '../data/column.ts'
import { type Contract, physicalSchema, unknownFields } from '../data/contract.ts'
import { Schema } from '../data/schema.ts'
import { type LogicalType, type RowField, sameType, typeText } from '../data/types.ts'
import type { BlockHeader, DirectoryEntry } from './block-header.ts'
import { columnClass } from './block-header.ts'

/** How one column of the reader comes from a block: a stored column of a type, or null throughout. */
export type ColumnPlan =
  | { readonly kind: 'stored'; readonly field: RowField; readonly type: LogicalType; readonly entry: DirectoryEntry }
  | { readonly kind: 'missing'; readonly field: RowField }

export type ContractOf = (version: number) => Contract | null

/**
 * Resolves blocks of older (or newer) contract versions to what the reader asked for, by field id. A field that the
 * block does not have is null; one that the reader did not ask for is not read.
 */
export class Resolver {
  readonly schema: Schema
  readonly #contractOf: ContractOf
  readonly #types = new Map<number, ReadonlyMap<number, LogicalType>>()

  constructor(contract: Contract, columns: readonly string[] | undefined, contractOf: ContractOf) {
    const stored = physicalSchema(contract)
    const all = stored.position(unknownFields.name) < 0 ? [...stored.fields, unknownFields] : stored.fields
    this.schema = columns === undefined ? stored : new Schema(all.filter((field) => columns.includes(field.name)))
    this.#contractOf = (version) => (version === contract.version ? contract : contractOf(version))
  }

  plan(header: BlockHeader): ColumnPlan[] {
    const types = this.#typesOf(header.contractVersion)
    return this.schema.fields.map((field) => {
      const entry = header.directory.find((candidate) => candidate.class === columnClass.field && candidate.id === field.id)
      if (entry === undefined) return { kind: 'missing', field }
      const type = types.get(entry.id) ?? field.type
      if (!sameType(type, field.type) && !widens(type, field.type)) {
        throw errors.fail('MS-3000', {
          feature: `Reading column ${field.name} as ${typeText(field.type)} where it was written as ${typeText(type)}`,
        })
      }
      return { kind: 'stored', field, type, entry }
    })
  }

  #typesOf(version: number): ReadonlyMap<number, LogicalType> {
    let types = this.#types.get(version)
    if (types === undefined) {
      const contract = this.#contractOf(version)
      const fields = contract === null ? [] : physicalSchema(contract).fields
      types = new Map(fields.map((field) => [field.id as number, field.type]))
      this.#types.set(version, types)
    }
    return types
  }
}

export const missingColumn = (field: RowField, rows: number): Column => constantColumn(field.type, null, rows)

const integers = ['TINYINT', 'SMALLINT', 'INT', 'BIGINT']

/** Whether every value of a type has one in another, so that old blocks can be read as it. */
export function widens(from: LogicalType, to: LogicalType): boolean {
  if (from.kind === 'FLOAT' && to.kind === 'DOUBLE') return true
  if (integers.includes(from.kind) && integers.includes(to.kind)) return integers.indexOf(from.kind) < integers.indexOf(to.kind)
  return (from.kind === 'CHAR' || from.kind === 'VARCHAR') && to.kind === 'VARCHAR'
}

/** A stored column as the reader's type: the same values in the wider layout. */
export function widened(column: Column, to: LogicalType): Column {
  if (sameType(column.type, to)) return { ...column, type: to } as Column
  if (column.layout === 'bytes' || column.layout === 'dictionary') return { ...column, type: to }
  const { length, validity } = column
  const common = { type: to, length, validity }
  if (column.layout === 'float32') return { ...common, layout: 'float64', values: Float64Array.from(column.values) }
  if (column.layout === 'int8' || column.layout === 'int16' || column.layout === 'int32') {
    if (to.kind === 'SMALLINT') return { ...common, layout: 'int16', values: Int16Array.from(column.values) }
    if (to.kind === 'INT') return { ...common, layout: 'int32', values: Int32Array.from(column.values) }
    return { ...common, layout: 'safe', values: Float64Array.from(column.values) }
  }
  return column
}
