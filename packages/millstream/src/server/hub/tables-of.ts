import { MillstreamError } from '../../base/errors.ts'
import type { DialectName } from '../../syntax/dialect.ts'
import { parseQuery } from '../../syntax/parse.ts'

/** The tables that a query names in FROM, or null when it is no query of that dialect. Names of common tables are left out. */
export function tablesOf(sql: string, dialect: DialectName): readonly string[] | null {
  try {
    const tables = new Set<string>()
    const common = new Set<string>()
    walk(parseQuery(sql, { dialect }), tables, common)
    return [...tables].filter((name) => !common.has(name))
  } catch (error) {
    if (error instanceof MillstreamError) return null
    throw error
  }
}

interface NamedTable {
  readonly kind?: unknown
  readonly name?: { readonly parts?: readonly { readonly name: string }[]; readonly name?: string }
  readonly query?: unknown
}

/** The tree is plain data: whatever is a table, wherever it stands. TABLE names in window functions are tables too. */
function walk(node: unknown, tables: Set<string>, common: Set<string>): void {
  if (Array.isArray(node)) {
    for (const one of node) walk(one, tables, common)
    return
  }
  if (typeof node !== 'object' || node === null) return
  const { kind, name, query } = node as NamedTable
  if ((kind === 'table' || kind === 'explicit-table') && name?.parts !== undefined) {
    tables.add(name.parts.map((part) => part.name).join('.'))
  }
  if (kind === undefined && query !== undefined && name?.name !== undefined) common.add(name.name)
  for (const value of Object.values(node)) walk(value, tables, common)
}
