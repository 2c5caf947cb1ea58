import type { TableSpec } from '../operator.ts'
import { KeyedRows } from './keyed-rows.ts'

/**
 * A table of an operator's state. Its rows live in namespaces (for windows: one a slice, by the slice's end), each with
 * an index and columns of its own, so that what expires is dropped whole and what fires is already columnar.
 */
export class StateTable {
  readonly spec: TableSpec
  readonly #spaces = new Map<number, KeyedRows>()

  constructor(spec: TableSpec) {
    this.spec = spec
  }

  /** The rows of a namespace, made when it is new. */
  rows(space: number): KeyedRows {
    const found = this.#spaces.get(space)
    if (found !== undefined) return found
    const made = new KeyedRows(this.spec)
    this.#spaces.set(space, made)
    return made
  }

  has(space: number): boolean {
    return this.#spaces.has(space)
  }

  drop(space: number): void {
    this.#spaces.delete(space)
  }

  /** Namespaces, ascending. */
  spaces(): number[] {
    return [...this.#spaces.keys()].sort((a, b) => a - b)
  }

  bytes(): number {
    let sum = 0
    for (const rows of this.#spaces.values()) sum += rows.bytes()
    return sum
  }
}
