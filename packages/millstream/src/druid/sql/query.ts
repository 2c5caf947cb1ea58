import { column, type Relation, type Scalar, type SortKey } from '../../model/dataset-query.ts'
import type { SqlExpression } from '../../syntax/ast/expression.ts'
import type { Query, QueryBody } from '../../syntax/ast/query.ts'
import { type Environment, invalidAt, notYetAt, type Planned } from './environment.ts'
import { read } from './expressions.ts'
import { exact, planSelect } from './select.ts'
import { commonType, sqlCast } from './types.ts'
import { sortKeyOf } from './windows.ts'

/** A query with its WITH, ORDER BY, LIMIT and OFFSET. */
export function planQuery(query: Query, outer: Environment): Planned {
  if (query.recursive) throw notYetAt('WITH RECURSIVE', query.at)
  let environment = outer
  for (const { name, columns, query: inner } of query.with) {
    const common = new Map(environment.common)
    common.set(name.name, { query: inner, columns: columns.map((part) => part.name), environment })
    environment = { ...environment, common }
  }
  const cut = {
    limit: query.limit === null ? null : whole(query.limit, environment),
    offset: query.offset === null ? 0 : whole(query.offset, environment),
  }
  if (query.body.kind === 'select') return planSelect(query.body, query, cut, environment)
  const planned = planBody(query.body, environment)
  if (query.orderBy.length === 0 && cut.limit === null && cut.offset === 0) return planned
  const by: SortKey[] = query.orderBy.map((item) => {
    const { expression } = item
    const byPlace = expression.kind === 'literal' && expression.type === 'exact' ? planned.outputs[Number(expression.text) - 1] : undefined
    const byName = expression.kind === 'name' ? planned.outputs.find((output) => output.name === expression.parts.at(-1)?.name) : undefined
    const output = byPlace ?? byName
    if (output === undefined) throw invalidAt('ORDER BY over a set operation names its columns', item.at)
    return sortKeyOf(item, output.value)
  })
  return { relation: { kind: 'sort', input: planned.relation, by, ...cut }, outputs: planned.outputs }
}

function planBody(body: QueryBody, environment: Environment): Planned {
  switch (body.kind) {
    case 'select':
      return planSelect(body, { orderBy: [] }, { limit: null, offset: 0 }, environment)
    case 'nested':
      return planQuery(body.query, environment)
    case 'values':
      return planValues(body.rows, environment)
    case 'set-operation': {
      if (body.operator !== 'UNION' || !body.all) throw notYetAt(`${body.operator}${body.all ? ' ALL' : ''}`, body.at)
      const inputs = unionInputs(body).map((part) => exact(planBody(part, environment), environment))
      const first = inputs[0] as Planned
      if (inputs.some((input) => input.outputs.length !== first.outputs.length)) throw invalidAt('Column count mismatch in UNION', body.at)
      const types = first.outputs.map((_, position) => commonType(inputs.map((input) => input.outputs[position]?.value.type ?? 'NULL')))
      const names = first.outputs.map(({ name }) => environment.fresh(name))
      const relations = inputs.map<Relation>((input) => ({
        kind: 'project',
        input: input.relation,
        distinct: false,
        columns: input.outputs.map(({ value }, position) => ({
          name: names[position] as string,
          value: sqlCast(value, types[position] ?? 'STRING', environment.zone),
        })),
      }))
      const outputs = first.outputs.map(({ name }, position) => ({
        name,
        value: column(names[position] as string, types[position] ?? 'STRING'),
      }))
      return { relation: { kind: 'union', inputs: relations }, outputs }
    }
    case 'explicit-table':
      throw notYetAt('TABLE as a query', body.at)
  }
}

function unionInputs(body: QueryBody): readonly QueryBody[] {
  return body.kind === 'set-operation' && body.operator === 'UNION' && body.all
    ? [...unionInputs(body.left), ...unionInputs(body.right)]
    : [body]
}

function planValues(rows: readonly (readonly SqlExpression[])[], environment: Environment): Planned {
  const reading = { environment, visible: [], planSubquery: (query: Query) => planQuery(query, environment) }
  const cells = rows.map((row) => row.map((cell) => read(cell, reading)))
  const width = cells[0]?.length ?? 0
  const types = Array.from({ length: width }, (_, position) => commonType(cells.map((row) => row[position]?.type ?? 'NULL')))
  const names = types.map((_, position) => environment.fresh(`v${position}`))
  const inputs = cells.map<Relation>((row) => ({
    kind: 'project',
    input: { kind: 'values', columns: [], rows: [[]] },
    distinct: false,
    columns: row.map((value, position) => ({
      name: names[position] as string,
      value: sqlCast(value, types[position] ?? 'STRING', environment.zone),
    })),
  }))
  return {
    relation: { kind: 'union', inputs },
    outputs: names.map((name, position) => ({ name: `EXPR$${position}`, value: column(name, types[position] ?? 'STRING') })),
  }
}

function whole(expression: SqlExpression, environment: Environment): number {
  const value: Scalar = read(expression, { environment, visible: [], planSubquery: (query) => planQuery(query, environment) })
  const number = value.kind === 'literal' ? Number(value.value) : Number.NaN
  if (!Number.isSafeInteger(number) || number < 0) throw invalidAt('LIMIT and OFFSET are whole numbers', expression.at)
  return number
}
