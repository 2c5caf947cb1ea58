import type { Span } from '../span.ts'
import type { CallNode, Identifier, NameNode, OrderItem, SqlExpression, WindowSpecification } from './expression.ts'

export interface Query {
  readonly kind: 'query'
  readonly recursive: boolean
  readonly with: readonly CommonTable[]
  readonly body: QueryBody
  readonly orderBy: readonly OrderItem[]
  readonly offset: SqlExpression | null
  /** Null: all. */
  readonly limit: SqlExpression | null
  readonly at: Span
}
export interface CommonTable {
  readonly name: Identifier
  readonly columns: readonly Identifier[]
  readonly query: Query
  readonly at: Span
}

export type QueryBody = SelectNode | ValuesNode | SetOperationNode | ExplicitTableNode | NestedQueryNode

export interface SelectNode {
  readonly kind: 'select'
  readonly hints: readonly Hint[]
  readonly stream: boolean
  readonly quantifier: 'DISTINCT' | 'ALL' | null
  readonly items: readonly SelectItem[]
  readonly from: FromNode | null
  readonly where: SqlExpression | null
  readonly groupBy: GroupBy | null
  readonly having: SqlExpression | null
  readonly windows: readonly { readonly name: Identifier; readonly specification: WindowSpecification }[]
  readonly qualify: SqlExpression | null
  readonly at: Span
}
export interface SelectItem {
  readonly expression: SqlExpression
  readonly alias: Identifier | null
  readonly at: Span
}
export interface GroupBy {
  readonly quantifier: 'DISTINCT' | 'ALL' | null
  readonly items: readonly GroupingItem[]
  readonly at: Span
}
export type GroupingItem =
  | { readonly kind: 'expression'; readonly expression: SqlExpression; readonly at: Span }
  /** `()` and `(a, b)`. */
  | { readonly kind: 'set'; readonly expressions: readonly SqlExpression[]; readonly at: Span }
  | { readonly kind: 'rollup' | 'cube' | 'grouping-sets'; readonly items: readonly GroupingItem[]; readonly at: Span }

export interface ValuesNode {
  readonly kind: 'values'
  readonly rows: readonly (readonly SqlExpression[])[]
  readonly at: Span
}
export interface SetOperationNode {
  readonly kind: 'set-operation'
  readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT'
  readonly all: boolean
  readonly left: QueryBody
  readonly right: QueryBody
  readonly at: Span
}
/** `TABLE t`. */
export interface ExplicitTableNode {
  readonly kind: 'explicit-table'
  readonly name: NameNode
  readonly at: Span
}
export interface NestedQueryNode {
  readonly kind: 'nested'
  readonly query: Query
  readonly at: Span
}

export type FromNode = TableNode | DerivedNode | FunctionNode | UnnestNode | JoinNode | MatchRecognizeNode | PivotNode | UnpivotNode

export interface Alias {
  readonly name: Identifier
  readonly columns: readonly Identifier[]
}
export interface TableNode {
  readonly kind: 'table'
  readonly name: NameNode
  readonly hints: readonly Hint[]
  readonly asOf: SqlExpression | null
  readonly sample: Sample | null
  readonly alias: Alias | null
  readonly at: Span
}
export interface Sample {
  readonly method: 'BERNOULLI' | 'SYSTEM' | 'SUBSTITUTE'
  readonly text: string
  readonly seed: string | null
}
export interface DerivedNode {
  readonly kind: 'derived'
  readonly lateral: boolean
  readonly query: Query
  readonly sample: Sample | null
  readonly alias: Alias | null
  readonly at: Span
}
/** `TABLE(f(...))`, `LATERAL TABLE(f(...))`, `f(...)`. */
export interface FunctionNode {
  readonly kind: 'function'
  readonly lateral: boolean
  readonly call: CallNode
  readonly hints: readonly Hint[]
  readonly alias: Alias | null
  readonly at: Span
}
export interface UnnestNode {
  readonly kind: 'unnest'
  readonly lateral: boolean
  readonly expressions: readonly SqlExpression[]
  readonly ordinality: boolean
  readonly alias: Alias | null
  readonly at: Span
}
export interface JoinNode {
  readonly kind: 'join'
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS' | 'COMMA' | 'LEFT SEMI' | 'CROSS APPLY' | 'OUTER APPLY'
  readonly natural: boolean
  readonly left: FromNode
  readonly right: FromNode
  readonly on: SqlExpression | null
  readonly using: readonly Identifier[]
  readonly at: Span
}
export interface MatchRecognizeNode {
  readonly kind: 'match-recognize'
  readonly input: FromNode
  readonly partitionBy: readonly SqlExpression[]
  readonly orderBy: readonly OrderItem[]
  readonly measures: readonly { readonly expression: SqlExpression; readonly alias: Identifier }[]
  readonly rowsPerMatch: string | null
  readonly afterMatch: {
    readonly skip: 'NEXT ROW' | 'PAST LAST ROW' | 'FIRST' | 'LAST' | 'VARIABLE'
    readonly variable: Identifier | null
  } | null
  readonly pattern: PatternNode
  readonly within: SqlExpression | null
  readonly subsets: readonly { readonly name: Identifier; readonly variables: readonly Identifier[] }[]
  readonly define: readonly { readonly name: Identifier; readonly condition: SqlExpression }[]
  readonly alias: Alias | null
  readonly at: Span
}
export type PatternNode =
  | { readonly kind: 'variable'; readonly name: Identifier }
  | { readonly kind: 'sequence' | 'alternatives' | 'permute'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'exclude'; readonly item: PatternNode }
  | { readonly kind: 'anchor'; readonly at: '^' | '$' }
  | { readonly kind: 'repeat'; readonly item: PatternNode; readonly low: number; readonly high: number | null; readonly reluctant: boolean }
export interface PivotNode {
  readonly kind: 'pivot'
  readonly input: FromNode
  readonly aggregates: readonly SelectItem[]
  readonly axes: readonly SqlExpression[]
  readonly values: readonly SelectItem[]
  readonly alias: Alias | null
  readonly at: Span
}
export interface UnpivotNode {
  readonly kind: 'unpivot'
  readonly input: FromNode
  readonly includeNulls: boolean
  readonly measures: readonly Identifier[]
  readonly axes: readonly Identifier[]
  readonly values: readonly { readonly columns: readonly Identifier[]; readonly alias: SqlExpression | null }[]
  readonly alias: Alias | null
  readonly at: Span
}
/** `/*+ OPTIONS('k' = 'v'), BROADCAST(t) *\/`. */
export interface Hint {
  readonly name: Identifier
  readonly options: readonly Property[]
  readonly arguments: readonly string[]
  readonly at: Span
}
/** `'key' = 'value'`, both with their places. */
export interface Property {
  readonly key: string
  readonly value: string
  readonly keyAt: Span
  readonly valueAt: Span
}
