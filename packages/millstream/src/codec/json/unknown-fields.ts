import { columnOf } from '../../data/builder.ts'
import type { Column } from '../../data/column.ts'
import { types } from '../../data/types.ts'

interface Member {
  readonly keyAt: number
  readonly valueAt: number
  readonly end: number
  readonly prefix: Uint8Array
}

/**
 * Keeps the members that the contract does not name, as JSON text: a row's `{"key": value, ...}`. Those of nested rows have
 * their path before the key: `{"address.zip": 1}`. Most rows have none.
 */
export class UnknownFields {
  #members: Member[] = []
  /** Members of the current row. */
  count = 0
  readonly #texts = new Map<number, Uint8Array>()
  readonly #decoder = new TextDecoder()

  /** Forgets a body that was given up. */
  reset(): void {
    this.#texts.clear()
    this.begin()
  }

  begin(): void {
    this.#members = []
    this.count = 0
  }

  /** `prefix` is JSON text within quotes: `address.`. */
  add(keyAt: number, valueAt: number, end: number, prefix: Uint8Array): void {
    this.#members.push({ keyAt, valueAt, end, prefix })
    this.count++
  }

  /** The row was accepted: its members are copied out. A key that came again counts by its last value. */
  commit(source: Uint8Array, row: number): void {
    const last = this.count === 1 ? this.#members : this.#lastOfEach(source)
    const text = new Uint8Array(last.reduce((size, { keyAt, end, prefix }) => size + prefix.length + end - keyAt + 1, 1))
    let at = 0
    for (const { keyAt, end, prefix } of last) {
      text[at++] = at === 1 ? 123 : 44
      text[at++] = 34
      text.set(prefix, at)
      text.set(source.subarray(keyAt + 1, end), at + prefix.length)
      at += prefix.length + end - keyAt - 1
    }
    text[at] = 125
    this.#texts.set(row, text)
  }

  #lastOfEach(source: Uint8Array): Member[] {
    const keys = new Set<string>()
    const last: Member[] = []
    for (const member of this.#members.toReversed()) {
      const before = this.#decoder.decode(source.subarray(member.keyAt, member.valueAt))
      const key = this.#decoder.decode(member.prefix) + (JSON.parse(before.slice(0, before.lastIndexOf('"') + 1)) as string)
      if (keys.has(key)) continue
      keys.add(key)
      last.push(member)
    }
    return last.reverse()
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
