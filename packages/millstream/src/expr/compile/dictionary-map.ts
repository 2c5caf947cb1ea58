import { limits } from '../../base/limits.ts'
import type { Batch } from '../../data/batch.ts'
import type { Column, DictionaryColumn } from '../../data/column.ts'
import { takeRows } from '../../data/take.ts'
import { isString } from '../../data/types.ts'
import type { Expression } from '../expression.ts'
import type { Env } from '../function.ts'
import { columnKernel } from './kernel.ts'
import { type Lifted, LiftFailed, liftable, lifter } from './lift.ts'
import { inputsOf } from './shape.ts'

/** A text made of one dictionary column is a dictionary again: the same ids, other entries. Null: the expression is none of those. */
export function dictionaryMap(expression: Expression, env: Env): { map(batch: Batch, rows: Int32Array | null): Column | null } | null {
  const [index, ...others] = inputsOf(expression).keys()
  if (index === undefined || others.length > 0 || !isString(expression.type)) return null
  const inputs = new Map([[index, { layout: 'dictionary', hasNulls: true, lifted: true } as const]])
  if (liftable(expression, inputs) === null) return null
  const lifted = lifter(expression, index, env, false, columnKernel)
  return {
    map(batch, rows) {
      const column = batch.columns[index] as Column
      if (column.layout !== 'dictionary' || column.dictionary.length > Math.max(limits.liftedEntriesMin, 2 * batch.rowCount)) return null
      if (column.validity !== null && lifted.atNull !== null) return null
      return mapped(lifted, rows === null ? column : (takeRows(column, rows) as DictionaryColumn), expression)
    },
  }
}

function mapped(lifted: Lifted, column: DictionaryColumn, expression: Expression): Column | null {
  try {
    const entries = lifted.column(column.dictionary)
    // A dictionary has no null entries: then the rows are done one by one.
    return entries.layout === 'bytes' && entries.validity === null ? { ...column, type: expression.type, dictionary: entries } : null
  } catch (failure) {
    if (failure instanceof LiftFailed) return null
    throw failure
  }
}
