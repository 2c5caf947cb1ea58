import { errors } from '../base/errors.ts'
import { near } from '../base/near.ts'
import { typeText } from '../data/types.ts'
import type { Expression } from '../expr/expression.ts'
import type { TableDescriptor, ViewDescriptor } from '../model/tables.ts'
import type { NameNode } from '../syntax/ast/expression.ts'
import type { Hint, Property } from '../syntax/ast/query.ts'
import { parseExpression, parseQuery } from '../syntax/parse.ts'
import { newColumn, type PlanContext, type QueryEnvironment } from './context.ts'
import { durationMs } from './durations.ts'
import { analyse } from './expressions.ts'
import { type Column, columnReference, type LogicalNode } from './logical.ts'
import { hiddenColumns } from './system-columns.ts'
import { checkOptions } from './table-options.ts'

/** The table, view or common table of this name, with columns of its own. Throws MS-2004 with suggestions. */
export function planNamedTable(name: NameNode, hints: readonly Hint[], environment: QueryEnvironment): LogicalNode {
  const { context } = environment
  const common = name.parts.length === 1 ? environment.commonTables.get(name.parts[0]?.name ?? '') : undefined
  if (common !== undefined) {
    const node = environment.planQuery(common.table.query, common.environment)
    return renamed(
      node,
      common.table.columns.map((column) => column.name),
      `The table ${common.table.name.name}`,
      name,
      context,
    )
  }
  const { tenant, table: wanted } = tablePath(name, context)
  const found = findTable(tenant, wanted, context)
  if (found !== null) {
    context.reads.add(`${tenant}.${wanted}`)
    checkSource(found, name, context)
    return fresh(baseTable(withHints(found, hints, context), name, context), context)
  }
  const view = findView(tenant, wanted, context)
  if (view !== null) return planView(view, name, environment)
  throw unknownTable(name, tenant, wanted, context)
}

/** `t`, `tenant.t`, `millstream.tenant.t`; Flink's default catalog and database are the caller's tenant. */
export function tablePath(name: NameNode, context: PlanContext): { readonly tenant: string; readonly table: string } {
  const parts = name.parts.map((part) => part.name)
  const table = parts[parts.length - 1] ?? ''
  if (parts.length > 3) throw errors.fail('MS-2004', { table: parts.join('.'), near: [] }, name.at)
  if (parts.length === 3 && parts[0] !== 'millstream' && parts[0] !== 'default_catalog') {
    throw errors.fail('MS-2004', { table: parts.join('.'), near: [`millstream.${parts[1]}.${table}`] }, name.at)
  }
  const database = parts.length > 1 ? parts[parts.length - 2] : undefined
  return { tenant: database === undefined || database === 'default_database' ? context.catalogue.tenant : database, table }
}

export function findTable(tenant: string, name: string, context: PlanContext): TableDescriptor | null {
  return context.tables.get(`${tenant}.${name}`) ?? context.catalogue.table(tenant, name)
}

function findView(tenant: string, name: string, context: PlanContext): ViewDescriptor | null {
  return context.views.get(`${tenant}.${name}`) ?? context.catalogue.view(tenant, name)
}

export function unknownTable(name: NameNode, tenant: string, table: string, context: PlanContext): Error {
  const own = [...context.tables.values(), ...context.views.values()].filter((each) => each.tenant === tenant).map((each) => each.name)
  const suggestions = near(table, [...own, ...context.catalogue.tableNames(tenant)])
  return errors.fail('MS-2004', { table: name.parts.map((part) => part.name).join('.'), near: suggestions }, name.at)
}

function checkSource(table: TableDescriptor, name: NameNode, context: PlanContext): void {
  const connector = context.connectors.find((each) => each.name === table.connector)
  if (connector === undefined || connector.source) return
  const what = `Reading ${table.name}`
  throw errors.fail(
    'MS-2017',
    { what, needs: `a connector that is a source, which '${table.connector}' is not`, remedy: 'Read from a stream or a file.' },
    name.at,
  )
}

/** `/*+ OPTIONS('k' = 'v') *\/` over the table's own options. */
function withHints(table: TableDescriptor, hints: readonly Hint[], context: PlanContext): TableDescriptor {
  const options: Property[] = []
  for (const hint of hints) {
    if (hint.name.name.toUpperCase() !== 'OPTIONS') throw errors.fail('MS-2000', { feature: `The hint ${hint.name.name}` }, hint.at)
    options.push(...hint.options)
  }
  if (options.length === 0) return table
  checkOptions(table.connector, options, context.connectors)
  return { ...table, options: { ...table.options, ...Object.fromEntries(options.map((option) => [option.key, option.value])) } }
}

