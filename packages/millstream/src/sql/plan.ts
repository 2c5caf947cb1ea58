import { errors, type Place } from '../base/errors.ts'
import type { Schema } from '../data/schema.ts'
import type { Expression } from '../expr/expression.ts'
import type { PhysicalPlan } from '../model/plan.ts'
import type { Catalogue, ConnectorDescriptor, TableDescriptor, ViewDescriptor } from '../model/tables.ts'
import type { InsertStatement, Statement } from '../syntax/ast/statement.ts'
import { parseExpression, parseQuery, parseScript as parseStatements, type ScriptStatement } from '../syntax/parse.ts'
import { type Mode, newContext, type PlanContext, type QueryEnvironment } from './context.ts'
import { tableFromCreateTable } from './create-table.ts'
import { explain } from './explain.ts'
import { analyse } from './expressions.ts'
import { planInsert } from './insert.ts'
import type { Column, LogicalNode, SinkNode } from './logical.ts'
import { physicalPlan } from './physical.ts'
import { planQueryNode } from './query.ts'
import { optimise } from './rules/rules.ts'
import { findTable, tablePath } from './tables.ts'

export type { ScriptStatement }

/** The statements of a script. */
export function parseScript(text: string): ScriptStatement[] {
  return parseStatements(text)
}

export interface PlanOptions {
  /** `streaming` unless the script says SET 'execution.runtime-mode' = 'batch'. */
  readonly mode?: Mode
  readonly connectors?: readonly ConnectorDescriptor[]
}

/** One job, or one answer: an INSERT, a statement set, a SELECT. */
export interface PlannedStatement {
  readonly kind: 'insert' | 'statement-set' | 'query'
  readonly plan: PhysicalPlan
  /** Tables as `tenant.name`; those of the script too. */
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  readonly at: Place
  /** Optimised, for EXPLAIN and goldens. */
  readonly logical: readonly LogicalNode[]
}

export interface PlannedScript {
  /** SET options in force at the end. */
  readonly settings: Readonly<Record<string, string>>
  /** What the script creates, in order; `connector` millstream is a stream, the others live in the script only. */
  readonly tables: readonly TableDescriptor[]
  readonly views: readonly ViewDescriptor[]
  readonly plans: readonly PlannedStatement[]
}

/** Plans every statement of a script, in order. */
export function planScript(text: string, catalogue: Catalogue, options: PlanOptions = {}): PlannedScript {
  const statements = parseStatements(text)
  const context = newContext(catalogue, modeOf(statements, options), options.connectors ?? [])
  const plans: PlannedStatement[] = []
  for (const { statement } of statements) {
    const planned = planStatement(statement, context)
    if (planned !== null) plans.push(planned)
  }
  return { settings: Object.fromEntries(context.settings), tables: [...context.tables.values()], views: [...context.views.values()], plans }
}

/** Plans one SELECT, for answers that end (batch) or live rows (streaming). */
export function planQuery(text: string, catalogue: Catalogue, mode: Mode, options: PlanOptions = {}): PlannedStatement {
  const context = newContext(catalogue, mode, options.connectors ?? [])
  const query = parseQuery(text)
  return planSelectStatement(query, context)
}

/** The plan that `EXPLAIN ...` asks for, as text: of a SELECT as it would be answered, of an INSERT as it would run. Null: the text is no EXPLAIN. */
export function planExplained(text: string, catalogue: Catalogue, options: PlanOptions = {}): string | null {
  if (!/^\s*(--.*\n\s*)*EXPLAIN\b/i.test(text)) return null
  const [first, ...others] = parseStatements(text)
  if (first?.statement.kind !== 'explain' || others.length > 0) return null
  const { statement, details, at } = first.statement
  if (details.length > 0) throw errors.fail('MS-2000', { feature: `EXPLAIN ${details.join(', ')}` }, at)
  const mode = options.mode ?? (statement.kind === 'query-statement' ? 'batch' : 'streaming')
  const planned = planStatement(statement, newContext(catalogue, mode, options.connectors ?? []))
  if (planned === null) throw errors.fail('MS-2000', { feature: `EXPLAIN of ${nameOf(statement)}` }, at)
  return explain(planned.plan)
}

/** An expression over the columns of a schema, e.g. `tail --where`; its inputs are positions. */
export function planExpression(text: string, schema: Schema): Expression {
  const columns = schema.fields.map((field, id): Column => ({ id, name: field.name, type: field.type, time: null }))
  return analyse(parseExpression(text), { scope: { relations: [{ name: null, columns }] }, place: 'an expression', keepPlaces: true })
}

function modeOf(statements: readonly ScriptStatement[], options: PlanOptions): Mode {
  if (options.mode !== undefined) return options.mode
  for (const { statement } of statements) {
    if (statement.kind !== 'set' || statement.setting?.key !== 'execution.runtime-mode') continue
    const mode = statement.setting.value.toLowerCase()
    if (mode === 'batch' || mode === 'streaming') return mode
    throw errors.fail(
      'MS-2012',
      { text: statement.setting.value, type: 'runtime mode', example: 'streaming or batch' },
      statement.setting.valueAt,
    )
  }
  return 'streaming'
}

