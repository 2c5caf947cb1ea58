import { type BytesColumn, type Column, isNull } from '../../data/column.ts'
import type { LogicalType } from '../../data/types.ts'
import { type Value, valueAt } from '../../data/value.ts'
import type { Expression } from '../expression.ts'
import type { Env } from '../function.ts'
import { evaluator, shapeOf } from '../interpret.ts'
import { functionOf } from '../registry.ts'
import { laneOf } from './emit.ts'
import { type InputShape, inputsOf, type MakeColumnKernel } from './shape.ts'

/** A function of one dictionary column, run once an entry instead of once a row. */
export interface Lifted {
  /** What the rows that are null get. */
  readonly atNull: Value
  /** Results by id, kept while batches share the dictionary; null: they left the safe range. Throws `LiftFailed`. */
  entries(dictionary: BytesColumn): LiftedEntries | null
  /** The results as a column. */
  column(dictionary: BytesColumn): Column
}
export interface LiftedEntries {
  readonly values: ArrayLike<unknown>
  /** 1 where the result is null; null: none is. */
  readonly nulls: Uint8Array | null
}

/** An entry that no row may use failed: the batch is to be done row by row. */
export class LiftFailed extends Error {}

/** The index of the one dictionary column that the call depends on, or null: it cannot be lifted. */
export function liftable(expression: Expression, inputs: ReadonlyMap<number, InputShape>): number | null {
  if (expression.kind !== 'call' || laneOf(expression.type) === 'value') return null
  const [only, ...others] = inputsOf(expression).keys()
  if (only === undefined || others.length > 0 || inputs.get(only)?.lifted !== true) return null
  return isPure(expression) ? only : null
}

function isPure(expression: Expression): boolean {
  if (expression.kind !== 'call') return true
  const found = functionOf(shapeOf(expression))
  return found.deterministic && !found.readsEnv && expression.args.every(isPure)
}

export function lifter(expression: Expression, index: number, env: Env, wide: boolean, columnKernel: MakeColumnKernel): Lifted {
  const inputs = new Map([[index, { layout: 'bytes', hasNulls: false, lifted: false } as const]])
  const kernelOf = (body: boolean) => columnKernel(expression, { inputs, wide: body, selected: false }, env)
  let safe: ReturnType<typeof kernelOf> | undefined
  let general: ReturnType<typeof kernelOf> | undefined
  let known: { dictionary: BytesColumn; column: Column; entries?: LiftedEntries | null } | undefined
  const run = (dictionary: BytesColumn): Column => {
    const columns: Column[] = []
    columns[index] = dictionary
    try {
      safe ??= kernelOf(false)
      const column = safe(columns, null, dictionary.length)
      if (column !== null) return column
      general ??= kernelOf(true)
      return general(columns, null, dictionary.length) as Column
    } catch (failure) {
      throw new LiftFailed('an entry failed', { cause: failure })
    }
  }
  const lift = (dictionary: BytesColumn): NonNullable<typeof known> => {
    if (known?.dictionary !== dictionary) {
      known = { dictionary, column: run(dictionary) }
    }
    return known
  }
  const row: Value[] = []
  row[index] = null
  return {
    atNull: evaluator(expression, env)(row),
    entries: (dictionary) => {
      const one = lift(dictionary)
      if (one.entries === undefined) one.entries = entriesOf(one.column, expression.type, wide)
      return one.entries
    },
    column: (dictionary) => lift(dictionary).column,
  }
}

function entriesOf(column: Column, type: LogicalType, wide: boolean): LiftedEntries | null {
  const lane = laneOf(type)
  const values = valuesOf(column, lane === 'string', lane === 'i64' && wide)
  if (values === null || (lane === 'i64' && !wide && column.layout === 'wide')) return null
  if (column.validity === null) return { values, nulls: null }
  return { values, nulls: Uint8Array.from({ length: column.length }, (_, row) => (isNull(column, row) ? 1 : 0)) }
}

function valuesOf(column: Column, isText: boolean, asBigint: boolean): ArrayLike<unknown> | null {
  if (isText) return Array.from({ length: column.length }, (_, row) => valueAt(column, row))
  if (!('values' in column) || column.layout === 'map') return null
  if (asBigint && column.layout === 'safe')
    return BigInt64Array.from(column.values.subarray(0, column.length) as unknown as number[], BigInt)
  return column.values as ArrayLike<unknown>
}
