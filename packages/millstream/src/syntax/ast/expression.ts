import type { Span } from '../span.ts'
import type { Query } from './query.ts'
import type { TypeNode } from './type.ts'

export interface Identifier {
  readonly name: string
  readonly quoted: boolean
  readonly at: Span
}

/** An expression as it was written: nothing is resolved. */
export type SqlExpression =
  | NameNode
  | StarNode
  | LiteralNode
  | IntervalNode
  | ParameterNode
  | SymbolNode
  | UnaryNode
  | BinaryNode
  | IsNode
  | BetweenNode
  | LikeNode
  | InNode
  | ExistsNode
  | QuantifiedNode
  | CaseNode
  | CastNode
  | CallNode
  | NamedArgumentNode
  | DescriptorNode
  | TableArgumentNode
  | ModelArgumentNode
  | ConstructorNode
  | SubqueryNode
  | ItemNode
  | FieldNode

export interface NameNode {
  readonly kind: 'name'
  readonly parts: readonly Identifier[]
  readonly at: Span
}
/** `*`, `t.*`; also the argument of COUNT(*). */
export interface StarNode {
  readonly kind: 'star'
  readonly qualifier: readonly Identifier[]
  readonly at: Span
}
export interface LiteralNode {
  readonly kind: 'literal'
  /** exact: 1, 1.5; approximate: 1E0; the others by their keyword. */
  readonly type:
    | 'exact'
    | 'approximate'
    | 'string'
    | 'binary'
    | 'boolean'
    | 'null'
    | 'unknown'
    | 'default'
    | 'date'
    | 'time'
    | 'timestamp'
    | 'timestamp_ltz'
  /** The value's text: digits, characters, hex digits, TRUE. */
  readonly text: string
  readonly at: Span
}
/** `INTERVAL '1-2' YEAR TO MONTH`; `INTERVAL x DAY` has an expression in place of the text. */
export interface IntervalNode {
  readonly kind: 'interval'
  readonly text: string | null
  readonly value: SqlExpression | null
  readonly negative: boolean
  readonly qualifier: IntervalQualifier
  readonly at: Span
}
export interface IntervalQualifier {
  /** Singular: YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND. */
  readonly from: string
  readonly to: string | null
  readonly precision: number | null
  readonly fraction: number | null
  readonly at: Span
}
/** `?`, counted from 0. */
export interface ParameterNode {
  readonly kind: 'parameter'
  readonly index: number
  readonly at: Span
}
/** A keyword that stands as an argument: the unit of EXTRACT, BOTH of TRIM, ... */
export interface SymbolNode {
  readonly kind: 'symbol'
  readonly name: string
  readonly at: Span
}
export interface UnaryNode {
  readonly kind: 'unary'
  readonly operator: '-' | '+' | 'NOT'
  readonly operand: SqlExpression
  readonly at: Span
}
export interface BinaryNode {
  readonly kind: 'binary'
  /** `<>` for `!=`, MOD's `%` as it stands; AND, OR, OVERLAPS, `MEMBER OF`, `AT TIME ZONE`, ... */
  readonly operator: string
  readonly left: SqlExpression
  readonly right: SqlExpression
  /** Where the operator stands. */
  readonly operatorAt: Span
  readonly at: Span
}
export interface IsNode {
  readonly kind: 'is'
  readonly operand: SqlExpression
  readonly test:
    | 'NULL'
    | 'TRUE'
    | 'FALSE'
    | 'UNKNOWN'
    | 'JSON VALUE'
    | 'JSON OBJECT'
    | 'JSON ARRAY'
    | 'JSON SCALAR'
    | 'A SET'
    | 'EMPTY'
    | 'NORMALIZED'
  readonly negated: boolean
  readonly at: Span
}
export interface BetweenNode {
  readonly kind: 'between'
  readonly operand: SqlExpression
  readonly low: SqlExpression
  readonly high: SqlExpression
  readonly negated: boolean
  readonly symmetric: boolean
  readonly at: Span
}
export interface LikeNode {
  readonly kind: 'like'
  readonly operator: 'LIKE' | 'ILIKE' | 'RLIKE' | 'SIMILAR TO'
  readonly operand: SqlExpression
  readonly pattern: SqlExpression
  readonly escape: SqlExpression | null
  readonly negated: boolean
  readonly at: Span
}
export interface InNode {
  readonly kind: 'in'
  readonly operand: SqlExpression
  readonly items: readonly SqlExpression[] | null
  readonly query: Query | null
  readonly negated: boolean
  readonly at: Span
}
export interface ExistsNode {
  readonly kind: 'exists'
  /** UNIQUE (query) is the same in another word. */
  readonly unique: boolean
  readonly query: Query
  readonly at: Span
}
/** `x > ALL (...)`. */
export interface QuantifiedNode {
  readonly kind: 'quantified'
  readonly operator: string
  readonly quantifier: 'ANY' | 'SOME' | 'ALL'
  readonly operand: SqlExpression
  readonly items: readonly SqlExpression[] | null
  readonly query: Query | null
  readonly at: Span
}
export interface CaseNode {
  readonly kind: 'case'
  readonly operand: SqlExpression | null
  readonly branches: readonly { readonly when: readonly SqlExpression[]; readonly value: SqlExpression }[]
  readonly otherwise: SqlExpression | null
  readonly at: Span
}
export interface CastNode {
  readonly kind: 'cast'
  readonly function: 'CAST' | 'TRY_CAST' | 'SAFE_CAST'
  readonly operand: SqlExpression
  readonly type: TypeNode
  readonly format: SqlExpression | null
  readonly at: Span
}
/**
 * A call. Special syntax becomes plain arguments: EXTRACT(unit, x), TRIM(BOTH, a, b), POSITION(a, b), SUBSTRING(x, from, for),
 * OVERLAY(x, y, from, for), FLOOR(x, unit), with units and BOTH as symbols.
 */
