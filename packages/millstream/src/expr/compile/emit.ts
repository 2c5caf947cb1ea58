import type { LogicalType } from '../../data/types.ts'
import type { CallShape } from '../function.ts'

/**
 * How a type's values stand in generated code. `bool` true and false; `i32`, `f32`, `f64` numbers; `i64` a number in the safe
 * body, a bigint in the wide one, in the column's unit (BIGINT, DECIMAL to 18 digits unscaled, TIMESTAMP to microseconds);
 * `value` what `Value` says (bigint for wide DECIMAL and for nanoseconds; strings, bytes, nested).
 */
export type Lane = 'bool' | 'i32' | 'f32' | 'f64' | 'i64' | 'string' | 'value'

export function laneOf(type: LogicalType): Lane {
  switch (type.kind) {
    case 'BOOLEAN':
      return 'bool'
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'DATE':
    case 'TIME':
    case 'INTERVAL_YEAR_MONTH':
      return 'i32'
    case 'FLOAT':
      return 'f32'
    case 'DOUBLE':
      return 'f64'
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return 'i64'
    case 'DECIMAL':
      return type.precision <= 18 ? 'i64' : 'value'
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return type.precision <= 6 ? 'i64' : 'value'
    case 'CHAR':
    case 'VARCHAR':
      return 'string'
    default:
      return 'value'
  }
}

/** What a function's `emit` is told about the code around it. */
export interface EmitContext {
  /** The wide body: i64 lanes are bigints. */
  readonly wide: boolean
  /** A value that the generated code refers to by the name that this answers. */
  constant(value: unknown): string
}

export interface Emitted {
  /** A JavaScript expression over the arguments; it is evaluated only where no argument is null, unless `total`. */
  readonly value: string
  /** Cheap and without failure whatever stands under a null: it may be evaluated before nulls are looked at. */
  readonly total?: boolean
  /** An i64 result that may leave the safe range: the safe body checks it, and gives up the batch when it does. */
  readonly check?: boolean
}

/** Code for one call of a strict function; `args` are expressions without effects. Null: not for this shape. */
export type Emit = (shape: CallShape, args: readonly string[], context: EmitContext) => Emitted | null
