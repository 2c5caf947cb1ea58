import { columnOf } from './builder.ts'
import type { Column } from './column.ts'
import type { Schema } from './schema.ts'
import { concatColumns, sliceColumn, takeRows } from './take.ts'
import { type Value, valueAt } from './value.ts'

/** Row kinds of a changelog, as bytes of `Batch.kinds`. */
export const rowKind = { insert: 0, updateBefore: 1, updateAfter: 2, delete: 3 } as const
export const rowKindText = ['+I', '-U', '+U', '-D'] as const

/**
 * Rows as columns. A batch belongs to its emitter and lives until `emit` returns: who keeps rows copies them.
 * `kinds` null: all rows are inserts, so append-only paths pay nothing for changelogs.
 */
export class Batch {
  readonly schema: Schema
  readonly rowCount: number
  readonly columns: readonly Column[]
  readonly kinds: Uint8Array | null

  constructor(schema: Schema, rowCount: number, columns: readonly Column[], kinds: Uint8Array | null = null) {
    this.schema = schema
    this.rowCount = rowCount
    this.columns = columns
    this.kinds = kinds
  }

  /** These rows, in this order. */
  take(rows: Int32Array): Batch {
    const kinds = this.kinds === null ? null : Uint8Array.from(rows, (row) => this.kinds?.[row] as number)
    return new Batch(
      this.schema,
      rows.length,
      this.columns.map((column) => takeRows(column, rows)),
      kinds,
    )
  }

  /** Rows from (with) to (without); fixed-width buffers are shared, not copied, where their layout allows. */
  slice(from: number, to: number): Batch {
    if (from === 0 && to === this.rowCount) return this
    const kinds = this.kinds === null ? null : this.kinds.subarray(from, to)
    return new Batch(
      this.schema,
      to - from,
      this.columns.map((column) => sliceColumn(column, from, to)),
      kinds,
    )
  }

  /** The rows as values, for tests and edges that go row by row. */
  rows(): Value[][] {
    return Array.from({ length: this.rowCount }, (_, row) => this.columns.map((column) => valueAt(column, row)))
  }

  static of(schema: Schema, rows: readonly (readonly Value[])[], kinds: Uint8Array | null = null): Batch {
    const columns = schema.fields.map((field, position) =>
      columnOf(
        field.type,
        rows.map((row) => row[position] ?? null),
      ),
    )
    return new Batch(schema, rows.length, columns, kinds)
  }

  /** One batch of all rows; the batches share a schema. */
  static concat(schema: Schema, batches: readonly Batch[]): Batch {
    const rowCount = batches.reduce((sum, batch) => sum + batch.rowCount, 0)
    const columns = schema.fields.map((_, position) => concatColumns(batches.map((batch) => batch.columns[position] as Column)))
    if (batches.every((batch) => batch.kinds === null)) return new Batch(schema, rowCount, columns)
    const kinds = new Uint8Array(rowCount)
    let at = 0
    for (const batch of batches) {
      if (batch.kinds !== null) kinds.set(batch.kinds.subarray(0, batch.rowCount), at)
      at += batch.rowCount
    }
    return new Batch(schema, rowCount, columns, kinds)
  }
}
