import { MillstreamError } from '../base/errors.ts'
import type { Value } from '../data/value.ts'
import type { Expression } from './expression.ts'
import { fixedEnv } from './fixed-env.ts'
import type { CallShape, Env, Run } from './function.ts'
import { functionOf } from './registry.ts'

/** The value of an expression for a row. */
export type Evaluate = (row: readonly Value[]) => Value

/** One value, by the reference. For constants, tests and edges; `evaluator` is for many rows. */
export function interpret(expression: Expression, row: readonly Value[], env: Env = fixedEnv()): Value {
  return evaluator(expression, env)(row)
}

/** The reference: a tree of closures. `env` is read at each call, so its owner may move `nowMs` on. */
export function evaluator(expression: Expression, env: Env): Evaluate {
  if (expression.kind === 'literal') {
    const { value } = expression
    return () => value
  }
  if (expression.kind === 'input') {
    const { index } = expression
    return (row) => row[index] as Value
  }
  const args = expression.args.map((arg) => evaluator(arg, env))
  const lazy = lazyForms[expression.function]
  if (lazy !== undefined) return lazy(args)
  const shape = shapeOf(expression)
  const { nulls } = functionOf(shape)
  return nulls === 'strict' ? strict(bindCall(shape, env), args) : own(bindCall(shape, env), args)
}

/** The function of a call, ready to run on values. */
export function bindCall(shape: CallShape, env: Env): Run {
  return functionOf(shape).bind(shape, env)
}

export function shapeOf(call: Expression & { kind: 'call' }): CallShape {
  const shape = {
    name: call.function,
    args: call.args.map((arg) => arg.type),
    constants: call.args.map(constantOf),
    calls: call.args.map((arg) => (arg.kind === 'call' ? arg.function : null)),
    type: call.type,
  }
  return call.at === undefined ? shape : { ...shape, at: call.at }
}

/** Whether every call gives the same for the same arguments within a batch. */
export function isDeterministic(expression: Expression): boolean {
  if (expression.kind !== 'call') return true
  return functionOf(shapeOf(expression)).deterministic && expression.args.every(isDeterministic)
}

/** The value of an expression that reads no column and is the same for ever; undefined: it is not constant, or fails. */
export function constantOf(expression: Expression): Value | undefined {
  if (expression.kind === 'literal') return expression.value
  if (expression.kind === 'input' || expression.args.length === 0) return undefined
  if (!constants.has(expression)) constants.set(expression, fold(expression))
  return constants.get(expression)
}
const constants = new WeakMap<Expression, Value | undefined>()

function fold(call: Expression & { kind: 'call' }): Value | undefined {
  if (call.args.some((arg) => constantOf(arg) === undefined)) return undefined
  const { deterministic, readsEnv } = functionOf(shapeOf(call))
  if (!deterministic || readsEnv) return undefined
  try {
    return interpret(call, [])
  } catch (failure) {
    if (failure instanceof MillstreamError) return undefined
    throw failure
  }
}

function strict(run: Run, args: readonly Evaluate[]): Evaluate {
  const [first, second] = args
  if (args.length === 1 && first !== undefined) {
    return (row) => {
      const value = first(row)
      return value === null ? null : run(value)
    }
  }
  if (args.length === 2 && first !== undefined && second !== undefined) {
    return (row) => {
      const a = first(row)
      const b = second(row)
      return a === null || b === null ? null : run(a, b)
    }
  }
  return (row) => {
    const values = args.map((arg) => arg(row))
    return values.includes(null) ? null : run(...values)
  }
}

function own(run: Run, args: readonly Evaluate[]): Evaluate {
  return (row) => run(...args.map((arg) => arg(row)))
}

/** Functions that evaluate their arguments only as far as they need them. */
const lazyForms: Readonly<Record<string, (args: readonly Evaluate[]) => Evaluate>> = {
  AND: (args) => connective(args, false),
  OR: (args) => connective(args, true),
  CASE: (args) => (row) => {
    for (let at = 0; at + 1 < args.length; at += 2) if ((args[at] as Evaluate)(row) === true) return (args[at + 1] as Evaluate)(row)
    return (args.at(-1) as Evaluate)(row)
  },
  IF:
    ([condition, then, otherwise]) =>
    (row) =>
      (condition as Evaluate)(row) === true ? (then as Evaluate)(row) : (otherwise as Evaluate)(row),
  COALESCE: firstPresent,
  IFNULL: firstPresent,
}

function connective(args: readonly Evaluate[], decides: boolean): Evaluate {
  return (row) => {
    let unknown = false
    for (const arg of args) {
      const value = arg(row)
      if (value === decides) return decides
      unknown ||= value === null
    }
    return unknown ? null : !decides
  }
}

function firstPresent(args: readonly Evaluate[]): Evaluate {
  return (row) => {
    for (const arg of args) {
      const value = arg(row)
      if (value !== null) return value
    }
    return null
  }
}
