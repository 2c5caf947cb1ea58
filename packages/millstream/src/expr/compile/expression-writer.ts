import { unreachable } from '../../base/assert.ts'
import type { LogicalType } from '../../data/types.ts'
import { type Value, valueAt } from '../../data/value.ts'
import type { Expression } from '../expression.ts'
import type { CallShape, Env } from '../function.ts'
import { bindCall, constantOf, shapeOf } from '../interpret.ts'
import { functionOf } from '../registry.ts'
import { bytesForm } from './bytes-forms.ts'
import { type EmitContext, type Lane, laneOf } from './emit.ts'
import { lazyForm } from './lazy-forms.ts'
import { type Lifted, liftable, lifter } from './lift.ts'
import { entryText, floorDivide, textOf, textsOf, textView, wholeText } from './runtime.ts'
import type { InputShape, Kernel, KernelShape, MakeColumnKernel } from './shape.ts'

/** A piece of generated code. `value` is a name or a literal, good where `isNull` is false; `isNull` null: never null. */
export interface Fragment {
  readonly isNull: string | null
  readonly value: string
}

type Call = Expression & { kind: 'call' }
const outOfRange = (name: string): string => `if (${name} > 9007199254740991 || ${name} < -9007199254740991) return null;`

/** Writes the loop of a kernel: statements in order, names unique, constants by name. */
export class ExpressionWriter {
  readonly wide: boolean
  readonly shape: KernelShape
  readonly #env: Env
  readonly #columnKernel: MakeColumnKernel
  readonly #constants = new Map<unknown, string>()
  readonly #context: EmitContext
  readonly #before: string[] = []
  readonly #lines: string[] = []
  /** Inputs that were read already, in this block and those around it. */
  #scopes: Map<string, Fragment>[] = [new Map()]
  readonly #columns = new Set<number>()
  #names = 0

  constructor(shape: KernelShape, env: Env, columnKernel: MakeColumnKernel) {
    this.shape = shape
    this.wide = shape.wide
    this.#context = { wide: shape.wide, constant: (value) => this.constant(value) }
    this.#env = env
    this.#columnKernel = columnKernel
  }

  constant(value: unknown): string {
    let name = this.#constants.get(value)
    if (name === undefined) {
      name = `k${this.#constants.size}`
      this.#constants.set(value, name)
    }
    return name
  }

  name(prefix: string): string {
    return `${prefix}${this.#names++}`
  }

  line(text: string): void {
    this.#lines.push(text)
  }

  /** Code that runs once a batch. */
  before(text: string): void {
    this.#before.push(text)
  }

