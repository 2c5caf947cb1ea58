import { stringify } from 'yaml'
import { errors } from '../base/errors.ts'
import { near } from '../base/near.ts'

export const formats = ['table', 'json', 'ndjson', 'yaml', 'csv'] as const
export type Format = (typeof formats)[number]

export function formatOf(text: string | undefined): Format {
  if (text === undefined) return 'table'
  const found = formats.find((format) => format === text)
  if (found !== undefined) return found
  throw errors.fail('MS-7014', { reason: `There is no output format '${text}'`, near: near(text, [...formats]), help: 'millstream help' })
}

export interface TableColumn<T> {
  readonly title: string
  /** Numbers stand at the right. */
  readonly right?: boolean
  value(item: T): unknown
}

/** Items in the format asked for: a table for people, whole objects for programs. */
export function listText<T>(items: readonly T[], columns: readonly TableColumn<T>[], format: Format): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(items, bigintsAsText, 2)}\n`
    case 'ndjson':
      return items.map((item) => `${JSON.stringify(item, bigintsAsText)}\n`).join('')
    case 'yaml':
      return stringify(items)
    case 'csv':
      return csvText([columns.map((column) => column.title), ...items.map((item) => columns.map((column) => column.value(item)))])
    case 'table':
      return tableText(
        columns.map((column) => column.title),
        items.map((item) => columns.map((column) => shownText(column.value(item)))),
        columns.map((column) => column.right === true),
      )
  }
}

/** One object: whole for programs, `name: value` lines for people. */
export function objectText(object: unknown, format: Format): string {
  if (format === 'json') return `${JSON.stringify(object, bigintsAsText, 2)}\n`
  if (format === 'ndjson') return `${JSON.stringify(object, bigintsAsText)}\n`
  return stringify(object)
}

const cellWidthMax = 60

/** Columns as wide as what is in them, at most so wide; a cell that is cut ends in `…`. */
export function tableText(titles: readonly string[], rows: readonly (readonly string[])[], right: readonly boolean[]): string {
  const cells = rows.map((row) => row.map((cell) => cut(cell.replaceAll(/\s*\n\s*/g, ' '))))
  const widths = titles.map((title, position) => Math.max(title.length, ...cells.map((row) => row[position]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, position) => (right[position] === true ? cell.padStart(widths[position] ?? 0) : cell.padEnd(widths[position] ?? 0)))
      .join('  ')
      .trimEnd()
  return `${[titles.map((title) => title.toUpperCase()), ...cells].map(line).join('\n')}\n`
}

const cut = (cell: string): string => (cell.length > cellWidthMax ? `${cell.slice(0, cellWidthMax - 1)}…` : cell)

/** As a person reads it: numbers in groups of three digits. */
const shownText = (value: unknown): string => (typeof value === 'number' ? count(value) : cellText(value))

export function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value, bigintsAsText) : String(value)
}

export function csvText(rows: readonly (readonly unknown[])[]): string {
  const field = (value: unknown): string => {
    const text = cellText(value)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('')
}

const bigintsAsText = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
export const count = (value: number): string => whole.format(value)
