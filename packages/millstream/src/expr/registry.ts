import { errors, type Place } from '../base/errors.ts'
import { near } from '../base/near.ts'
import { type LogicalType, typeText } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import { castAdvice } from './cast-rules.ts'
import type { CallShape, Resolution, ScalarFunction } from './function.ts'
import { allFunctions } from './functions/all.ts'

const byName = new Map<string, ScalarFunction[]>()
for (const one of allFunctions) {
  for (const name of one.names) byName.set(name, [...(byName.get(name) ?? []), one])
}

export interface ResolveOptions {
  /** Where the call stands in the text: errors carry it. */
  readonly at?: Place
  /** Values of literal arguments (`undefined` for the others): some types depend on them, e.g. ROUND's. */
  readonly constants?: readonly (Value | undefined)[]
  /** The type that the text asks for: CAST's and TRY_CAST's, JSON_VALUE's and JSON_QUERY's RETURNING. */
  readonly returning?: LogicalType
}

export interface ResolvedFunction {
  /** The canonical name, for `Expression.function`. */
  readonly function: string
  /** What each argument is to be cast to (nullability is the argument's own): wrap it in CAST where the type differs. */
  readonly casts: readonly LogicalType[]
  readonly type: LogicalType
  readonly deterministic: boolean
}

/** Finds the function or operator for these arguments. Throws MS-2101 (no such function), MS-2102 (not with these), MS-2103 (no such cast). */
export function resolveFunction(name: string, args: readonly LogicalType[], options: ResolveOptions = {}): ResolvedFunction {
  const overloads = functionsNamed(name)
  if (overloads.length === 0) throw errors.fail('MS-2101', { name: name.toUpperCase(), near: near(name, functionNames()) }, options.at)
  const found = firstFit(overloads, args, options)
  if (found === null) throw misfit(overloads, args, options)
  const [one, resolution] = found
  return { function: one.names[0] as string, ...resolution, deterministic: one.deterministic }
}

/** The overload of a call that is already resolved. */
export function functionOf(shape: CallShape): ScalarFunction {
  const overloads = functionsNamed(shape.name)
  const found = firstFit(overloads, shape.args, { constants: shape.constants, returning: shape.type })
  if (found !== null) return found[0]
  throw overloads.length === 0
    ? errors.fail('MS-2101', { name: shape.name, near: near(shape.name, functionNames()) }, shape.at)
    : misfit(overloads, shape.args, shape.at === undefined ? {} : { at: shape.at })
}

/** All overloads of a name, in the order they are tried; none when there is no such function. */
export function functionsNamed(name: string): readonly ScalarFunction[] {
  return byName.get(name.toUpperCase()) ?? []
}

export function isFunction(name: string): boolean {
  return functionsNamed(name).length > 0
}

/** Canonical names of what is written as a call, for SHOW FUNCTIONS, completion and the docs. */
export function functionNames(): readonly string[] {
  return [...byName.keys()].filter((name) => /^[A-Z][A-Z0-9_]*$/.test(name)).sort()
}

function firstFit(
  overloads: readonly ScalarFunction[],
  args: readonly LogicalType[],
  options: ResolveOptions,
): [ScalarFunction, Resolution] | null {
  const constants = options.constants ?? []
  const call = options.returning === undefined ? { constants } : { constants, returning: options.returning }
  for (const one of overloads) {
    const resolution = one.resolve(args, call)
    if (resolution !== null) return [one, resolution]
  }
  return null
}

function misfit(overloads: readonly ScalarFunction[], args: readonly LogicalType[], { at, returning }: ResolveOptions): Error {
  const name = overloads[0]?.names[0] ?? ''
  const [from] = args
  if ((name === 'CAST' || name === 'TRY_CAST') && from !== undefined && returning !== undefined) {
    return errors.fail('MS-2103', { from: typeText(from), to: typeText(returning), advice: castAdvice(from, returning) }, at)
  }
  const accepted = overloads.flatMap((one) => one.signatures)
  return errors.fail('MS-2102', { name, given: args.map(typeText).join(', '), accepted }, at)
}
