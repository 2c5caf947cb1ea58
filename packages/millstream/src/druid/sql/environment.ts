import { errors, type Place } from '../../base/errors.ts'
import type { DatasetEngine, Relation, Scalar } from '../../model/dataset-query.ts'
import type { Query } from '../../syntax/ast/query.ts'

/** What a statement is planned in. */
export interface Environment {
  readonly engine: DatasetEngine
  readonly tenant: string
  /** `sqlTimeZone`. */
  readonly zone: string
  readonly nowMs: number
  readonly parameters: readonly Scalar[]
  /** Common tables in sight. */
  readonly common: ReadonlyMap<string, { readonly query: Query; readonly columns: readonly string[]; readonly environment: Environment }>
  /** Plans a query that stands inside another. */
  readonly plan: (query: Query, environment: Environment) => Planned
  /** A name that no other column of the statement has. */
  readonly fresh: (hint: string) => string
}

/** A column that names may mean. */
export interface Visible {
  /** The table's alias; null for columns of an unnamed subquery. */
  readonly table: string | null
  readonly name: string
  readonly value: Scalar
}

/** A FROM clause: rows, and the names over them in order. */
export interface Source {
  readonly relation: Relation
  readonly visible: readonly Visible[]
  /** Rows that only carry a distinct value are among them: `$rows` tells. Null: none are. */
  readonly rows: Scalar | null
}

/** A planned query: columns of the relation under the names that its author gave. */
export interface Planned {
  readonly relation: Relation
  readonly outputs: readonly { readonly name: string; readonly value: Scalar }[]
}

export const at = (span: Place | undefined): Place | undefined => span

export function invalidAt(what: string, span?: Place): Error {
  return errors.fail('MS-6001', { what }, span)
}

export function notYetAt(feature: string, span?: Place): Error {
  return errors.fail('MS-6000', { feature }, span)
}
