import { errors } from '../base/errors.ts'
import type { TableDescriptor } from '../model/tables.ts'

/** Reads the WITH options of one table; what is wrong with one is said with its name. */
export class TableOptions {
  readonly #table: TableDescriptor

  constructor(table: TableDescriptor) {
    this.#table = table
  }

  text(name: string): string | null {
    return this.#table.options[name] ?? null
  }

  required(name: string): string {
    return this.#table.options[name] ?? this.#fail(name, 'it is required')
  }

  boolean(name: string, otherwise: boolean): boolean {
    const text = this.text(name)?.toLowerCase() ?? null
    if (text === null) return otherwise
    if (text === 'true' || text === 'false') return text === 'true'
    return this.#fail(name, `'${text}' is neither true nor false`)
  }

  /** A number, whole unless said. */
  number(name: string): number | null {
    const text = this.text(name)
    if (text === null) return null
    const value = Number(text)
    return text.trim() === '' || !Number.isFinite(value) ? this.#fail(name, `'${text}' is not a number`) : value
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], otherwise: T): T {
    const text = this.text(name) ?? otherwise
    const found = allowed.find((candidate) => candidate === text.toLowerCase())
    return found ?? this.#fail(name, `'${text}' is not one of ${allowed.join(', ')}`)
  }

  #fail(option: string, reason: string): never {
    throw errors.fail('MS-5006', { table: this.#table.name, option, reason })
  }
}
