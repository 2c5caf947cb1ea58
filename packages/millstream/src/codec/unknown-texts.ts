import { columnOf } from '../data/builder.ts'
import type { Column } from '../data/column.ts'
import { types } from '../data/types.ts'

/** Columns of a CSV header that the contract does not name: a row's JSON object of texts. */
export class UnknownTexts {
  #current: [string, string][] = []
  readonly #texts = new Map<number, string>()

  /** Forgets a body that was given up. */
  reset(): void {
    this.#texts.clear()
  }

  begin(): void {
    this.#current = []
  }

  add(name: string, text: string): void {
    this.#current.push([name, text])
  }

  commit(row: number): void {
    if (this.#current.length === 0) return
    this.#texts.set(row, `{${this.#current.map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`).join(',')}}`)
  }

  finish(rows: number): Column | null {
    if (this.#texts.size === 0) return null
    const column = columnOf(
      types.string(),
      Array.from({ length: rows }, (_, row) => this.#texts.get(row) ?? null),
    )
    this.#texts.clear()
    return column
  }
}
