import type { RowField } from '../../packages/millstream/src/data/types.ts'
import type { Value } from '../../packages/millstream/src/data/value.ts'
import { doubleOfDecimal } from '../../packages/millstream/src/expr/text/decimal.ts'
import { parseDate, parseTime, parseTimestamp } from '../../packages/millstream/src/expr/text/time-text.ts'
import { sameValue } from '../../packages/millstream/src/flow/compare.ts'

export interface ExpectedColumn {
  readonly name: string
  readonly kind: string
}

/** A cell as it is compared: text that must be equal, or a number within the tolerance. */
type Cell = string | number

/** Our rows: numbers where the vectors compare numbers, text of one form for everything else. */
export function cellsOf(fields: readonly RowField[], columns: readonly ExpectedColumn[], row: readonly Value[]): Cell[] {
  return columns.map(({ kind }, i) => cellOf(fields[i] as RowField, kind, row[i] ?? null))
}

function cellOf({ type }: RowField, kind: string, value: Value): Cell {
  if (value === null) return 'null'
  if (kind === 'decimal' || kind === 'double') {
    return type.kind === 'DECIMAL' ? doubleOfDecimal(value as bigint, type.scale) : Number(value)
  }
  if (kind === 'integer' && type.kind === 'DECIMAL') return String(doubleOfDecimal(value as bigint, type.scale))
  if (Array.isArray(value)) {
    const inner = type.kind === 'ARRAY' ? value.map(() => type.element) : type.kind === 'ROW' ? type.fields.map((field) => field.type) : []
    return `[${value.map((each, i) => String(cellOf({ name: '', type: inner[i] ?? type }, 'any', each as Value))).join(',')}]`
  }
  return String(value)
}

/** The vectors' rows in the same form. */
export function expectedCells(columns: readonly ExpectedColumn[], row: Readonly<Record<string, unknown>>): Cell[] {
  return columns.map(({ name, kind }) => expectedCell(kind, row[name]))
}

function expectedCell(kind: string, json: unknown): Cell {
  if (json === null || json === undefined) return 'null'
  const text = typeof json === 'object' && 'text' in json ? String(json.text) : String(json)
  switch (kind) {
    case 'decimal':
    case 'double':
      return Number(text)
    case 'timestamp':
      return String(parseTimestamp(text))
    case 'date':
      return String(parseDate(text))
    case 'time':
      return String(parseTime(text))
    default:
      if (Array.isArray(json)) return `[${json.map((each) => String(expectedCell('any', each))).join(',')}]`
      if (typeof json === 'object' && !('text' in json))
        return `[${Object.values(json)
          .map((each) => String(expectedCell('any', each)))
          .join(',')}]`
      return text
  }
}

/** Null when both are the same multiset of rows; else what differs. */
export function difference(actual: readonly Cell[][], expected: readonly Cell[][], tolerance: number): string | null {
  const shape = (row: readonly Cell[]): string => JSON.stringify(row.map((cell) => (typeof cell === 'number' ? 0 : cell)))
  const left = Map.groupBy(actual, shape)
  for (const row of expected) {
    const candidates = left.get(shape(row)) ?? []
    const found = candidates.findIndex((candidate) => candidate.every((cell, i) => close(cell, row[i] as Cell, tolerance)))
    if (found === -1) {
      const near = [...left.values()].find((rows) => rows.length > 0)?.[0]
      return `no row ${JSON.stringify(row)} (${actual.length} rows, ${expected.length} expected${near ? `; there is ${JSON.stringify(near)}` : ''})`
    }
    candidates.splice(found, 1)
  }
  const over = [...left.values()].flat()
  return over.length === 0 ? null : `${over.length} rows too many, e.g. ${JSON.stringify(over[0])}`
}

function close(a: Cell, b: Cell, tolerance: number): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b
  return Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b))
}

/** What remains of a changelog; a retraction of what is not there is a failure. */
export class Materialized {
  readonly rows: Value[][] = []
  retractions = 0

  add(kind: number, row: Value[]): void {
    if (kind === 0 || kind === 2) {
      this.rows.push(row)
      return
    }
    this.retractions++
    const found = this.rows.findLastIndex((held) => held.every((value, i) => sameValue(value, row[i] as Value)))
    if (found === -1) throw new Error(`a retraction of a row that is not there: ${row.map(String).join(', ')}`)
    this.rows.splice(found, 1)
  }
}
