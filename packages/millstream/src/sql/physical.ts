import { unreachable } from '../base/assert.ts'
import { errors, type Place } from '../base/errors.ts'
import type { LogicalType, RowField } from '../data/types.ts'
import type { AggregateCall, Expression } from '../expr/expression.ts'
import type { PhysicalPlan, PlanNode, WindowSpec } from '../model/plan.ts'
import type { ConnectorDescriptor } from '../model/tables.ts'
import type { Mode } from './context.ts'
import { type Column, idsOf, type LogicalAggregate, type LogicalNode, type LogicalWindow, substitute } from './logical.ts'
import { withSystemColumns } from './system-columns.ts'
import { type Changes, changesOf, checkSinkChanges } from './traits.ts'

export interface PhysicalOptions {
  readonly mode: Mode
  readonly settings: Readonly<Record<string, string>>
  readonly connectors: readonly ConnectorDescriptor[]
  /** Where each sink's statement stands, for refusals. */
  readonly places: readonly Place[]
}

/** Ids become positions, filters and projections become calcs, equal nodes become one; refuses what the changes do not allow. */
export function physicalPlan(sinks: readonly LogicalNode[], options: PhysicalOptions): PhysicalPlan {
  const builder = new Builder(options)
  for (const [i, sink] of sinks.entries()) builder.add(sink, options.places[i])
  return { version: 1, nodes: builder.nodes, mode: options.mode, options: options.settings }
}

interface Built {
  readonly id: string
  readonly changes: Changes
  /** Why it changes rows that it gave, for messages. */
  readonly because: string
  readonly columns: readonly Column[]
  /** Positions of the columns that name a row: a change of the row never changes them. Null: none are known. */
  readonly key: readonly number[] | null
}

type Unnamed<T> = T extends PlanNode ? Omit<T, 'id'> : never
type Body = Unnamed<PlanNode>

class Builder {
  readonly nodes: PlanNode[] = []
  readonly #options: PhysicalOptions
  readonly #built = new Map<LogicalNode, Built>()
  readonly #byBody = new Map<string, Built>()
  #place: Place | undefined

  constructor(options: PhysicalOptions) {
    this.#options = options
  }

  add(sink: LogicalNode, place: Place | undefined): void {
    this.#place = place
    this.#build(sink)
  }

  #build(node: LogicalNode): Built {
    const known = this.#built.get(node)
    if (known !== undefined) return known
    const made = this.#make(node)
    this.#built.set(node, made)
    return made
  }

  #make(node: LogicalNode): Built {
    switch (node.kind) {
      case 'scan': {
        const columns = node.columns.map((column) => column.name)
        const table = withSystemColumns(node.table, node.columns)
        const changes = changesOf(node.table)
        const scan = this.#emit({ kind: 'scan', table, columns, ...this.#common(node, changes) }, node.columns, '')
        if (changes === 'insert') return scan
        const keys = columns.flatMap((name, i) => (table.primaryKey.includes(name) ? [i] : []))
        const answer = this.#options.mode === 'batch' ? 'insert' : 'retract'
        const body = { kind: 'normalize' as const, input: scan.id, keys, ...this.#common(node, answer) }
        return this.#emit(body, node.columns, `${table.name} has a PRIMARY KEY`, keys)
      }
      case 'filter':
        return this.#calc(node.input, node.condition, null, node.columns)
      case 'project':
        if (node.input.kind === 'filter') return this.#calc(node.input.input, node.input.condition, node.expressions, node.columns)
        return this.#calc(node.input, null, node.expressions, node.columns)
      case 'watermark': {
        const input = this.#build(node.input)
        const expression = positioned(node.expression, input.columns)
        return this.#over(
          input,
          { kind: 'watermark', input: input.id, expression, idleTimeoutMs: node.idleTimeoutMs, ...this.#common(node, input.changes) },
          node.columns,
          input.key,
        )
      }
      case 'window': {
        const input = this.#insertOnly(node.input, 'A window function')
        return this.#over(
          input,
          { kind: 'window', input: input.id, window: windowSpec(node.window, input.columns), ...this.#common(node, 'insert') },
          node.columns,
        )
      }
      case 'window-aggregate': {
        const input = this.#insertOnly(node.input, 'A window aggregate')
        const body = {
          kind: 'window-aggregate' as const,
          input: input.id,
          window: windowSpec(node.window, input.columns),
          keys: node.keys.map((id) => position(id, input.columns)),
          aggregates: node.aggregates.map((each) => aggregateCall(each, input.columns)),
          windowColumns: node.properties.map((each) => each.property),
        }
        return this.#over(input, { ...body, ...this.#common(node, 'insert') }, node.columns)
      }
      case 'aggregate': {
        const input = this.#build(node.input)
        const insert = this.#options.mode === 'batch' || (node.aggregates.length === 0 && input.changes === 'insert')
        const changes = insert ? 'insert' : 'retract'
        const keys = node.keys.map((id) => position(id, input.columns))
        const aggregates = node.aggregates.map((each) => aggregateCall(each, input.columns))
        return this.#emit(
          { kind: 'group-aggregate', input: input.id, keys, aggregates, ...this.#common(node, changes) },
          node.columns,
          'GROUP BY without a window',
          keys.map((_, i) => i),
        )
      }
      case 'union': {
        const inputs = node.inputs.map((input) => this.#build(input))
        const changing = inputs.find((input) => input.changes !== 'insert')
        const changes = changing?.changes ?? 'insert'
        return this.#emit(
          { kind: 'union', inputs: inputs.map((input) => input.id), ...this.#common(node, changes) },
          node.columns,
          changing?.because ?? '',
        )
      }
      case 'sort': {
        const input = this.#options.mode === 'streaming' ? this.#insertOnly(node.input, 'LIMIT') : this.#build(node.input)
        const order = node.order.map(({ column, descending, nullsFirst }) => ({
          column: position(column, input.columns),
          descending,
          nullsFirst,
        }))
        const body = { kind: 'sort-limit' as const, input: input.id, order, offset: node.offset, limit: node.limit }
        return this.#over(input, { ...body, ...this.#common(node, input.changes) }, node.columns)
      }
      case 'values':
        return this.#emit({ kind: 'values', rows: node.rows, ...this.#common(node, 'insert') }, node.columns, '')
      case 'sink': {
        const input = this.#build(node.input)
        if (node.table !== null) checkSinkChanges(node.table, input, this.#options.connectors, this.#place)
        return this.#over(input, { kind: 'sink', input: input.id, table: node.table, ...this.#common(node, input.changes) }, node.columns)
      }
      default:
        return unreachable(node)
    }
  }

  #calc(
    inputNode: LogicalNode,
    condition: Expression | null,
    expressions: readonly Expression[] | null,
    columns: readonly Column[],
  ): Built {
    const input = this.#build(inputNode)
    if (condition === null && expressions !== null && isIdentity(expressions, columns, input.columns)) return { ...input, columns }
    const body = {
      kind: 'calc' as const,
      input: input.id,
      condition: condition === null ? null : positioned(condition, input.columns),
      projections: expressions?.map((expression) => positioned(expression, input.columns)) ?? null,
    }
    return this.#over(input, { ...body, ...this.#common({ columns }, input.changes) }, columns, keyBehind(input.key, body.projections))
  }

  #insertOnly(node: LogicalNode, what: string): Built {
    const input = this.#build(node)
    if (input.changes === 'insert') return input
    throw errors.fail('MS-2000', { feature: `${what} over rows that change (${input.because})` }, this.#place)
  }

  #common({ columns }: { readonly columns: readonly Column[] }, changes: Changes) {
    const fields = columns.map((column): RowField => ({ name: column.name, type: column.type }))
    const time = columns.findIndex((column) => column.time === 'event')
    return { fields, changes, rowtime: time < 0 || this.#options.mode === 'batch' ? null : time }
  }

  #over(input: Built, body: Body, columns: readonly Column[], key: Built['key'] = null): Built {
    return this.#emit(body, columns, input.because, key)
  }

  /** The node of this body: one that is there already, unless it is a sink. */
  #emit(body: Body, columns: readonly Column[], because: string, key: Built['key'] = null): Built {
    const text = JSON.stringify(body, (name, value) => (name === 'at' ? undefined : typeof value === 'bigint' ? `${value}n` : value))
    const known = body.kind === 'sink' ? undefined : this.#byBody.get(text)
    if (known !== undefined) return { ...known, columns }
    const id = `${body.kind}-${this.nodes.length + 1}`
    this.nodes.push({ id, ...body } as PlanNode)
    const built = { id, changes: body.changes, because, columns, key }
    this.#byBody.set(text, built)
    return built
  }
}