export interface CallNode {
  readonly kind: 'call'
  readonly name: readonly Identifier[]
  readonly args: readonly SqlExpression[]
  /** Written without parentheses, as CURRENT_TIMESTAMP is. */
  readonly bare: boolean
  readonly quantifier: 'DISTINCT' | 'ALL' | null
  /** Inside the parentheses, as in ARRAY_AGG(x ORDER BY y). */
  readonly orderBy: readonly OrderItem[]
  readonly nullTreatment: 'IGNORE' | 'RESPECT' | null
  readonly separator: SqlExpression | null
  readonly withinGroup: readonly OrderItem[]
  readonly withinDistinct: readonly SqlExpression[]
  readonly filter: SqlExpression | null
  readonly over: WindowReference | null
  /** RUNNING or FINAL before a call in MATCH_RECOGNIZE. */
  readonly semantics: 'RUNNING' | 'FINAL' | null
  /** The clauses of the JSON functions. */
  readonly json: JsonClauses | null
  readonly at: Span
}
export interface JsonClauses {
  readonly returning: TypeNode | null
  readonly onEmpty: JsonBehaviour | null
  readonly onError: JsonBehaviour | null
  /** WITHOUT, CONDITIONAL or UNCONDITIONAL [ARRAY] WRAPPER. */
  readonly wrapper: 'WITHOUT' | 'CONDITIONAL' | 'UNCONDITIONAL' | null
  readonly onNull: 'NULL' | 'ABSENT' | null
  readonly format: boolean
}
export interface JsonBehaviour {
  readonly kind: 'NULL' | 'ERROR' | 'DEFAULT' | 'EMPTY ARRAY' | 'EMPTY OBJECT' | 'TRUE' | 'FALSE' | 'UNKNOWN'
  readonly value: SqlExpression | null
}
export interface OrderItem {
  readonly expression: SqlExpression
  readonly descending: boolean
  /** Null: not said. */
  readonly nulls: 'FIRST' | 'LAST' | null
  readonly at: Span
}
export type WindowReference =
  | { readonly name: Identifier; readonly specification: null }
  | { readonly name: null; readonly specification: WindowSpecification }
export interface WindowSpecification {
  readonly base: Identifier | null
  readonly partitionBy: readonly SqlExpression[]
  readonly orderBy: readonly OrderItem[]
  readonly frame: WindowFrame | null
  readonly allowPartial: boolean | null
  readonly at: Span
}
export interface WindowFrame {
  readonly unit: 'ROWS' | 'RANGE' | 'GROUPS'
  readonly start: FrameBound
  readonly end: FrameBound | null
  readonly exclude: 'CURRENT ROW' | 'GROUP' | 'TIES' | 'NO OTHERS' | null
}
export interface FrameBound {
  readonly kind: 'UNBOUNDED PRECEDING' | 'PRECEDING' | 'CURRENT ROW' | 'FOLLOWING' | 'UNBOUNDED FOLLOWING'
  readonly value: SqlExpression | null
}
/** `name => value`. */
export interface NamedArgumentNode {
  readonly kind: 'named-argument'
  readonly name: Identifier
  readonly value: SqlExpression
  readonly at: Span
}
export interface DescriptorNode {
  readonly kind: 'descriptor'
  readonly columns: readonly Identifier[]
  readonly at: Span
}
/** `TABLE t [PARTITION BY ...] [ORDER BY ...]` as an argument of a table function. */
export interface TableArgumentNode {
  readonly kind: 'table-argument'
  readonly query: Query
  readonly partitionBy: readonly SqlExpression[]
  readonly orderBy: readonly OrderItem[]
  readonly at: Span
}
/** `MODEL m` as an argument of a table function. */
export interface ModelArgumentNode {
  readonly kind: 'model-argument'
  readonly name: NameNode
  readonly at: Span
}
/** ARRAY[..], MAP[k, v, ..], MULTISET[..], ROW(..); also ARRAY(query), and so on. `ROW` may be left out. */
export interface ConstructorNode {
  readonly kind: 'constructor'
  readonly of: 'ARRAY' | 'MAP' | 'MULTISET' | 'ROW'
  readonly elements: readonly SqlExpression[]
  readonly query: Query | null
  readonly explicit: boolean
  readonly at: Span
}
export interface SubqueryNode {
  readonly kind: 'subquery'
  readonly query: Query
  readonly at: Span
}
/** `a[1]`; `mode` is OFFSET, ORDINAL, SAFE_OFFSET or SAFE_ORDINAL where it is written. */
export interface ItemNode {
  readonly kind: 'item'
  readonly operand: SqlExpression
  readonly index: SqlExpression
  readonly mode: string | null
  readonly at: Span
}
export interface FieldNode {
  readonly kind: 'field'
  readonly operand: SqlExpression
  /** Null: `.*`. */
  readonly field: Identifier | null
  readonly at: Span
}
