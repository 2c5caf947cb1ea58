import { errors } from '../base/errors.ts'
import { near } from '../base/near.ts'
import { types, typeText, withNullable } from '../data/types.ts'
import type { CallNode, SqlExpression } from '../syntax/ast/expression.ts'
import type { Span } from '../syntax/span.ts'
import { newColumn, type QueryEnvironment } from './context.ts'
import { analyse } from './expressions.ts'
import type { Column, LogicalNode, LogicalWindow } from './logical.ts'

const parameters: Readonly<Record<string, readonly string[]>> = {
  TUMBLE: ['DATA', 'TIMECOL', 'SIZE', 'OFFSET'],
  HOP: ['DATA', 'TIMECOL', 'SLIDE', 'SIZE', 'OFFSET'],
  CUMULATE: ['DATA', 'TIMECOL', 'STEP', 'SIZE', 'OFFSET'],
}

/** `TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)` and its sisters, with arguments by place or by name. */
export function planWindowFunction(call: CallNode, environment: QueryEnvironment): LogicalNode {
  const name = call.name
    .map((part) => part.name)
    .join('.')
    .toUpperCase()
  const names = parameters[name]
  if (names === undefined) {
    if (name === 'SESSION') throw errors.fail('MS-2000', { feature: 'SESSION windows' }, call.at)
    const suggestions = near(name, [...Object.keys(parameters), 'SESSION'])
    throw suggestions.length > 0
      ? errors.fail('MS-2101', { name, near: suggestions }, call.at)
      : errors.fail('MS-2000', { feature: `The table function ${name}` }, call.at)
  }
  const args = named(call, name, names)
  const input = tableOf(args, environment, call)
  const time = timeColumn(args, input, environment, call)
  const duration = (parameter: string, otherwise?: number): number => durationOf(args.get(parameter), parameter, name, call.at, otherwise)
  return windowNode(input, windowOf(name, time, duration, call.at), time, environment)
}

function named(call: CallNode, name: string, names: readonly string[]): Map<string, SqlExpression> {
  const args = new Map<string, SqlExpression>()
  for (const [i, arg] of call.args.entries()) {
    const parameter = arg.kind === 'named-argument' ? arg.name.name.toUpperCase() : names[i]
    if (parameter === undefined)
      throw wrong(`${name} takes at most ${names.length} arguments`, `Write ${name}(${names.join(', ')}).`, arg.at)
    if (!names.includes(parameter)) {
      const nearest = near(parameter, names)
      throw wrong(
        `${name} has no argument ${parameter}`,
        nearest.length > 0 ? `Did you mean ${nearest.join(' or ')}?` : `It has ${names.join(', ')}.`,
        arg.at,
      )
    }
    args.set(parameter, arg.kind === 'named-argument' ? arg.value : arg)
  }
  return args
}

function tableOf(args: ReadonlyMap<string, SqlExpression>, environment: QueryEnvironment, call: CallNode): LogicalNode {
  const data = args.get('DATA')
  if (data?.kind === 'table-argument') {
    if (data.partitionBy.length > 0 || data.orderBy.length > 0)
      throw errors.fail('MS-2000', { feature: 'PARTITION BY of a window function' }, data.at)
    return environment.planQuery(data.query, environment)
  }
  if (data?.kind === 'subquery') return environment.planQuery(data.query, environment)
  throw wrong('The first argument is not a table', 'Write TABLE t, or (SELECT ...).', data?.at ?? call.at)
}

function timeColumn(args: ReadonlyMap<string, SqlExpression>, input: LogicalNode, environment: QueryEnvironment, call: CallNode): Column {
  const descriptor = args.get('TIMECOL')
  if (descriptor?.kind !== 'descriptor' || descriptor.columns.length !== 1) {
    throw wrong(
      'The second argument is not DESCRIPTOR(column)',
      'Write DESCRIPTOR(ts), with the event-time column.',
      descriptor?.at ?? call.at,
    )
  }
  const wanted = descriptor.columns[0] as (typeof descriptor.columns)[number]
  const column = input.columns.find((each) => each.name === wanted.name)
  if (column === undefined) {
    const names = input.columns.map((each) => each.name)
    throw errors.fail('MS-2003', { column: wanted.name, table: 'The table of the window', near: near(wanted.name, names) }, wanted.at)
  }
  checkTime(column, environment, wanted.at)
  return column
}

