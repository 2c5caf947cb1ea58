import type { Column, Layout } from '../../data/column.ts'
import type { LogicalType } from '../../data/types.ts'
import type { Expression } from '../expression.ts'
import type { Env } from '../function.ts'

/** What a kernel is made for: the layouts of the columns it reads. Another combination gets another kernel. */
export interface InputShape {
  readonly layout: Layout
  readonly hasNulls: boolean
  /** A dictionary column whose functions run once an entry. */
  readonly lifted: boolean
}
export interface KernelShape {
  readonly inputs: ReadonlyMap<number, InputShape>
  /** int64 values are bigints. */
  readonly wide: boolean
  /** Only some rows are computed: those that the second argument lists. */
  readonly selected: boolean
}

/** Null: a value left the safe range; the wide body is to run instead. */
export type Kernel<T> = (columns: readonly Column[], rows: Int32Array | null, count: number) => T | null
export type MakeColumnKernel = (expression: Expression, shape: KernelShape, env: Env) => Kernel<Column>

/** The inputs that an expression reads, by index. */
export function inputsOf(expression: Expression, found = new Map<number, LogicalType>()): ReadonlyMap<number, LogicalType> {
  if (expression.kind === 'input') found.set(expression.index, expression.type)
  else if (expression.kind === 'call') for (const arg of expression.args) inputsOf(arg, found)
  return found
}
