import { isString } from '../../data/types.ts'
import type { Expression } from '../expression.ts'
import { constantOf } from '../interpret.ts'
import { simpleLike } from '../text/like.ts'
import type { ExpressionWriter, Fragment } from './expression-writer.ts'
import { bytesContain, bytesEqual, compareRange, countCharacters, rangesEqual } from './runtime.ts'

type Call = Expression & { kind: 'call' }
const encoder = new TextEncoder()

/** Calls that need no decoded string: they look at a column's UTF-8 bytes. Null: not one of those. */
export function bytesForm(call: Call, writer: ExpressionWriter): Fragment | null {
  const [first, second] = call.args
  if (first === undefined || !isString(first.type)) return null
  const column = textColumn(first, writer)
  if (call.function === 'CHAR_LENGTH' && column !== null) {
    return made(writer, [column.index], `${writer.constant(countCharacters)}(${column.range})`)
  }
  if (second === undefined) return null
  if (call.function === 'LIKE') return column === null || call.args.length > 2 ? null : likeForm(column, second, writer)
  if (!comparisons.has(call.function)) return null
  const other = textColumn(second, writer)
  if (column !== null && other !== null) {
    if (call.function !== '=' && call.function !== '<>') return null
    const equal = `${writer.constant(rangesEqual)}(${column.range}, ${other.range})`
    return made(writer, [column.index, other.index], call.function === '=' ? equal : `!${equal}`)
  }
  const [text, constant, operator] =
    column !== null ? [column, constantOf(second), call.function] : [other, constantOf(first), mirrored[call.function] ?? call.function]
  if (text === null || typeof constant !== 'string') return null
  const wanted = encoder.encode(constant)
  if (operator !== '=' && operator !== '<>') {
    return made(writer, [text.index], `${writer.constant(compareRange)}(${text.range}, ${writer.constant(wanted)}) ${operator} 0`)
  }
  const equal = equalTo(text, wanted, writer)
  return made(writer, [text.index], operator === '=' ? equal : `!(${equal})`)
}

const comparisons = new Set(['=', '<>', '<', '<=', '>', '>='])
const mirrored: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

interface TextColumn {
  readonly index: number
  /** `bytes, start, end` in the generated code. */
  readonly range: string
  readonly bytes: string
  readonly start: string
  readonly end: string
}

function textColumn(expression: Expression, writer: ExpressionWriter): TextColumn | null {
  if (expression.kind !== 'input' || !isString(expression.type) || writer.shape.inputs.get(expression.index)?.layout !== 'bytes')
    return null
  const { name } = writer.column(expression.index)
  const [bytes, start, end] = [`${name}b`, `${name}o[i]`, `${name}o[i + 1]`]
  return { index: expression.index, range: `${bytes}, ${start}, ${end}`, bytes, start, end }
}

function equalTo({ bytes, start, end }: TextColumn, wanted: Uint8Array, writer: ExpressionWriter): string {
  return `(${end} - ${start} === ${wanted.length}${sameBytes(bytes, start, wanted, writer)})`
}

/** Short texts byte by byte in the code itself: the first one that differs ends it. */
function sameBytes(bytes: string, start: string, wanted: Uint8Array, writer: ExpressionWriter): string {
  if (wanted.length > unrolledMax) return ` && ${writer.constant(bytesEqual)}(${bytes}, ${start}, ${writer.constant(wanted)})`
  return Array.from(wanted, (byte, at) => ` && ${bytes}[${start} + ${at}] === ${byte}`).join('')
}
const unrolledMax = 24

/** `x`, `x%`, `%x`, `%x%`: the bytes at the start, at the end, anywhere. */
function likeForm(text: TextColumn, pattern: Expression, writer: ExpressionWriter): Fragment | null {
  const constant = constantOf(pattern)
  const simple = typeof constant === 'string' ? simpleLike(constant) : null
  if (simple === null) return null
  const wanted = encoder.encode(simple.text)
  const fits = `${text.end} - ${text.start} >= ${wanted.length}`
  switch (simple.kind) {
    case 'equals':
      return made(writer, [text.index], equalTo(text, wanted, writer))
    case 'starts':
      return made(writer, [text.index], `(${fits}${sameBytes(text.bytes, text.start, wanted, writer)})`)
    case 'ends':
      return made(writer, [text.index], `(${fits}${sameBytes(text.bytes, `${text.end} - ${wanted.length}`, wanted, writer)})`)
    case 'contains':
      return made(writer, [text.index], `${writer.constant(bytesContain)}(${text.range}, ${writer.constant(wanted)})`)
  }
}

function made(writer: ExpressionWriter, inputs: readonly number[], value: string): Fragment {
  const isNull = writer.anyNull(inputs.map((index) => ({ isNull: writer.inputNull(index), value: '' })))
  const name = writer.name('v')
  // Offsets are monotonic under nulls too, so that reading there is harmless.
  writer.line(`const ${name} = ${value};`)
  return { isNull, value: name }
}
