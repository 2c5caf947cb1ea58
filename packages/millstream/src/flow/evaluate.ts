import type { Batch } from '../data/batch.ts'
import type { Schema } from '../data/schema.ts'
import type { Expression } from '../expr/expression.ts'
import { predicate, projection } from '../expr/projection.ts'

export type ExpressionMode = 'compiled' | 'interpreted'

/** How a graph evaluates expressions: which of the two ways, and in which time zone. */
export interface Evaluation {
  readonly mode: ExpressionMode
  readonly zone: string
}

/** Computes expressions over a batch (over `rows` of it); `nowMs` is what CURRENT_TIMESTAMP and its like answer. */
export type Project = (batch: Batch, nowMs: number, rows?: Int32Array) => Batch
/** The rows for which a condition is TRUE, ascending. */
export type Select = (batch: Batch, nowMs: number) => Int32Array

export function projectionOf(expressions: readonly Expression[], output: Schema, { mode, zone }: Evaluation): Project {
  const env = { nowMs: 0, zone }
  const made = projection(expressions, output, { mode, env })
  return (batch, nowMs, rows) => {
    env.nowMs = nowMs
    return made.run(batch, rows)
  }
}

export function predicateOf(condition: Expression, { mode, zone }: Evaluation): Select {
  const env = { nowMs: 0, zone }
  const made = predicate(condition, { mode, env })
  return (batch, nowMs) => {
    env.nowMs = nowMs
    return made.select(batch)
  }
}
