import type { Place } from '../base/errors.ts'
import type { Random } from '../base/ports.ts'
import type { LogicalType } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import type { Emit } from './compile/emit.ts'

/** What a batch is evaluated with. Functions keep the object and read it per call; the host sets it per batch. */
export interface Env {
  /** One `now` a batch, epoch milliseconds. */
  nowMs: number
  /** The session time zone, e.g. `UTC` or `Europe/Berlin`. */
  zone: string
  /** For RAND and UUID; without it they are refused. */
  random?: Pick<Random, 'next' | 'bytes'>
}

/** One call as it stands in an expression. `constants[i]` is the value of a literal argument, else undefined. */
export interface CallShape {
  readonly name: string
  readonly args: readonly LogicalType[]
  readonly constants: readonly (Value | undefined)[]
  /** The function that an argument is a call of: JSON_OBJECT takes JSON as it is. */
  readonly calls: readonly (string | null)[]
  readonly type: LogicalType
  readonly at?: Place
}

/** What a planner knows when it asks for a function. */
export interface ResolveCall {
  readonly constants: readonly (Value | undefined)[]
  /** The type that the text asks for: CAST's, JSON_VALUE's RETURNING. */
  readonly returning?: LogicalType
}

/** The arguments are to be cast to `casts` (nullability kept), then the call has `type`. */
export interface Resolution {
  readonly casts: readonly LogicalType[]
  readonly type: LogicalType
}

/**
 * Takes values of which the signature says the types. Written as methods, whose parameters may be narrower than what is passed:
 * a run of `(text: string)` is one, for its function was resolved for strings.
 */
export type Run = { run(...args: (Value | undefined)[]): Value }['run']
/** What is read of one value, in the same way. */
export type Reader<T> = { read(value: Value): T }['read']

/**
 * One function, or one overload of it. `strict`: a null argument gives null and `run` never sees it; `own`: it sees nulls;
 * `lazy`: arguments are evaluated on demand, so the interpreter and the compiler know the function by name (AND, CASE, COALESCE, ...).
 */
export interface ScalarFunction {
  /** The canonical name first; upper case. */
  readonly names: readonly string[]
  /** Accepted forms, for messages and the page of functions. */
  readonly signatures: readonly string[]
  readonly nulls: 'strict' | 'own' | 'lazy'
  readonly deterministic: boolean
  /** Whether it reads `Env`: then a result is good for one batch only. */
  readonly readsEnv: boolean
  /** Null: these arguments do not fit. Idempotent: what it answers fits, and gives the same type. */
  resolve(args: readonly LogicalType[], call: ResolveCall): Resolution | null
  /** The reference: the function for one call, as values to value. Literal arguments may be prepared here. */
  bind(shape: CallShape, env: Env): Run
  /** Generated code for one call; null: this call has none, `bind` serves. */
  readonly emit?: Emit
}
