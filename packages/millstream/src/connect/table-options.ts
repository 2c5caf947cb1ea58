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

  /** `5 s`, `10 min`, `1 h`; a number alone is milliseconds, as in Flink. */
  durationMs(name: string): number | null {
    return this.#measured(name, { '': 1, ms: 1, s: 1000, min: 60_000, m: 60_000, h: 3_600_000, d: 86_400_000 }, "a duration such as '10 s'")
  }

  /** `128 MB`, `1 GB`; a number alone is bytes. */
  bytes(name: string): number | null {
    return this.#measured(name, { '': 1, b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }, "a size such as '128 MB'")
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], otherwise: T): T {
    const text = this.text(name) ?? otherwise
    const found = allowed.find((candidate) => candidate === text.toLowerCase())
    return found ?? this.#fail(name, `'${text}' is not one of ${allowed.join(', ')}`)
  }

  #measured(name: string, units: Readonly<Record<string, number>>, wanted: string): number | null {
    const text = this.text(name)
    if (text === null) return null
    const [, digits = '', unit = ''] = /^\s*(\d+)\s*([a-z]*)\s*$/i.exec(text) ?? []
    const scale = units[unit.toLowerCase()]
    return digits === '' || scale === undefined ? this.#fail(name, `'${text}' is not ${wanted}`) : Number(digits) * scale
  }

  #fail(option: string, reason: string): never {
    throw errors.fail('MS-5006', { table: this.#table.name, option, reason })
  }
}
