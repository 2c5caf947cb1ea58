import type { Place } from '../base/errors.ts'
import type { LogicalType } from '../data/types.ts'
import type { Value } from '../data/value.ts'

/**
 * A typed expression: plain frozen data (JSON but for bigint and bytes literals, see `json.ts` beside it).
 * Names are resolved, implicit casts are explicit calls of CAST, overloads are chosen.
 */
export type Expression =
  /** A column of the operator's input, by position. */
  | { readonly kind: 'input'; readonly index: number; readonly type: LogicalType }
  | { readonly kind: 'literal'; readonly value: Value; readonly type: LogicalType }
  /**
   * A function of the registry by its canonical upper-case name. Operators are functions too: `+ - * / %`, `= <> < <= > >=`,
   * `AND OR NOT`, `IS NULL`, `IS NOT NULL`, `LIKE`, `CAST`, `TRY_CAST`, `CASE` (when, then, ..., else), `IN` (value, item, ...),
   * `BETWEEN` is written out. `type` is the result, which CAST needs.
   */
  | {
      readonly kind: 'call'
      readonly function: string
      readonly args: readonly Expression[]
      readonly type: LogicalType
      readonly at?: Place
    }

/** An aggregate call: `COUNT(DISTINCT x) FILTER (WHERE f)`. Arguments and filter are columns of the operator's input. */
export interface AggregateCall {
  readonly function: string
  readonly args: readonly number[]
  readonly argTypes: readonly LogicalType[]
  readonly distinct: boolean
  /** A BOOLEAN column of the input; rows where it is not TRUE are left out. */
  readonly filter: number | null
  readonly type: LogicalType
}
