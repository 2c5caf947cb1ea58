import { MillstreamError } from '../../base/errors.ts'
import type { Random } from '../../base/ports.ts'
import { type LogicalType, sameType, types, withNullable } from '../../data/types.ts'
import type { Expression } from '../expression.ts'
import { resolveFunction } from '../registry.ts'
import { randomValue } from './random-data.ts'

/** A call with its implicit casts written out, as a planner makes it; null: the function does not take these. */
export function callOf(name: string, args: readonly Expression[], returning?: LogicalType): Expression | null {
  try {
    const constants = args.map((arg) => (arg.kind === 'literal' ? arg.value : undefined))
    const found = resolveFunction(
      name,
      args.map((arg) => arg.type),
      returning === undefined ? { constants } : { constants, returning },
    )
    const cast = args.map((arg, at) => castTo(arg, found.casts[at] as LogicalType))
    return { kind: 'call', function: found.function, args: cast, type: found.type }
  } catch (failure) {
    if (failure instanceof MillstreamError) return null
    throw failure
  }
}

function castTo(arg: Expression, type: LogicalType): Expression {
  return sameType(arg.type, type) ? arg : { kind: 'call', function: 'CAST', args: [arg], type: withNullable(type, arg.type.nullable) }
}

/** A tree of calls over the inputs and literals, of any type. */
export function randomExpression(random: Random, inputs: readonly LogicalType[], names: readonly string[], depth: number): Expression {
  const leaf = (): Expression => {
    const index = random.int(inputs.length)
    const type = inputs[index] as LogicalType
    if (random.int(4) > 0) return { kind: 'input', index, type }
    return { kind: 'literal', value: randomValue(random, type, false), type: withNullable(type, false) }
  }
  if (depth === 0) return leaf()
  for (let attempt = 0; attempt < 40; attempt++) {
    const name = names[random.int(names.length)] as string
    const args = Array.from({ length: 1 + random.int(3) }, () => randomExpression(random, inputs, names, random.int(depth)))
    // Comparisons and CASE want arguments that go together more often than chance gives.
    const first = args[0] as Expression
    if (random.int(2) === 0 && args.length > 1) args[args.length - 1] = sibling(random, first, inputs)
    const call = callOf(name, args, castTargets[random.int(castTargets.length)])
    if (call !== null) return call
  }
  return leaf()
}

const castTargets: readonly LogicalType[] = [
  types.boolean(),
  types.tinyint(),
  types.int(),
  types.bigint(),
  types.float(),
  types.double(),
  types.decimal(10, 2),
  types.decimal(38, 10),
  types.string(),
  types.varchar(2),
  types.char(4),
  types.date(),
  types.timestamp(3),
  types.timestamp(0),
  types.timestamp(6),
  types.timestampLtz(3),
]

function sibling(random: Random, like: Expression, inputs: readonly LogicalType[]): Expression {
  const same = inputs.map((type, index) => ({ type, index })).filter(({ type }) => sameType(type, like.type))
  const found = same[random.int(same.length)]
  return found === undefined || random.int(2) === 0
    ? { kind: 'literal', value: randomValue(random, like.type, false), type: withNullable(like.type, random.int(2) === 0) }
    : { kind: 'input', ...found }
}
