/**
 * What a question to datasets becomes: a tree of relations over typed scalars. `druid` makes it from native queries and
 * from Druid SQL, `olap` prints it for its store; neither knows the other. Times are epoch milliseconds.
 * Null handling is SQL's (three-valued logic), as in Druid 28 and later.
 */
export type DataType =
  | 'STRING'
  | 'LONG'
  | 'DOUBLE'
  | 'FLOAT'
  | 'BOOLEAN'
  /** Milliseconds since the epoch that SQL shows as a time. */
  | 'TIMESTAMP'
  /** Milliseconds of a midnight. */
  | 'DATE'
  /** The column of a distinct-count metric: only COUNT(DISTINCT) reads it. */
  | 'DISTINCT'
  | 'STRINGS'
  | 'LONGS'
  | 'DOUBLES'
  | 'NULL'

export type LiteralValue = string | number | bigint | boolean | null | readonly (string | number | bigint | boolean | null)[]

export type Scalar =
  /** A column of the input relation, by name; names are unique within a relation. */
  | { readonly kind: 'column'; readonly name: string; readonly type: DataType }
  | { readonly kind: 'literal'; readonly value: LiteralValue; readonly type: DataType }
  /** A function of the store's list (`olap/functions.ts`); an unknown one is a bug of the planner. */
  | { readonly kind: 'call'; readonly function: string; readonly args: readonly Scalar[]; readonly type: DataType }
  | {
      readonly kind: 'subquery'
      readonly mode: 'scalar' | 'exists' | 'in'
      readonly relation: Relation
      /** The left side of IN. */
      readonly arg: Scalar | null
      readonly type: DataType
    }
  /** A window function over the input relation. `frame` is words of a closed grammar, checked by the planner. */
  | {
      readonly kind: 'over'
      readonly function: string
      readonly args: readonly Scalar[]
      readonly partitionBy: readonly Scalar[]
      readonly orderBy: readonly SortKey[]
      readonly frame: WindowFrame | null
      readonly type: DataType
    }

export interface WindowFrame {
  readonly unit: 'ROWS' | 'RANGE'
  readonly start: FrameBound
  readonly end: FrameBound
}
/** Null rows: unbounded. Zero: the current row. */
export interface FrameBound {
  readonly rows: number | null
  readonly direction: 'preceding' | 'following'
}

export interface NamedScalar {
  readonly name: string
  readonly value: Scalar
}

export interface SortKey {
  readonly value: Scalar
  readonly descending: boolean
  readonly nulls: 'first' | 'last'
}

export interface Aggregate {
  readonly name: string
  readonly function: string
  readonly args: readonly Scalar[]
  readonly distinct: boolean
  readonly filter: Scalar | null
  readonly type: DataType
}

export interface Interval {
  readonly startMs: number
  /** Exclusive. */
  readonly endMs: number
}

export type Relation =
  | {
      readonly kind: 'scan'
      readonly table: DatasetTable
      /** In front of the columns' names, so that a table can be in a query twice. */
      readonly prefix: string
      readonly columns: readonly string[]
      readonly intervals: readonly Interval[] | null
    }
  | {
      readonly kind: 'values'
      readonly columns: readonly { readonly name: string; readonly type: DataType }[]
      readonly rows: readonly (readonly LiteralValue[])[]
    }
  | { readonly kind: 'filter'; readonly input: Relation; readonly condition: Scalar }
  | { readonly kind: 'project'; readonly input: Relation; readonly columns: readonly NamedScalar[]; readonly distinct: boolean }
  | {
      readonly kind: 'aggregate'
      readonly input: Relation
      readonly keys: readonly NamedScalar[]
      /** Each a list of positions in `keys`; null: one set of all. Keys outside a set are null. */
      readonly groupingSets: readonly (readonly number[])[] | null
      readonly aggregates: readonly Aggregate[]
    }
  | {
      readonly kind: 'sort'
      readonly input: Relation
      readonly by: readonly SortKey[]
      readonly limit: number | null
      readonly offset: number
    }
  | {
      readonly kind: 'join'
      readonly how: 'inner' | 'left' | 'right' | 'full' | 'cross'
      readonly left: Relation
      readonly right: Relation
      readonly on: Scalar | null
    }
  | { readonly kind: 'union'; readonly inputs: readonly Relation[] }
  /** One row for each of the listed values: `(value)`, joined to the input's row. */
  | { readonly kind: 'unnest'; readonly input: Relation; readonly value: Scalar; readonly name: string }

/** What is known of a dataset without reading it. */
export interface DatasetTable {
  readonly uid: string
  readonly tenant: string
  readonly name: string
  /** `__time` first. */
  readonly columns: readonly DatasetColumn[]
  /** Ascending; the segments of Druid's clients. */
  readonly chunks: readonly DatasetChunk[]
  /** Rows that only carry a value of a distinct count are in the table: `COUNT(*)` is SUM of the column `$rows`. */
  readonly hasDistinctRows: boolean
  readonly rollup: boolean
  readonly queryGranularity: string
}
export interface DatasetColumn {
  readonly name: string
  readonly type: DataType
  readonly role: 'time' | 'dimension' | 'metric'
  /** The aggregator that made a metric, as it stands in the definition. */
  readonly aggregator?: Readonly<Record<string, unknown>>
}
export interface DatasetChunk extends Interval {
  readonly minTimeMs: number
  readonly maxTimeMs: number
  readonly rows: number
}

export interface Answer {
  readonly columns: readonly { readonly name: string; readonly type: DataType }[]
  /** Longs are numbers where they are exact, else bigints; lists are arrays. */
  readonly rows: readonly (readonly LiteralValue[])[]
}
export interface RunOptions {
  readonly timeoutMs: number | null
}

/** Who answers: the olap process. */
export interface DatasetEngine {
  readonly nowMs: number
  table(tenant: string, name: string): DatasetTable | null
  tables(tenant: string): readonly DatasetTable[]
  run(relation: Relation, options: RunOptions): Promise<Answer>
}

export const column = (name: string, type: DataType): Scalar => ({ kind: 'column', name, type })
export const literal = (value: LiteralValue, type: DataType): Scalar => ({ kind: 'literal', value, type })
export const call = (name: string, args: readonly Scalar[], type: DataType): Scalar => ({ kind: 'call', function: name, args, type })
export const and = (conditions: readonly Scalar[]): Scalar =>
  conditions.length === 0
    ? literal(true, 'BOOLEAN')
    : conditions.length === 1
      ? (conditions[0] as Scalar)
      : call('and', conditions, 'BOOLEAN')
export const or = (conditions: readonly Scalar[]): Scalar =>
  conditions.length === 0
    ? literal(false, 'BOOLEAN')
    : conditions.length === 1
      ? (conditions[0] as Scalar)
      : call('or', conditions, 'BOOLEAN')
export const not = (condition: Scalar): Scalar => call('not', [condition], 'BOOLEAN')
