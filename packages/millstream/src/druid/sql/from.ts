import { errors } from '../../base/errors.ts'
import { and, call, column, type Relation } from '../../model/dataset-query.ts'
import type { NameNode } from '../../syntax/ast/expression.ts'
import type { FromNode, JoinNode } from '../../syntax/ast/query.ts'
import { type Environment, invalidAt, notYetAt, type Planned, type Source, type Visible } from './environment.ts'
import { condition, findName, type Reading, read } from './expressions.ts'
import { informationSchema } from './information-schema.ts'
import { comparable } from './types.ts'

/** SELECT without FROM: one row without columns. */
export const noTable: Source = { relation: { kind: 'values', columns: [], rows: [[]] }, visible: [], rows: null }

export function planFrom(node: FromNode, environment: Environment): Source {
  switch (node.kind) {
    case 'table': {
      if (node.asOf !== null || node.sample !== null) throw notYetAt('FOR SYSTEM_TIME AS OF and TABLESAMPLE', node.at)
      const source = planTable(node.name, environment)
      return node.alias === null
        ? source
        : renamed(
            source,
            node.alias.name.name,
            node.alias.columns.map((part) => part.name),
          )
    }
    case 'derived': {
      if (node.lateral) throw notYetAt('LATERAL', node.at)
      const planned = environment.plan(node.query, environment)
      return sourceOf(planned, node.alias?.name.name ?? null, node.alias?.columns.map((part) => part.name) ?? [])
    }
    case 'join':
      return planJoin(node, environment)
    default:
      throw notYetAt(node.kind === 'unnest' ? 'UNNEST' : node.kind === 'function' ? 'a table function' : node.kind.toUpperCase(), node.at)
  }
}

function sourceOf(planned: Planned, alias: string | null, columns: readonly string[]): Source {
  const visible = planned.outputs.map<Visible>(({ name, value }, position) => ({ table: alias, name: columns[position] ?? name, value }))
  return { relation: planned.relation, visible, rows: null }
}

function renamed(source: Source, alias: string, columns: readonly string[]): Source {
  return { ...source, visible: source.visible.map((each, position) => ({ ...each, table: alias, name: columns[position] ?? each.name })) }
}

function planTable(name: NameNode, environment: Environment): Source {
  const parts = name.parts.map((part) => part.name)
  const last = parts.at(-1) as string
  const schema = parts.at(-2)
  if (schema === undefined) {
    const common = environment.common.get(last)
    if (common !== undefined) return sourceOf(environment.plan(common.query, common.environment), last, common.columns)
  }
  if (schema?.toUpperCase() === 'INFORMATION_SCHEMA') {
    const found = informationSchema(last.toUpperCase(), environment)
    if (found !== null) return found
  }
  const { engine, tenant } = environment
  const table = schema === undefined || schema === 'druid' ? engine.table(tenant, last) : engine.table(schema, last)
  if (table === null) {
    throw errors.fail(
      'MS-6002',
      {
        name: parts.join('.'),
        near: engine
          .tables(tenant)
          .map((each) => each.name)
          .slice(0, 10),
      },
      name.at,
    )
  }
  const prefix = `${environment.fresh('t')}.`
  const relation: Relation = { kind: 'scan', table, prefix, columns: [...table.columns.map((each) => each.name), '$rows'], intervals: null }
  const visible = table.columns.map<Visible>(({ name: each, type }) => ({ table: last, name: each, value: column(prefix + each, type) }))
  return { relation, visible, rows: table.hasDistinctRows ? column(`${prefix}$rows`, 'LONG') : null }
}

function planJoin(node: JoinNode, environment: Environment): Source {
  const left = plain(planFrom(node.left, environment))
  const right = plain(planFrom(node.right, environment))
  if (node.natural) throw notYetAt('NATURAL JOIN', node.at)
  const hows = { INNER: 'inner', LEFT: 'left', RIGHT: 'right', FULL: 'full', CROSS: 'cross', COMMA: 'cross' } as const
  const how = hows[node.type as keyof typeof hows]
  if (how === undefined) throw notYetAt(`${node.type} JOIN`, node.at)
  const { zone } = environment
  const using = node.using.map((part) => {
    const name: NameNode = { kind: 'name', parts: [part], at: part.at }
    const [a, b] = [findName(name, left.visible), findName(name, right.visible)]
    if (a === null || b === null) throw invalidAt(`Column '${part.name}' of USING is not on both sides`, part.at)
    return call('eq', comparable(a, b, zone), 'BOOLEAN')
  })
  const hidden = new Set(node.using.map((part) => part.name))
  const visible = [...left.visible, ...right.visible.filter((each) => !hidden.has(each.name))]
  const reading: Reading = {
    environment,
    visible: [...left.visible, ...right.visible],
    planSubquery: (query) => environment.plan(query, environment),
  }
  const on = node.on !== null ? condition(read(node.on, reading)) : using.length > 0 ? and(using) : null
  return {
    relation: { kind: 'join', how: on === null && how === 'inner' ? 'cross' : how, left: left.relation, right: right.relation, on },
    visible,
    rows: null,
  }
}

/** Without the rows that only carry a distinct value. */
export function plain(source: Source): Source {
  if (source.rows === null) return source
  const real = call('eq', [source.rows, { kind: 'literal', value: 1, type: 'LONG' }], 'BOOLEAN')
  return { relation: { kind: 'filter', input: source.relation, condition: real }, visible: source.visible, rows: null }
}
