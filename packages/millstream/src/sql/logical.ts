import type { LogicalType } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import type { Expression } from '../expr/expression.ts'
import type { TableDescriptor } from '../model/tables.ts'

/**
 * The logical plan: frozen data. A column has one id for life, whatever its position; in expressions of this plan the
 * `index` of an input is that id, never a position (`physical.ts` turns ids into positions, last of all).
 */
export interface Column {
  readonly id: number
  readonly name: string
  readonly type: LogicalType
  /** event: watermarks speak of it, and windows may be made over it. */
  readonly time: 'event' | null
  /** A system column that was not asked for: it has a name, but is not part of `*`. */
  readonly hidden?: boolean
}

export type LogicalNode =
  | ScanNode
  | WatermarkNode
  | FilterNode
  | ProjectNode
  | WindowNode
  | AggregateNode
  | WindowAggregateNode
  | UnionNode
  | SortNode
  | ValuesNode
  | SinkNode

export interface ScanNode {
  readonly kind: 'scan'
  readonly table: TableDescriptor
  readonly columns: readonly Column[]
}
export interface WatermarkNode {
  readonly kind: 'watermark'
  readonly input: LogicalNode
  readonly expression: Expression
  readonly idleTimeoutMs: number
  readonly columns: readonly Column[]
}
export interface FilterNode {
  readonly kind: 'filter'
  readonly input: LogicalNode
  readonly condition: Expression
  readonly columns: readonly Column[]
}
export interface ProjectNode {
  readonly kind: 'project'
  readonly input: LogicalNode
  /** One for each of `columns`. */
  readonly expressions: readonly Expression[]
  readonly columns: readonly Column[]
}
export type LogicalWindow =
  | { readonly kind: 'tumble'; readonly time: number; readonly sizeMs: number; readonly offsetMs: number }
  | { readonly kind: 'hop'; readonly time: number; readonly sizeMs: number; readonly slideMs: number; readonly offsetMs: number }
  | { readonly kind: 'cumulate'; readonly time: number; readonly sizeMs: number; readonly stepMs: number; readonly offsetMs: number }
/** A window table function: the input's columns, then start, end and time. */
export interface WindowNode {
  readonly kind: 'window'
  readonly input: LogicalNode
  readonly window: LogicalWindow
  readonly columns: readonly Column[]
}
export interface LogicalAggregate {
  readonly function: string
  readonly args: readonly number[]
  readonly argTypes: readonly LogicalType[]
  readonly distinct: boolean
  readonly filter: number | null
  readonly column: Column
}
/** Output: the keys (columns of the input, by their ids), then the aggregates. */
export interface AggregateNode {
  readonly kind: 'aggregate'
  readonly input: LogicalNode
  readonly keys: readonly number[]
  readonly aggregates: readonly LogicalAggregate[]
  readonly columns: readonly Column[]
}
export type WindowProperty = 'start' | 'end' | 'time'
/** An aggregate over a window function, recognised by a rule. Output: keys, aggregates, then the properties of the window. */
export interface WindowAggregateNode {
  readonly kind: 'window-aggregate'
  readonly input: LogicalNode
  readonly window: LogicalWindow
  readonly keys: readonly number[]
  readonly aggregates: readonly LogicalAggregate[]
  readonly properties: readonly { readonly property: WindowProperty; readonly column: Column }[]
  readonly columns: readonly Column[]
}
/** UNION ALL, by position. */
export interface UnionNode {
  readonly kind: 'union'
  readonly inputs: readonly LogicalNode[]
  readonly columns: readonly Column[]
}
export interface SortNode {
  readonly kind: 'sort'
  readonly input: LogicalNode
  readonly order: readonly { readonly column: number; readonly descending: boolean; readonly nullsFirst: boolean }[]
  readonly offset: number
  readonly limit: number | null
  readonly columns: readonly Column[]
}
export interface ValuesNode {
  readonly kind: 'values'
  readonly rows: readonly (readonly Value[])[]
  readonly columns: readonly Column[]
}
export interface SinkNode {
  readonly kind: 'sink'
  readonly input: LogicalNode
  /** Null: to whoever asked. */
  readonly table: TableDescriptor | null
  readonly columns: readonly Column[]
}

export function inputsOf(node: LogicalNode): readonly LogicalNode[] {
  return node.kind === 'scan' || node.kind === 'values' ? [] : node.kind === 'union' ? node.inputs : [node.input]
}

/** The node over other inputs, its columns as they are. */
export function withInputs(node: LogicalNode, inputs: readonly LogicalNode[]): LogicalNode {
  if (node.kind === 'scan' || node.kind === 'values') return node
  if (inputsOf(node).every((input, i) => input === inputs[i])) return node
  if (node.kind === 'union') return { ...node, inputs }
  return { ...node, input: inputs[0] as LogicalNode }
}

/** The column as an expression. */
export const columnReference = (column: Column): Expression => ({ kind: 'input', index: column.id, type: column.type })

/** The ids that an expression reads. */
export function idsOf(expression: Expression, into = new Set<number>()): Set<number> {
  if (expression.kind === 'input') into.add(expression.index)
  else if (expression.kind === 'call') for (const arg of expression.args) idsOf(arg, into)
  return into
}

/** The expression with some of its inputs replaced. */
export function substitute(expression: Expression, replacement: (id: number) => Expression | null): Expression {
  if (expression.kind === 'input') return replacement(expression.index) ?? expression
  if (expression.kind === 'literal') return expression
  const args = expression.args.map((arg) => substitute(arg, replacement))
  return args.every((arg, i) => arg === expression.args[i]) ? expression : { ...expression, args }
}

/** Equal texts mean equal expressions, whatever their positions in the script. */
export function expressionKey(expression: Expression): string {
  switch (expression.kind) {
    case 'input':
      return `#${expression.index}`
    case 'literal':
      return `${JSON.stringify(expression.value, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))}:${JSON.stringify(expression.type)}`
    case 'call':
      return `${expression.function}(${expression.args.map(expressionKey).join(',')}):${JSON.stringify(expression.type)}`
  }
}