  finish<T>({ before, after }: { readonly before: string; readonly after: string }): Kernel<T> {
    const row = this.shape.selected ? 'const i = rows[j];' : 'const i = j;'
    const body = [...this.#before, before, `for (let j = 0; j < count; j++) { ${row}`, ...this.#lines, '}', after].join('\n')
    const make = new Function(...this.#constants.values(), `'use strict'; return (columns, rows, count) => {\n${body}\n}`)
    return make(...this.#constants.keys()) as Kernel<T>
  }

  fragment(expression: Expression): Fragment {
    switch (expression.kind) {
      case 'literal':
        return this.literal(expression.value, expression.type)
      case 'input':
        return this.#input(expression.index, expression.type)
      case 'call':
        return this.#call(expression)
      default:
        return unreachable(expression)
    }
  }

  /** An expression that is true where the condition is TRUE, and false where it is FALSE or UNKNOWN. */
  condition(expression: Expression): string {
    if (expression.kind === 'call' && (expression.function === 'AND' || expression.function === 'OR') && !this.#lifts(expression)) {
      const result = this.name('c')
      const isAnd = expression.function === 'AND'
      this.line(`let ${result} = ${isAnd};`)
      this.nest(expression.args, isAnd ? result : `!${result}`, (arg) => this.line(`${result} = ${this.condition(arg)};`))
      return result
    }
    const { isNull, value } = this.fragment(expression)
    return isNull === null ? value : `(!${isNull} && ${value})`
  }

  literal(value: Value, type: LogicalType): Fragment {
    if (value === null) return { isNull: 'true', value: this.zero(laneOf(type)) }
    switch (laneOf(type)) {
      case 'bool':
      case 'i32':
        return { isNull: null, value: `(${String(value)})` }
      case 'f32':
      case 'f64':
        return { isNull: null, value: Object.is(value, -0) ? '(-0)' : `(${String(value)})` }
      case 'i64': {
        const stored = 'precision' in type && type.kind !== 'DECIMAL' ? floorDivide(value as bigint, unitOf(type)) : (value as bigint)
        if (!this.wide && (stored > 9007199254740991n || stored < -9007199254740991n)) this.before('if (count > 0) return null;')
        return { isNull: null, value: this.wide ? `(${stored}n)` : `(${Number(stored)})` }
      }
      default:
        return { isNull: null, value: this.constant(value) }
    }
  }

  zero(lane: Lane): string {
    return lane === 'bool' ? 'false' : lane === 'i64' && this.wide ? '0n' : lane === 'string' || lane === 'value' ? 'null' : '0'
  }

  /** The names of a column's parts, bound once a batch. */
  column(index: number): { readonly name: string; readonly shape: InputShape } {
    const shape = this.shape.inputs.get(index) as InputShape
    const name = `col${index}`
    if (!this.#columns.has(index)) {
      this.#columns.add(index)
      this.before(`const ${name} = columns[${index}];`)
      if (shape.hasNulls) this.before(`const ${name}v = ${name}.validity;`)
      if (shape.layout === 'bytes') {
        this.before(`const ${name}b = ${this.constant(textView)}(${name}.bytes), ${name}o = ${name}.offsets;`)
      } else if (shape.layout === 'dictionary') this.before(`const ${name}i = ${name}.ids;`)
      else this.before(`const ${name}x = ${name}.values;`)
    }
    return { name, shape }
  }

  /** Whether the row is null in this column; null: no row is. */
  inputNull(index: number): string | null {
    const { name, shape } = this.column(index)
    if (shape.layout === 'empty') return 'true'
    if (!shape.hasNulls) return null
    return this.#remembered(`null${index}`, () => {
      const isNull = this.name('n')
      this.line(`const ${isNull} = (${name}v[i >> 3] >> (i & 7) & 1) === 0;`)
      return { isNull, value: '' }
    }).isNull
  }

  #input(index: number, type: LogicalType): Fragment {
    return this.#remembered(`input${index}`, () => {
      const isNull = this.inputNull(index)
      const value = this.name('v')
      const lane = laneOf(type)
      const read = this.#read(index, lane)
      if (isNull === null || (lane !== 'string' && lane !== 'value' && !read.startsWith('BigInt'))) this.line(`const ${value} = ${read};`)
      else this.line(`const ${value} = ${isNull} ? ${this.zero(lane)} : ${read};`)
      return { isNull, value }
    })
  }

  #read(index: number, lane: Lane): string {
    const { name, shape } = this.column(index)
    if (shape.layout === 'empty') return this.zero(lane)
    if (lane === 'bool') return `${name}x[i] === 1`
    if (lane === 'value') return `${this.constant(valueAt)}(${name}, i)`
    if (lane === 'string') {
      if (shape.layout === 'bytes') {
        const whole = this.#once(`whole ${name}`, 'w', (text) => [
          `const ${text} = ${this.constant(wholeText)}(${name}b, ${name}, count), ${text}s = ${name}o[0];`,
        ])
        const slice = `${whole}.slice(${name}o[i] - ${whole}s, ${name}o[i + 1] - ${whole}s)`
        return `(${whole} !== null ? ${slice} : ${this.constant(textOf)}(${name}b, ${name}o[i], ${name}o[i + 1]))`
      }
      const texts = this.#once(`texts ${name}`, 't', (made) => [
        `const ${made} = ${this.constant(textsOf)}(${name}.dictionary), ${made}e = ${made}.entries;`,
      ])
      return `(${texts}e[${name}i[i]] ?? ${this.constant(entryText)}(${texts}, ${name}i[i]))`
    }
    return lane === 'i64' && this.wide && shape.layout === 'safe' ? `BigInt(${name}x[i])` : `${name}x[i]`
  }

  readonly #made = new Map<string, string>()

  /** Something that is made once a batch, by its key. */
  #once(key: string, prefix: string, lines: (name: string) => readonly string[]): string {
    let name = this.#made.get(key)
    if (name === undefined) {
      name = this.name(prefix)
      this.#made.set(key, name)
      for (const line of lines(name)) this.before(line)
    }
    return name
  }

  #remembered(key: string, make: () => Fragment): Fragment {
    for (const scope of this.#scopes) {
      const known = scope.get(key)
      if (known !== undefined) return known
    }
    const made = make()
    this.#scopes.at(-1)?.set(key, made)
    return made
  }

  /** Statements in a block of their own: what they read is not known outside. */
  block(head: string, write: () => void): void {
    this.line(`${head} {`)
    this.#scopes.push(new Map())
    write()
    this.#scopes.pop()
    this.line('}')
  }

  /** The first argument here, each further one inside an `if` of the one before. */
  nest(args: readonly Expression[], goOn: string, write: (arg: Expression) => void): void {
    const [first, ...others] = args
    if (first === undefined) return
    write(first)
    if (others.length > 0) this.block(`if (${goOn})`, () => this.nest(others, goOn, write))
  }

  #lifts(expression: Expression): number | null {
    return liftable(expression, this.shape.inputs)
  }

  #call(call: Call): Fragment {
    const index = this.#lifts(call)
    if (index !== null) return this.#liftedCall(call, index)
    const constant = constantOf(call)
    if (constant !== undefined) return this.literal(constant, call.type)
    const special = lazyForm(call, this)
    if (special !== null) return special
    const form = bytesForm(call, this)
    if (form !== null) return form
    const shape = shapeOf(call)
    const found = functionOf(shape)
    const args = call.args.map((arg) => this.fragment(arg))
    if (found.nulls === 'strict') {
      const emitted =
        found.emit?.(
          shape,
          args.map((arg) => arg.value),
          this.#context,
        ) ?? null
      if (emitted !== null) return this.#emitted(emitted, args, laneOf(call.type))
    }
    return this.#fallback(shape, args, found.nulls === 'strict')
  }

  #emitted(emitted: { value: string; total?: boolean; check?: boolean }, args: readonly Fragment[], lane: Lane): Fragment {
    const isNull = this.anyNull(args)
    const value = this.name('v')
    const check = emitted.check === true && lane === 'i64' && !this.wide
    if (isNull === null || (emitted.total === true && !check && !(lane === 'i64' && this.wide)))
      this.line(`const ${value} = ${emitted.value};`)
    else this.line(`const ${value} = ${isNull} ? ${this.zero(lane)} : ${emitted.value};`)
    if (check) this.line(outOfRange(value))
    return { isNull, value }
  }

  /** A function without code of its own: values in, value out, a call a row. */
  #fallback(shape: CallShape, args: readonly Fragment[], strict: boolean): Fragment {
    const run = this.constant(bindCall(shape, this.#env))
    const lane = laneOf(shape.type)
    const isNull = this.name('n')
    const value = this.name('v')
    const result = this.name('r')
    this.line(`let ${isNull} = true, ${value} = ${this.zero(lane)};`)
    const guard = strict ? this.anyNull(args) : null
    const passed = args.map((arg, at) => {
      const converted = this.#asValue(arg.value, shape.args[at] as LogicalType)
      return strict || arg.isNull === null ? converted : `(${arg.isNull} ? null : ${converted})`
    })
    this.block(guard === null ? '' : `if (!${guard})`, () => {
      this.line(`const ${result} = ${run}(${passed.join(', ')});`)
      this.line(`if (${result} !== null) { ${isNull} = false; ${value} = ${this.#fromValue(result, shape.type)};`)
      if (lane === 'i64' && !this.wide) this.line(outOfRange(value))
      this.line('}')
    })
    return { isNull, value }
  }

  #asValue(value: string, type: LogicalType): string {
    if (laneOf(type) !== 'i64') return value
    const whole = this.wide ? value : `BigInt(${value})`
    return isMoment(type) ? `${whole} * ${unitOf(type)}n` : whole
  }

  #fromValue(value: string, type: LogicalType): string {
    if (laneOf(type) !== 'i64') return value
    const stored = isMoment(type) ? `${this.constant(floorDivide)}(${value}, ${unitOf(type)}n)` : value
    return this.wide ? stored : `Number(${stored})`
  }

  anyNull(args: readonly Fragment[]): string | null {
    const nulls = [...new Set(args.map((arg) => arg.isNull).filter((isNull) => isNull !== null))]
    if (nulls.length === 0) return null
    if (nulls.length === 1) return nulls[0] as string
    const isNull = this.name('n')
    this.line(`const ${isNull} = ${nulls.join(' || ')};`)
    return isNull
  }

  /** A function of one dictionary column: its results for the entries, looked up by id. */
  #liftedCall(call: Call, index: number): Fragment {
    const { name } = this.column(index)
    const lifted = this.name('d')
    const lane = laneOf(call.type)
    const lift: Lifted = lifter(call, index, this.#env, this.wide, this.#columnKernel)
    this.before(`const ${lifted} = ${this.constant(lift)}.entries(${name}.dictionary); if (${lifted} === null) return null;`)
    this.before(`const ${lifted}x = ${lifted}.values, ${lifted}n = ${lifted}.nulls;`)
    const inputNull = this.inputNull(index)
    const [isNull, value] = [this.name('n'), this.name('v')]
    const atNull = this.literal(lift.atNull, call.type)
    const read = lane === 'bool' ? `${lifted}x[${name}i[i]] === 1` : `${lifted}x[${name}i[i]]`
    const entryNull = `(${lifted}n !== null && ${lifted}n[${name}i[i]] === 1)`
    this.line(`const ${isNull} = ${inputNull === null ? entryNull : `${inputNull} ? ${atNull.isNull ?? 'false'} : ${entryNull}`};`)
    this.line(`const ${value} = ${inputNull === null ? read : `${inputNull} ? ${atNull.value} : ${read}`};`)
    return { isNull, value }
  }
}

const isMoment = (type: LogicalType): boolean => type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ'
/** Nanoseconds in a timestamp column's unit. */
const unitOf = (type: LogicalType): bigint => (('precision' in type ? type.precision : 0) <= 3 ? 1_000_000n : 1000n)
