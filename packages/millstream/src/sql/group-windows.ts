import { errors } from '../base/errors.ts'
import type { Expression } from '../expr/expression.ts'
import type { CallNode, SqlExpression } from '../syntax/ast/expression.ts'
import type { GroupBy } from '../syntax/ast/query.ts'
import type { QueryEnvironment } from './context.ts'
import { analyse, type ExpressionEnvironment } from './expressions.ts'
import { type Column, columnReference, type LogicalNode } from './logical.ts'
import { checkTime, durationOf, windowNode, windowOf } from './window-functions.ts'

/** The older form, `GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE)`: the window as a node, and what TUMBLE_START and its sisters mean. */
export interface GroupWindow {
  readonly node: LogicalNode
  readonly call: SqlExpression
  readonly start: Column
  readonly end: Column
  readonly time: Column
  /** The column that TUMBLE_START(...) names; null: the call is something else. */
  property(call: CallNode): Expression | null
}

const kinds = ['TUMBLE', 'HOP', 'SESSION']

export function groupWindow(
  groupBy: GroupBy | null,
  input: LogicalNode,
  env: ExpressionEnvironment,
  environment: QueryEnvironment,
): GroupWindow | null {
  const calls = (groupBy?.items ?? []).flatMap((item) =>
    item.kind === 'expression' && item.expression.kind === 'call' && kinds.includes(nameOf(item.expression)) ? [item.expression] : [],
  )
  const [call] = calls
  if (call === undefined) return null
  if (calls.length > 1) throw errors.fail('MS-2013', { problem: 'GROUP BY has more than one window', remedy: 'Keep one.' }, calls[1]?.at)
  const kind = nameOf(call)
  if (kind === 'SESSION') throw errors.fail('MS-2000', { feature: 'SESSION windows' }, call.at)
  const names = kind === 'TUMBLE' ? ['SIZE', 'OFFSET'] : ['SLIDE', 'SIZE', 'OFFSET']
  const time = timeOf(call, input, env, environment)
  const duration = (parameter: string, otherwise?: number): number =>
    durationOf(call.args[names.indexOf(parameter) + 1], parameter, kind, call.at, otherwise)
  const node = windowNode(input, windowOf(kind, time, duration, call.at), time, environment)
  const [start, end, windowTime] = node.columns.slice(-3) as [Column, Column, Column]
  const columns = { START: start, END: end, ROWTIME: windowTime }
  return {
    node,
    call,
    start,
    end,
    time: windowTime,
    property(other) {
      const match = /^(TUMBLE|HOP|SESSION)_(START|END|ROWTIME|PROCTIME)$/.exec(nameOf(other))
      if (match === null) return null
      if (match[2] === 'PROCTIME') throw errors.fail('MS-2000', { feature: 'Processing time (PROCTIME)' }, other.at)
      const same =
        match[1] === kind &&
        other.args.length === call.args.length &&
        other.args.every((arg, i) => shape(arg) === shape(call.args[i] as SqlExpression))
      if (!same)
        throw errors.fail(
          'MS-2013',
          { problem: `${nameOf(other)} names no window of GROUP BY`, remedy: `Give it the same arguments as ${kind} in GROUP BY.` },
          other.at,
        )
      return columnReference(columns[match[2] as keyof typeof columns])
    },
  }
}

function timeOf(call: CallNode, input: LogicalNode, env: ExpressionEnvironment, environment: QueryEnvironment): Column {
  const first = call.args[0]
  const expression = first === undefined ? null : analyse(first, env)
  const column = expression?.kind === 'input' ? input.columns.find((each) => each.id === expression.index) : undefined
  if (column === undefined) {
    throw errors.fail(
      'MS-2013',
      { problem: `The first argument of ${nameOf(call)} is not a column`, remedy: 'Name the event-time column.' },
      first?.at ?? call.at,
    )
  }
  checkTime(column, environment, call.at)
  return column
}

const nameOf = (call: CallNode): string =>
  call.name
    .map((part) => part.name)
    .join('.')
    .toUpperCase()

/** What was written, its positions apart. */
const shape = (node: SqlExpression): string =>
  JSON.stringify(node, (key, value) => (key === 'at' || key === 'operatorAt' ? undefined : value))
