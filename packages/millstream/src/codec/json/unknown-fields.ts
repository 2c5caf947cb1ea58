import { columnOf } from '../../data/builder.ts'
import type { Column } from '../../data/column.ts'
import { types } from '../../data/types.ts'

/** Keeps the members that the contract does not name, as JSON text: a row's `{"key": value, ...}`. Most rows have none. */
export class UnknownFields {
  /** Start of the key and end of the value, per member of the current row. */
  readonly #members: number[] = []
  readonly #valueStarts: number[] = []
  readonly #texts = new Map<number, Uint8Array>()

  /** Forgets a body that was given up. */
  reset(): void {
    this.#texts.clear()
  }

  begin(): void {
    this.#members.length = 0
    this.#valueStarts.length = 0
  }

  add(keyAt: number, valueAt: number, end: number): void {
    this.#members.push(keyAt, end)
    this.#valueStarts.push(valueAt)
  }

  /** The row was accepted: its members are copied out. A key that came again counts by its last value. */
  commit(source: Uint8Array, row: number): void {
    const members: Uint8Array[] = []
    const keys = new Set<string>()
    for (let i = this.#members.length - 2; i >= 0; i -= 2) {
      const member = source.slice(this.#members[i], this.#members[i + 1])
      if (this.#members.length > 2) {
        const before = new TextDecoder().decode(source.subarray(this.#members[i], this.#valueStarts[i / 2]))
        const key = JSON.parse(before.slice(0, before.lastIndexOf('"') + 1)) as string
        if (keys.has(key)) continue
        keys.add(key)
      }
      members.push(member)
    }
    members.reverse()
    const text = new Uint8Array(members.reduce((size, member) => size + member.length + 1, 1))
    let at = 0
    for (const member of members) {
      text[at++] = at === 1 ? 123 : 44
      text.set(member, at)
      at += member.length
    }
    text[at] = 125
    this.#texts.set(row, text)
  }

  /** STRING, null for rows without such members; null when no row has any. */
  finish(rows: number): Column | null {
    if (this.#texts.size === 0) return null
    const decoder = new TextDecoder()
    const column = columnOf(
      types.string(),
      Array.from({ length: rows }, (_, row) => {
        const text = this.#texts.get(row)
        return text === undefined ? null : decoder.decode(text)
      }),
    )
    this.#texts.clear()
    return column
  }
}
