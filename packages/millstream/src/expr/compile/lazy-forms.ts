import type { Expression } from '../expression.ts'
import { laneOf } from './emit.ts'
import type { ExpressionWriter, Fragment } from './expression-writer.ts'

type Call = Expression & { kind: 'call' }

/** Functions that look at nulls, or evaluate only what they need. Null: the call is none of those. */
export function lazyForm(call: Call, writer: ExpressionWriter): Fragment | null {
  const [first] = call.args as [Expression]
  switch (call.function) {
    case 'AND':
    case 'OR':
      return connective(call, call.function === 'AND', writer)
    case 'CASE':
    case 'IF':
      return cases(call, writer)
    case 'COALESCE':
    case 'IFNULL':
      return coalesce(call, writer)
    case 'IS NULL':
    case 'IS UNKNOWN':
      return { isNull: null, value: isNullOf(first, writer) ?? 'false' }
    case 'IS NOT NULL':
    case 'IS NOT UNKNOWN': {
      const isNull = isNullOf(first, writer)
      return { isNull: null, value: isNull === null ? 'true' : `!${isNull}` }
    }
    case 'IS TRUE':
      return { isNull: null, value: writer.condition(first) }
    case 'IS NOT TRUE':
      return { isNull: null, value: `!${writer.condition(first)}` }
    default:
      return null
  }
}

/** Of a column the bitmap says it: nothing is read. */
function isNullOf(expression: Expression, writer: ExpressionWriter): string | null {
  return expression.kind === 'input' ? writer.inputNull(expression.index) : writer.fragment(expression).isNull
}

function connective({ args }: Call, isAnd: boolean, writer: ExpressionWriter): Fragment {
  const [isNull, value] = [writer.name('n'), writer.name('v')]
  let mayBeNull = false
  writer.line(`let ${isNull} = false, ${value} = ${isAnd};`)
  writer.nest(args, isAnd ? value : `!${value}`, (arg) => {
    const one = writer.fragment(arg)
    mayBeNull ||= one.isNull !== null
    const decide = `if (${isAnd ? '!' : ''}${one.value}) { ${value} = ${!isAnd}; ${isNull} = false; }`
    // A decided side ends it; until then an unknown one makes the whole unknown.
    writer.line(one.isNull === null ? decide : `if (${one.isNull}) ${isNull} = true; else ${decide}`)
  })
  return { isNull: mayBeNull ? isNull : null, value }
}

function cases({ args, type }: Call, writer: ExpressionWriter): Fragment {
  const [isNull, value] = [writer.name('n'), writer.name('v')]
  writer.line(`let ${isNull} = false, ${value} = ${writer.zero(laneOf(type))};`)
  const assign = (arg: Expression): void => {
    const one = writer.fragment(arg)
    if (one.isNull !== null) writer.line(`${isNull} = ${one.isNull};`)
    writer.line(`${value} = ${one.value};`)
  }
  const write = (at: number): void => {
    if (at === args.length - 1) {
      assign(args[at] as Expression)
      return
    }
    const condition = writer.condition(args[at] as Expression)
    writer.block(`if (${condition})`, () => assign(args[at + 1] as Expression))
    writer.block('else', () => write(at + 2))
  }
  write(0)
  return { isNull, value }
}

function coalesce({ args, type }: Call, writer: ExpressionWriter): Fragment {
  const [isNull, value] = [writer.name('n'), writer.name('v')]
  writer.line(`let ${isNull} = true, ${value} = ${writer.zero(laneOf(type))};`)
  let present = false
  writer.nest(args, isNull, (arg) => {
    const one = writer.fragment(arg)
    present ||= one.isNull === null
    const assign = `${isNull} = false; ${value} = ${one.value};`
    writer.line(one.isNull === null ? assign : `if (!${one.isNull}) { ${assign} }`)
  })
  return { isNull: present ? null : isNull, value }
}