/** Windows run over event time; batch mode takes any timestamp, as Flink does. */
export function checkTime(column: Column, environment: QueryEnvironment, at: Span): void {
  const timestamp = column.type.kind === 'TIMESTAMP' || column.type.kind === 'TIMESTAMP_LTZ'
  if (timestamp && (column.time !== null || environment.context.mode === 'batch')) return
  const problem = timestamp
    ? `${column.name} is a timestamp but no time attribute here, so no watermark says when a window is complete`
    : `${column.name} is ${typeText(column.type)}, and windows need a time attribute`
  const remedy = timestamp
    ? 'Declare WATERMARK FOR it in CREATE TABLE, and hand the column on as it is; after a window aggregate, use window_time.'
    : 'Name a TIMESTAMP(3) column that has a WATERMARK.'
  throw wrong(problem, remedy, at)
}

export function durationOf(node: SqlExpression | undefined, parameter: string, name: string, at: Span, otherwise?: number): number {
  if (node === undefined) {
    if (otherwise !== undefined) return otherwise
    throw wrong(`${name} has no ${parameter}`, "Write it as INTERVAL '1' MINUTE.", at)
  }
  const value = analyse(node, { scope: { relations: [] }, place: `${parameter} of ${name}`, keepPlaces: false })
  if (value.kind === 'literal' && value.type.kind === 'INTERVAL_DAY_TIME' && typeof value.value === 'bigint') return Number(value.value)
  if (value.kind === 'literal' && value.type.kind === 'INTERVAL_YEAR_MONTH')
    throw errors.fail('MS-2000', { feature: 'A window of months' }, node.at)
  throw wrong(`${parameter} of ${name} is not an interval`, "Write it as INTERVAL '1' MINUTE.", node.at)
}

export function windowOf(name: string, time: Column, duration: (parameter: string, otherwise?: number) => number, at: Span): LogicalWindow {
  const sizeMs = duration('SIZE')
  const offsetMs = duration('OFFSET', 0)
  const stepName = name === 'HOP' ? 'SLIDE' : 'STEP'
  const stepMs = name === 'TUMBLE' ? sizeMs : duration(stepName)
  if (sizeMs <= 0 || stepMs <= 0) {
    const found = name === 'TUMBLE' ? `a size of ${sizeMs} ms` : `a ${stepName.toLowerCase()} of ${stepMs} ms and a size of ${sizeMs} ms`
    throw wrong(`${name} has ${found}`, 'Both must be above zero.', at)
  }
  if (sizeMs % stepMs !== 0) {
    throw wrong(
      `${name} has a size of ${sizeMs} ms, which is no multiple of its ${stepName.toLowerCase()} of ${stepMs} ms`,
      'Choose a size that is a whole multiple.',
      at,
    )
  }
  switch (name) {
    case 'TUMBLE':
      return { kind: 'tumble', time: time.id, sizeMs, offsetMs }
    case 'HOP':
      return { kind: 'hop', time: time.id, sizeMs, slideMs: stepMs, offsetMs }
    default:
      return { kind: 'cumulate', time: time.id, sizeMs, stepMs, offsetMs }
  }
}

/** The input's columns, then window_start, window_end and window_time, which takes over as the time attribute. */
export function windowNode(input: LogicalNode, window: LogicalWindow, time: Column, environment: QueryEnvironment): LogicalNode {
  const { context } = environment
  const timestamp = types.timestamp(3, false)
  const windowTime = withNullable(time.type.kind === 'TIMESTAMP_LTZ' ? types.timestampLtz(3) : types.timestamp(3), false)
  const columns = [
    ...input.columns.map((column) => (column.time === null ? column : { ...column, time: null })),
    newColumn(context, 'window_start', timestamp),
    newColumn(context, 'window_end', timestamp),
    newColumn(context, 'window_time', windowTime, 'event'),
  ]
  return { kind: 'window', input, window, columns }
}

const wrong = (problem: string, remedy: string, at: Span): Error => errors.fail('MS-2013', { problem, remedy }, at)
