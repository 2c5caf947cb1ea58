import { errors } from '../base/errors.ts'
import { typeText } from '../data/types.ts'
import { commonType } from '../expr/common-type.ts'
import type { OrderItem, SqlExpression } from '../syntax/ast/expression.ts'
import type { Query, QueryBody, SetOperationNode } from '../syntax/ast/query.ts'
import { castColumns, distinct, outputColumn } from './columns.ts'
import { newColumn, type QueryEnvironment } from './context.ts'
import { type Column, columnReference, type LogicalNode } from './logical.ts'
import { type HiddenColumns, planSelect } from './select.ts'
import { visibleColumns } from './system-columns.ts'
import { planNamedTable } from './tables.ts'
import { planValues } from './values.ts'

/** A query as a node whose columns are what it answers, in order. */
export function planQueryNode(query: Query, outer: QueryEnvironment): LogicalNode {
  if (query.recursive) throw errors.fail('MS-2000', { feature: 'WITH RECURSIVE' }, query.at)
  const environment = withCommonTables(query, outer)
  if (query.orderBy.length === 0 && query.limit === null && query.offset === null) return planBody(query.body, environment)
  if (environment.context.mode === 'streaming' && query.orderBy.length > 0) {
    throw errors.fail('MS-2000', { feature: 'ORDER BY in streaming mode' }, query.orderBy[0]?.at)
  }
  return planSorted(query, environment)
}

function withCommonTables(query: Query, outer: QueryEnvironment): QueryEnvironment {
  let environment = outer
  for (const table of query.with) {
    // Each sees those before it, and what was outside.
    const commonTables = new Map(environment.commonTables)
    commonTables.set(table.name.name, { table, environment })
    environment = { ...outer, commonTables }
  }
  return environment
}

export function planBody(body: QueryBody, environment: QueryEnvironment): LogicalNode {
  switch (body.kind) {
    case 'select':
      return planSelect(body, environment, null).node
    case 'values':
      return planValues(body, environment)
    case 'set-operation':
      return planSetOperation(body, environment)
    case 'explicit-table':
      return visibleColumns(planNamedTable(body.name, [], environment))
    case 'nested':
      return planQueryNode(body.query, environment)
  }
}

function planSorted(query: Query, environment: QueryEnvironment): LogicalNode {
  const offset = query.offset === null ? 0 : rowCount(query.offset)
  const limit = query.limit === null ? null : rowCount(query.limit)
  let node: LogicalNode
  let resolve: (item: OrderItem) => number
  let visible: number
  if (query.body.kind === 'select') {
    const planned = planSelect(query.body, environment, query.orderBy)
    node = planned.node
    visible = planned.visible
    resolve = (item) => (planned.hidden as HiddenColumns).get(item) as number
  } else {
    const body = planBody(query.body, environment)
    node = body
    visible = body.columns.length
    resolve = (item) => outputColumn(item.expression, body.columns) ?? refuseOrder(item)
  }
  const order = query.orderBy.map((item) => ({
    column: resolve(item),
    descending: item.descending,
    // Flink's default: NULL is the lowest value.
    nullsFirst: item.nulls === null ? !item.descending : item.nulls === 'FIRST',
  }))
  const sorted: LogicalNode = { kind: 'sort', input: node, order, offset, limit, columns: node.columns }
  if (visible === node.columns.length) return sorted
  const columns = node.columns.slice(0, visible)
  const fresh = columns.map((column) => newColumn(environment.context, column.name, column.type, column.time))
  return { kind: 'project', input: sorted, expressions: columns.map(columnReference), columns: fresh }
}

function refuseOrder(item: OrderItem): never {
  throw errors.fail(
    'MS-2007',
    { what: 'This expression', place: 'ORDER BY of a set operation', instead: 'Order by a column of the result, by its name or number.' },
    item.at,
  )
}

function rowCount(expression: SqlExpression): number {
  if (expression.kind === 'literal' && expression.type === 'exact') return Number(expression.text)
  throw errors.fail('MS-2000', { feature: 'A parameter ? in LIMIT' }, expression.at)
}

function planSetOperation(body: SetOperationNode, environment: QueryEnvironment): LogicalNode {
  if (body.operator !== 'UNION') throw errors.fail('MS-2000', { feature: body.operator }, body.at)
  const inputs = [planBody(body.left, environment), planBody(body.right, environment)] as const
  const [left, right] = inputs
  if (left.columns.length !== right.columns.length) {
    const [found, wanted] = [right.columns.length, left.columns.length]
    const columns = left.columns.map((column) => column.name)
    throw errors.fail('MS-2009', { what: 'The second query of UNION', found, against: 'the first', wanted, columns }, body.right.at)
  }
  const columns = left.columns.map((column, i) => {
    const other = right.columns[i] as Column
    const type = commonType([column.type, other.type])
    if (type === null) {
      const values = {
        what: `Column ${column.name} of the second query`,
        found: typeText(other.type),
        wanted: typeText(column.type),
        expression: other.name,
      }
      throw errors.fail('MS-2008', values, body.right.at)
    }
    return newColumn(environment.context, column.name, type, column.time === other.time ? column.time : null)
  })
  const cast = inputs.map((input) =>
    castColumns(
      input,
      columns.map((column) => column.type),
      environment,
    ),
  )
  const union: LogicalNode = {
    kind: 'union',
    inputs: cast.flatMap((input) => (input.kind === 'union' && body.all ? input.inputs : [input])),
    columns,
  }
  return body.all ? union : distinct(union)
}