/** The scan with computed columns and the watermark on top: one a table and plan, shared by all who read it. */
function baseTable(table: TableDescriptor, name: NameNode, context: PlanContext): LogicalNode {
  const key = `${table.tenant}.${table.name} ${JSON.stringify(table.options)}`
  const known = context.scans.get(key)
  if (known !== undefined) return known
  const stored = table.columns.flatMap((column) => (column.kind === 'computed' ? [] : [newColumn(context, column.name, column.type)]))
  const hidden = hiddenColumns(table, context)
  let node: LogicalNode = { kind: 'scan', table, columns: [...stored, ...hidden] }
  const byName = new Map(stored.map((column) => [column.name, column]))
  const keepPlaces = false
  if (table.columns.some((column) => column.kind === 'computed')) {
    const scope = { relations: [{ name: table.name, columns: stored }] }
    const expressions: Expression[] = []
    const columns = table.columns.map((column): Column => {
      const source = byName.get(column.name)
      if (column.kind !== 'computed') {
        expressions.push(columnReference(source as Column))
        return newColumn(context, column.name, column.type)
      }
      const expression = analyse(parseExpression(column.expression), { scope, place: `the computed column ${column.name}`, keepPlaces })
      expressions.push(expression)
      return newColumn(context, column.name, expression.type)
    })
    for (const column of hidden) {
      expressions.push(columnReference(column))
      columns.push(renewed(column, context))
    }
    node = { kind: 'project', input: node, expressions, columns }
  }
  if (table.watermark !== null) node = watermarked(node, table, table.watermark, name, context)
  context.scans.set(key, node)
  return node
}

function watermarked(
  input: LogicalNode,
  table: TableDescriptor,
  watermark: NonNullable<TableDescriptor['watermark']>,
  name: NameNode,
  context: PlanContext,
): LogicalNode {
  const column = input.columns.find((each) => each.name === watermark.column)
  if (column === undefined) {
    const names = input.columns.map((each) => each.name)
    throw errors.fail('MS-2003', { column: watermark.column, table: table.name, near: near(watermark.column, names) }, name.at)
  }
  const columns = input.columns.map((each): Column => (each === column ? { ...each, time: 'event' } : each))
  // A batch is complete: it needs no watermark, and no row of it is late.
  if (context.mode === 'batch')
    return {
      kind: 'project',
      input,
      expressions: input.columns.map(columnReference),
      columns: columns.map((each) => renewed(each, context)),
    }
  const scope = { relations: [{ name: table.name, columns: input.columns }] }
  const expression = analyse(parseExpression(watermark.expression), { scope, place: 'WATERMARK', keepPlaces: false })
  if (expression.type.kind !== 'TIMESTAMP' && expression.type.kind !== 'TIMESTAMP_LTZ') {
    throw errors.fail(
      'MS-2008',
      { what: `The watermark of ${table.name}`, found: typeText(expression.type), wanted: 'a TIMESTAMP', expression: watermark.expression },
      name.at,
    )
  }
  return { kind: 'watermark', input, expression, idleTimeoutMs: idleTimeout(table, context), columns }
}

/** A silent partition does not hold windows: 5 s for streams unless the table or SET says otherwise; elsewhere Flink's 0, never. */
function idleTimeout(table: TableDescriptor, context: PlanContext): number {
  const option = table.options['scan.watermark.idle-timeout'] ?? context.settings.get('table.exec.source.idle-timeout')
  if (option !== undefined) return durationMs(option, 'scan.watermark.idle-timeout')
  return table.kind === 'stream' ? 5000 : 0
}

/** The same columns under new ids, so that a table can stand in a query twice. */
function fresh(node: LogicalNode, context: PlanContext): LogicalNode {
  const columns = node.columns.map((column) => renewed(column, context))
  return { kind: 'project', input: node, expressions: node.columns.map(columnReference), columns }
}

const renewed = (column: Column, context: PlanContext): Column => ({ ...column, id: newColumn(context, column.name, column.type).id })

function planView(view: ViewDescriptor, name: NameNode, environment: QueryEnvironment): LogicalNode {
  const { context } = environment
  const key = `${view.tenant}.${view.name}`
  if (context.expanding.includes(key)) {
    throw errors.fail('MS-2011', { problem: `The view ${view.name} reads itself`, remedy: 'Break the circle.' }, name.at)
  }
  context.expanding.push(key)
  try {
    const inside: QueryEnvironment = { ...environment, commonTables: new Map() }
    return renamed(environment.planQuery(parseQuery(view.query), inside), view.columns, `The view ${view.name}`, name, context)
  } finally {
    context.expanding.pop()
  }
}

function renamed(node: LogicalNode, names: readonly string[], what: string, at: NameNode, context: PlanContext): LogicalNode {
  if (names.length === 0) return node
  if (names.length !== node.columns.length) {
    const values = {
      what,
      found: names.length,
      against: 'its query',
      wanted: node.columns.length,
      columns: node.columns.map((column) => column.name),
    }
    throw errors.fail('MS-2009', values, at.at)
  }
  const columns = node.columns.map((column, i) => newColumn(context, names[i] ?? column.name, column.type, column.time))
  return { kind: 'project', input: node, expressions: node.columns.map(columnReference), columns }
}
