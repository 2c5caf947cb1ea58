import { Batch } from '../data/batch.ts'
import { columnOf, constantColumn } from '../data/builder.ts'
import type { Column } from '../data/column.ts'
import { Schema } from '../data/schema.ts'
import { takeRows } from '../data/take.ts'
import { type Value, valueAt } from '../data/value.ts'
import { caseMap } from './compile/case-map.ts'
import { Compiled } from './compile/compiled.ts'
import { dictionaryMap } from './compile/dictionary-map.ts'
import { columnKernel, selectKernel } from './compile/kernel.ts'
import { inputsOf } from './compile/shape.ts'
import type { Expression } from './expression.ts'
import { fixedEnv } from './fixed-env.ts'
import type { Env } from './function.ts'
import { constantOf, evaluator, isDeterministic } from './interpret.ts'

export type Mode = 'compiled' | 'interpreted'
export interface EvaluationOptions {
  /** `compiled` unless said otherwise; both give the same. */
  readonly mode?: Mode
  /** Shared with the caller, who sets `nowMs` before each batch; without it the clock stands at 0 and the zone is UTC. */
  readonly env?: Env
}

/** Rows to rows: expressions over a batch's columns. Columns that pass unchanged are shared. Row kinds pass. */
export interface Projection {
  readonly schema: Schema
  /** Of all rows, or of those that `rows` lists. */
  run(batch: Batch, rows?: Int32Array): Batch
}

/** The rows for which a condition is TRUE: not FALSE, not UNKNOWN. */
export interface Predicate {
  /** Row numbers, ascending. */
  select(batch: Batch): Int32Array
}

export function projection(expressions: readonly Expression[], output: Schema, options: EvaluationOptions = {}): Projection {
  const columns = expressions.map((expression) => columnOfBatch(expression, options))
  return {
    schema: output,
    run(batch, rows) {
      const count = rows === undefined ? batch.rowCount : rows.length
      const kinds = batch.kinds === null || rows === undefined ? batch.kinds : Uint8Array.from(rows, (row) => batch.kinds?.[row] as number)
      return new Batch(
        output,
        count,
        columns.map((column) => column(batch, rows ?? null, count)),
        kinds,
      )
    },
  }
}

export function predicate(condition: Expression, options: EvaluationOptions = {}): Predicate {
  const constant = constantOf(condition)
  if (constant !== undefined) {
    return { select: (batch) => Int32Array.from({ length: constant === true ? batch.rowCount : 0 }, (_, row) => row) }
  }
  const env = options.env ?? fixedEnv()
  if (options.mode === 'interpreted') {
    const evaluate = evaluator(condition, env)
    const inputs = [...inputsOf(condition).keys()]
    return { select: (batch) => Int32Array.from(keptRows(batch, (row) => evaluate(rowOf(batch, row, inputs)) === true)) }
  }
  const compiled = new Compiled(condition, (shape) => selectKernel(condition, shape, env))
  return { select: (batch) => compiled.run(batch.columns, null, batch.rowCount) }
}

/** Generated code over columns, the default: `(batch) => batch`. */
export function compileProjection(expressions: readonly Expression[], output: Schema, env?: Env): (batch: Batch) => Batch {
  const made = projection(expressions, output, env === undefined ? {} : { env })
  return (batch) => made.run(batch)
}

export function compilePredicate(condition: Expression, env?: Env): Predicate {
  return predicate(condition, env === undefined ? {} : { env })
}

/** A schema of these expressions under these names. */
export function projectedSchema(expressions: readonly Expression[], names: readonly string[]): Schema {
  return new Schema(expressions.map(({ type }, at) => ({ name: names[at] as string, type })))
}

type ColumnOf = (batch: Batch, rows: Int32Array | null, count: number) => Column

function columnOfBatch(expression: Expression, { mode = 'compiled', env = fixedEnv() }: EvaluationOptions): ColumnOf {
  if (expression.kind === 'input') {
    const { index } = expression
    return (batch, rows) => {
      const column = batch.columns[index] as Column
      return rows === null ? column : takeRows(column, rows)
    }
  }
  const constant = constantOf(expression)
  if (constant !== undefined) return (_batch, _rows, count) => constantColumn(expression.type, constant, count)
  const inputs = [...inputsOf(expression).keys()]
  if (inputs.length === 0 && isDeterministic(expression)) {
    const evaluate = evaluator(expression, env)
    return (_batch, _rows, count) => constantColumn(expression.type, count === 0 ? null : evaluate([]), count)
  }
  if (mode === 'interpreted' || inputs.length === 0) {
    const evaluate = evaluator(expression, env)
    return (batch, rows, count) => {
      const values: Value[] = []
      for (let at = 0; at < count; at++) values.push(evaluate(rowOf(batch, rows === null ? at : (rows[at] as number), inputs)))
      return columnOf(expression.type, values)
    }
  }
  const compiled = new Compiled(expression, (shape) => columnKernel(expression, shape, env))
  const entries = dictionaryMap(expression, env)
  const cased = caseMap(expression)
  return (batch, rows, count) => {
    const mapped = entries === null ? null : entries.map(batch, rows)
    const whole = mapped === null && cased !== null && rows === null ? cased(batch.columns[inputs[0] as number] as Column) : mapped
    return whole ?? compiled.run(batch.columns, rows, count)
  }
}

function rowOf(batch: Batch, row: number, inputs: readonly number[]): Value[] {
  const values: Value[] = []
  for (const index of inputs) values[index] = valueAt(batch.columns[index] as Column, row)
  return values
}

function* keptRows(batch: Batch, keep: (row: number) => boolean): Generator<number> {
  for (let row = 0; row < batch.rowCount; row++) if (keep(row)) yield row
}
