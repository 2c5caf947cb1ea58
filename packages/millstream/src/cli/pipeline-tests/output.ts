import { jsonRows } from '../../codec/json-write.ts'
import { Batch, rowKind } from '../../data/batch.ts'
import { Schema } from '../../data/schema.ts'
import { type LogicalType, withNullable } from '../../data/types.ts'
import type { TableDescriptor } from '../../model/tables.ts'

/** A row as it is compared and shown: the JSON text of each column. */
export interface ShownRow {
  readonly json: string
  readonly texts: readonly string[]
}

/** The rows of a sink's table. Changes are applied: what is compared is the table that they make. */
export class Output {
  readonly table: TableDescriptor
  readonly schema: Schema
  readonly #keys: readonly number[]
  #rows: ShownRow[] = []

  constructor(table: TableDescriptor) {
    this.table = table
    this.schema = sinkSchema(table)
    this.#keys = table.primaryKey.map((name) => this.schema.position(name))
  }

  get rows(): readonly ShownRow[] {
    return this.#rows
  }

  add(batch: Batch): void {
    const shown = shownRows(new Batch(this.schema, batch.rowCount, batch.columns))
    shown.forEach((row, index) => {
      const kind = batch.kinds?.[index] ?? rowKind.insert
      const removes = kind === rowKind.updateBefore || kind === rowKind.delete
      if (removes || this.#keys.length > 0) this.#remove(row)
      if (!removes) this.#rows.push(row)
    })
  }

  #remove(row: ShownRow): void {
    const same = (other: ShownRow): boolean =>
      this.#keys.length > 0 ? this.#keys.every((key) => other.texts[key] === row.texts[key]) : other.json === row.json
    const at = this.#rows.findIndex(same)
    if (at >= 0) this.#rows.splice(at, 1)
  }
}

/** Each column by itself as JSON, so that rows of the same types are equal exactly when their texts are. */
export function shownRows(batch: Batch): ShownRow[] {
  const json = jsonRows(batch)
  const columns = batch.schema.fields.map((field, position) => {
    const alone = new Batch(new Schema([field]), batch.rowCount, batch.columns.slice(position, position + 1))
    const prefix = JSON.stringify(field.name).length + 2
    return jsonRows(alone).map((text) => text.slice(prefix, -1))
  })
  return json.map((text, row) => ({ json: text, texts: columns.map((column) => column[row] as string) }))
}

/** What is stored of a row of the table, in the order in which it is written. */
function sinkSchema(table: TableDescriptor): Schema {
  return new Schema(
    table.columns.flatMap((column) => {
      const isStored = column.kind === 'physical' || (column.kind === 'metadata' && !column.virtual)
      return isStored ? [{ name: column.name, type: column.type }] : []
    }),
  )
}

/** The same columns, all of them nullable: a row that a test expects need not name all. */
export const partial = (schema: Schema): Schema =>
  new Schema(schema.fields.map(({ name, type }): { name: string; type: LogicalType } => ({ name, type: withNullable(type, true) })))
