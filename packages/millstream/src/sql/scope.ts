import { errors } from '../base/errors.ts'
import { near } from '../base/near.ts'
import { withNullable } from '../data/types.ts'
import type { Expression } from '../expr/expression.ts'
import type { Identifier } from '../syntax/ast/expression.ts'
import { spanning } from '../syntax/span.ts'
import { type Column, columnReference } from './logical.ts'

/** One table of FROM: its columns under a name. */
export interface Relation {
  /** Null: a subquery without a name. */
  readonly name: string | null
  readonly columns: readonly Column[]
}

/** The columns that a name may mean, at one level of a query. */
export interface Scope {
  readonly relations: readonly Relation[]
}

/** The column or nested field that `a`, `t.a`, `t.a.b` means. Throws MS-2003 with suggestions, MS-2005. */
export function resolveName(parts: readonly Identifier[], scope: Scope): Expression {
  const [first, second] = parts as [Identifier, Identifier | undefined]
  const at = spanning(first.at, (parts[parts.length - 1] as Identifier).at)
  const qualified = second === undefined ? undefined : scope.relations.find((relation) => relation.name === first.name)
  const column = qualified?.columns.find((each) => each.name === second?.name)
  if (column !== undefined) return fieldsOf(columnReference(column), parts.slice(2))
  const plain = candidates(first.name, scope)
  if (plain.length === 1) return fieldsOf(columnReference((plain[0] as Found).column), parts.slice(1))
  if (qualified !== undefined && second !== undefined) {
    const names = qualified.columns.map((each) => each.name)
    throw errors.fail('MS-2003', { column: second.name, table: first.name, near: near(second.name, names) }, second.at)
  }
  if (plain.length > 1) {
    throw errors.fail('MS-2005', { column: first.name, tables: plain.map((each) => each.relation.name ?? '(subquery)') }, first.at)
  }
  const names = scope.relations.flatMap((relation) => relation.columns.map((column) => column.name))
  const table = scope.relations.map((relation) => relation.name ?? 'the subquery').join(', ')
  const suggestions = near(first.name, second === undefined ? names : [...names, ...scope.relations.flatMap((each) => each.name ?? [])])
  throw errors.fail(
    'MS-2003',
    { column: first.name, table: table === '' ? 'A query without FROM' : table, near: suggestions },
    second === undefined ? at : first.at,
  )
}

interface Found {
  readonly column: Column
  readonly relation: Relation
}

function candidates(name: string, scope: Scope): Found[] {
  return scope.relations.flatMap((relation) => relation.columns.flatMap((column) => (column.name === name ? [{ column, relation }] : [])))
}

function fieldsOf(value: Expression, path: readonly Identifier[]): Expression {
  let result = value
  for (const part of path) result = fieldOf(result, part)
  return result
}

/** A field of a ROW. */
export function fieldOf(value: Expression, part: Identifier): Expression {
  const fields = value.type.kind === 'ROW' ? value.type.fields : []
  const field = fields.find((each) => each.name === part.name)
  if (field === undefined) {
    const names = fields.map((each) => each.name)
    throw errors.fail(
      'MS-2003',
      { column: part.name, table: names.length === 0 ? 'The value before the dot' : 'The row', near: near(part.name, names) },
      part.at,
    )
  }
  const name: Expression = {
    kind: 'literal',
    value: part.name,
    type: { kind: 'CHAR', length: Math.max(part.name.length, 1), nullable: false },
  }
  return {
    kind: 'call',
    function: 'FIELD',
    args: [value, name],
    type: withNullable(field.type, field.type.nullable || value.type.nullable),
  }
}
