import { type LogicalType, type RowField, typeText } from './types.ts'

/** The columns of a batch or table, in order; names are unique. */
export class Schema {
  readonly fields: readonly RowField[]
  readonly #positions: ReadonlyMap<string, number>

  constructor(fields: readonly RowField[]) {
    this.fields = Object.freeze([...fields])
    this.#positions = new Map(fields.map((field, position) => [field.name, position]))
  }

  get width(): number {
    return this.fields.length
  }

  /** The position of a column, or -1. */
  position(name: string): number {
    return this.#positions.get(name) ?? -1
  }

  types(): LogicalType[] {
    return this.fields.map((field) => field.type)
  }

  /** `(a INT, b STRING NOT NULL)`, for messages and plans. */
  text(): string {
    return `(${this.fields.map((field) => `${field.name} ${typeText(field.type)}`).join(', ')})`
  }
}