function planStatement(statement: Statement, context: PlanContext): PlannedStatement | null {
  switch (statement.kind) {
    case 'create-table':
      createTable(statement, context)
      return null
    case 'create-view': {
      const { tenant, table } = tablePath(statement.name, context)
      const key = `${tenant}.${table}`
      if (context.views.has(key) || context.tables.has(key)) {
        if (statement.ifNotExists) return null
        if (!statement.replace) throw errors.fail('MS-2016', { name: table }, statement.name.at)
      }
      context.views.set(key, { tenant, name: table, query: statement.text, columns: statement.columns.map((column) => column.name) })
      // Planned once here, so that its errors are found where it stands.
      environmentOf(context).planQuery(statement.query, environmentOf(context))
      context.reads.clear()
      return null
    }
    case 'set':
      if (statement.setting !== null) context.settings.set(statement.setting.key, statement.setting.value)
      return null
    case 'reset':
      if (statement.key === null) context.settings.clear()
      else context.settings.delete(statement.key)
      return null
    case 'insert':
      return planInserts('insert', [statement], statement.at, context)
    case 'statement-set':
      return planInserts(
        'statement-set',
        statement.statements.filter((each) => each.kind === 'insert'),
        statement.at,
        context,
      )
    case 'query-statement':
      return planSelectStatement(statement.query, context)
    case 'drop':
      return dropTable(statement, context)
    default:
      throw errors.fail('MS-2000', { feature: `${nameOf(statement)} in a script` }, statement.at)
  }
}

function createTable(statement: Extract<Statement, { kind: 'create-table' }>, context: PlanContext): void {
  const { tenant, table } = tablePath(statement.name, context)
  const key = `${tenant}.${table}`
  if (context.tables.has(key) || context.views.has(key)) {
    if (statement.ifNotExists) return
    throw errors.fail('MS-2016', { name: table }, statement.name.at)
  }
  context.tables.set(key, tableFromCreateTable(statement, tenant, context.connectors))
}

function dropTable(statement: Extract<Statement, { kind: 'drop' }>, context: PlanContext): null {
  const { tenant, table } = tablePath(statement.name, context)
  const from = statement.object === 'VIEW' ? context.views : context.tables
  if ((statement.object !== 'TABLE' && statement.object !== 'VIEW') || (!from.delete(`${tenant}.${table}`) && !statement.ifExists)) {
    if (statement.object === 'TABLE' && findTable(tenant, table, context) === null)
      throw errors.fail('MS-2004', { table, near: [] }, statement.name.at)
    throw errors.fail('MS-2000', { feature: `DROP ${statement.object} of what the script did not create` }, statement.at)
  }
  return null
}

function planInserts(
  kind: 'insert' | 'statement-set',
  inserts: readonly InsertStatement[],
  at: Place,
  context: PlanContext,
): PlannedStatement {
  const environment = environmentOf(context)
  const sinks = inserts.map((insert) => planInsert(insert, environment))
  return finish(
    kind,
    sinks,
    inserts.map((insert) => insert.at),
    at,
    context,
  )
}

function planSelectStatement(query: Parameters<typeof planQueryNode>[0], context: PlanContext): PlannedStatement {
  const environment = environmentOf(context)
  const input = planQueryNode(query, environment)
  const sink: SinkNode = { kind: 'sink', input, table: null, columns: input.columns }
  return finish('query', [sink], [query.at], query.at, context)
}

/** A fresh plan shares nothing with the one before it. */
function environmentOf(context: PlanContext): QueryEnvironment {
  context.scans.clear()
  return { context, planQuery: planQueryNode, commonTables: new Map() }
}

function finish(
  kind: PlannedStatement['kind'],
  sinks: readonly SinkNode[],
  places: readonly Place[],
  at: Place,
  context: PlanContext,
): PlannedStatement {
  const logical = optimise(sinks)
  const settings = Object.fromEntries(context.settings)
  const plan = physicalPlan(logical, { mode: context.mode, settings, connectors: context.connectors, places })
  const reads = [...context.reads].sort()
  context.reads.clear()
  const writes = sinks.flatMap(({ table }) => (table === null ? [] : [`${table.tenant}.${table.name}`]))
  return { kind, plan, reads, writes, at: { line: at.line ?? 1, column: at.column ?? 1 }, logical }
}

function nameOf(statement: Statement): string {
  switch (statement.kind) {
    case 'command':
    case 'plan':
      return statement.command
    case 'create-object':
      return `CREATE ${statement.object}`
    case 'alter-object':
    case 'alter-table':
      return `ALTER ${statement.object}`
    case 'show':
      return `SHOW ${statement.what}`
    default:
      return statement.kind.replaceAll('-', ' ').toUpperCase()
  }
}