/** Where the key's columns stand behind these projections; null: one is gone, or is not what it was. */
function keyBehind(key: Built['key'], projections: readonly Expression[] | null): Built['key'] {
  if (key === null || projections === null) return key
  const positions = key.map((column) => projections.findIndex((expression) => isSame(expression, column)))
  return positions.includes(-1) ? null : positions
}

/** The column as it is, or as a type that tells all its values apart. */
function isSame(expression: Expression, column: number): boolean {
  if (expression.kind === 'input') return expression.index === column
  if (expression.kind !== 'call' || expression.function !== 'CAST') return false
  const [arg] = expression.args
  return arg?.kind === 'input' && arg.index === column && widens(arg.type, expression.type)
}

const integers = ['TINYINT', 'SMALLINT', 'INT', 'BIGINT']
const widens = (from: LogicalType, to: LogicalType): boolean =>
  integers.includes(from.kind) && integers.indexOf(from.kind) <= integers.indexOf(to.kind)

function position(id: number, columns: readonly Column[]): number {
  const found = columns.findIndex((column) => column.id === id)
  if (found < 0) throw new Error(`Column #${id} is not in (${columns.map((column) => `${column.name}#${column.id}`).join(', ')})`)
  return found
}

function positioned(expression: Expression, columns: readonly Column[]): Expression {
  if (idsOf(expression).size === 0) return expression
  return substitute(expression, (id) => {
    const index = position(id, columns)
    return { kind: 'input', index, type: (columns[index] as Column).type }
  })
}

function aggregateCall(aggregate: LogicalAggregate, columns: readonly Column[]): AggregateCall {
  return {
    function: aggregate.function,
    args: aggregate.args.map((id) => position(id, columns)),
    argTypes: aggregate.argTypes,
    distinct: aggregate.distinct,
    filter: aggregate.filter === null ? null : position(aggregate.filter, columns),
    type: aggregate.column.type,
  }
}

function windowSpec(window: LogicalWindow, columns: readonly Column[]): WindowSpec {
  const { time, ...rest } = window
  return { ...rest, timeColumn: position(time, columns) } as WindowSpec
}

function isIdentity(expressions: readonly Expression[], columns: readonly Column[], input: readonly Column[]): boolean {
  if (columns.length !== input.length) return false
  return expressions.every((expression, i) => {
    const [own, source] = [columns[i], input[i]]
    return expression.kind === 'input' && expression.index === source?.id && own?.name === source.name && own.time === source.time
  })
}
