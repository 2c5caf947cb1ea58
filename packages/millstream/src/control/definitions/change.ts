import type { RecordChange } from '../record-store.ts'
import type { ObjectRecord } from '../records.ts'

export type Action = 'create' | 'update' | 'delete' | 'unchanged'

/** A change that was thought through: what it says, and what it writes. Committed, or only shown. */
export interface Change {
  readonly action: Action
  readonly kind: string
  readonly name: string
  /** What changes, a line each. */
  readonly changes: readonly string[]
  /** What it does to running jobs and their state, a line each. */
  readonly effects: readonly string[]
  /** The object as it will be, or was. */
  readonly record: ObjectRecord
  /** Empty when nothing changes. */
  readonly writes: readonly RecordChange[]
}

/** Lines that are in one text and not in the other, with `+` and `-`: enough to see what changed. */
export function lineChanges(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  const rows = Array.from({ length: old.length + 1 }, () => new Uint32Array(now.length + 1))
  const at = (i: number, j: number): number => (rows[i] as Uint32Array)[j] as number
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      ;(rows[i] as Uint32Array)[j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const lines: string[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      i++
      j++
    } else if (j >= now.length || (i < old.length && at(i + 1, j) >= at(i, j + 1))) lines.push(`- ${old[i++]}`)
    else lines.push(`+ ${now[j++]}`)
  }
  return lines
}

export const definitionText = (definition: unknown): string =>
  typeof definition === 'string' ? definition.trim() : JSON.stringify(definition, null, 2)
