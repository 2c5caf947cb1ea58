import type { LogicalType, RowField } from '../data/types.ts'

/** Ids for life, in the order of the text, nested fields too. */
export class FieldIds {
  #next = 1

  next(): number {
    return this.#next++
  }

  within(type: LogicalType): LogicalType {
    switch (type.kind) {
      case 'ROW':
        return {
          ...type,
          fields: type.fields.map((field): RowField => ({ name: field.name, id: this.next(), type: this.within(field.type) })),
        }
      case 'ARRAY':
      case 'MULTISET':
        return { ...type, element: this.within(type.element) }
      case 'MAP':
        return { ...type, key: this.within(type.key), value: this.within(type.value) }
      default:
        return type
    }
  }
}
