import { errors } from '../base/errors.ts'
import type { Alias, FromNode, TableNode } from '../syntax/ast/query.ts'
import { newColumn, type QueryEnvironment } from './context.ts'
import { type Column, columnReference, type LogicalNode } from './logical.ts'
import type { Relation } from './scope.ts'
import { visibleColumns } from './system-columns.ts'
import { planNamedTable } from './tables.ts'
import { planWindowFunction } from './window-functions.ts'

/** What FROM gives: a node, and its columns under their names. */
export interface Planned {
  readonly node: LogicalNode
  readonly relations: readonly Relation[]
}

export function planFrom(from: FromNode, environment: QueryEnvironment): Planned {
  switch (from.kind) {
    case 'table': {
      refuseTableClauses(from)
      const node = planNamedTable(from.name, from.hints, environment)
      const last = from.name.parts[from.name.parts.length - 1]
      return aliased(node, from.alias, last?.name ?? null, environment)
    }
    case 'derived': {
      if (from.lateral) throw errors.fail('MS-2000', { feature: 'LATERAL' }, from.at)
      const node = environment.planQuery(from.query, environment)
      return aliased(node, from.alias, null, environment)
    }
    case 'function': {
      const node = planWindowFunction(from.call, environment)
      return aliased(node, from.alias, null, environment)
    }
    case 'join': {
      const kinds = { COMMA: 'A join of tables with commas', CROSS: 'CROSS JOIN' } as Readonly<Record<string, string>>
      throw errors.fail('MS-2000', { feature: kinds[from.type] ?? `${from.type} JOIN` }, from.at)
    }
    case 'unnest':
      throw errors.fail('MS-2000', { feature: 'UNNEST' }, from.at)
    case 'match-recognize':
      throw errors.fail('MS-2000', { feature: 'MATCH_RECOGNIZE' }, from.at)
    case 'pivot':
    case 'unpivot':
      throw errors.fail('MS-2000', { feature: from.kind.toUpperCase() }, from.at)
  }
}

function refuseTableClauses(from: TableNode): void {
  if (from.asOf !== null) throw errors.fail('MS-2000', { feature: 'FOR SYSTEM_TIME AS OF' }, from.at)
  if (from.sample !== null) throw errors.fail('MS-2000', { feature: 'TABLESAMPLE' }, from.at)
}

/** A name for the columns, and new names for them where the alias has a list. */
function aliased(whole: LogicalNode, alias: Alias | null, name: string | null, environment: QueryEnvironment): Planned {
  const node = alias === null || alias.columns.length === 0 ? whole : visibleColumns(whole)
  const columns = alias === null || alias.columns.length === 0 ? node.columns : renamed(node, alias)
  if (columns === node.columns) return { node, relations: [{ name: alias?.name.name ?? name, columns }] }
  const fresh = columns.map((column) => newColumn(environment.context, column.name, column.type, column.time))
  const project: LogicalNode = { kind: 'project', input: node, expressions: node.columns.map(columnReference), columns: fresh }
  return { node: project, relations: [{ name: alias?.name.name ?? name, columns: fresh }] }
}

function renamed(node: LogicalNode, alias: Alias): readonly Column[] {
  if (alias.columns.length !== node.columns.length) {
    const [found, wanted] = [alias.columns.length, node.columns.length]
    const columns = node.columns.map((column) => column.name)
    throw errors.fail('MS-2009', { what: `The alias ${alias.name.name}`, found, against: 'what it names', wanted, columns }, alias.name.at)
  }
  return node.columns.map((column, i) => ({ ...column, name: alias.columns[i]?.name ?? column.name }))
}
