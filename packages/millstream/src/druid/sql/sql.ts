import { type Answer, type DatasetEngine, literal, type Scalar } from '../../model/dataset-query.ts'
import type { Statement } from '../../syntax/ast/statement.ts'
import { parseScript } from '../../syntax/parse.ts'
import type { DruidResponse } from '../errors.ts'
import { invalid, isObject, type Json, listOf, notYet, numberOf } from '../json.ts'
import { checkZone, parseInstant } from '../time.ts'
import type { Environment } from './environment.ts'
import { planQuery } from './query.ts'
import { answerText, type ResultShape, resultFormats } from './results.ts'

/** The body of `POST /druid/v2/sql`. */
export interface SqlRequest {
  readonly query?: unknown
  readonly resultFormat?: unknown
  readonly header?: unknown
  readonly typesHeader?: unknown
  readonly sqlTypesHeader?: unknown
  readonly parameters?: unknown
  readonly context?: unknown
}

/** Answers a statement of Druid SQL. */
export async function answerSql(request: SqlRequest, engine: DatasetEngine, tenant: string): Promise<DruidResponse> {
  if (!isObject(request) || typeof request.query !== 'string') throw invalid("A request needs 'query', the statement")
  const context: Json = isObject(request.context) ? request.context : {}
  const shape = shapeOf(request)
  const { answer, names, zone } = await runSql(request.query, { engine, tenant, context, parameters: parametersOf(request.parameters) })
  const id = typeof context['sqlQueryId'] === 'string' && /^[\w-]{1,128}$/.test(context['sqlQueryId']) ? context['sqlQueryId'] : null
  return {
    status: 200,
    headers: {
      'content-type': shape.format === 'csv' ? 'text/csv' : shape.format.endsWith('Lines') ? 'text/plain' : 'application/json',
      ...(id === null ? {} : { 'x-druid-sql-query-id': id }),
      ...(shape.header ? { 'x-druid-sql-header-included': 'yes' } : {}),
    },
    body: answerText(answer, names, shape, zone),
  }
}

export interface SqlOptions {
  readonly engine: DatasetEngine
  readonly tenant: string
  readonly context: Json
  readonly parameters: readonly Scalar[]
}

/** The rows of a statement, with the names that its author gave the columns. */
async function runSql(text: string, options: SqlOptions): Promise<{ answer: Answer; names: readonly string[]; zone: string }> {
  const { statement, settings } = readStatements(text)
  if (statement.kind !== 'query-statement')
    throw notYet(statement.kind === 'explain' ? 'EXPLAIN PLAN FOR' : `the statement ${statement.kind}`)
  let names = 0
  const { engine, tenant, parameters } = options
  const context: Json = { ...options.context, ...settings }
  const environment: Environment = {
    engine,
    tenant,
    parameters,
    zone: zoneOf(context),
    nowMs:
      typeof context['sqlCurrentTimestamp'] === 'string' ? (parseInstant(context['sqlCurrentTimestamp']) ?? engine.nowMs) : engine.nowMs,
    common: new Map(),
    plan: planQuery,
    fresh: (hint) => `${hint}#${names++}`,
  }
  const planned = planQuery(statement.query, environment)
  const timeoutMs = numberOf(context, 'timeout', 0)
  const full = await engine.run(planned.relation, { timeoutMs: timeoutMs > 0 ? timeoutMs : null })
  const places = planned.outputs.map(({ value }) => full.columns.findIndex((each) => value.kind === 'column' && each.name === value.name))
  return {
    zone: environment.zone,
    names: planned.outputs.map(({ name }) => name),
    answer: {
      columns: planned.outputs.map(({ name, value }) => ({ name, type: value.type })),
      rows: full.rows.map((row) => places.map((place) => row[place] ?? null)),
    },
  }
}

/** `SET key = value; ... SELECT ...`: settings in front of a statement are context of it. */
function readStatements(text: string): { statement: Statement; settings: Json } {
  const statements = parseScript(text, { dialect: 'druid' }).map((each) => each.statement)
  const settings: Record<string, unknown> = {}
  for (const each of statements.slice(0, -1)) {
    if (each.kind !== 'set' || each.setting === null) throw invalid('Only SET may stand before a statement')
    settings[each.setting.key] = each.setting.value
  }
  const statement = statements.at(-1)
  if (statement === undefined) throw invalid('The statement is empty')
  return { statement, settings }
}

const zoneOf = (context: Json): string => (typeof context['sqlTimeZone'] === 'string' ? checkZone(context['sqlTimeZone']) : 'UTC')

function shapeOf(request: SqlRequest): ResultShape {
  const format = request.resultFormat ?? 'object'
  const known = resultFormats.find((each) => each === format)
  if (known === undefined) throw invalid(`resultFormat '${String(format)}' is not one of ${resultFormats.join(', ')}`)
  const header = request.header === true
  if (!header && (request.typesHeader === true || request.sqlTypesHeader === true))
    throw invalid("typesHeader and sqlTypesHeader need 'header'")
  return { format: known, header, typesHeader: request.typesHeader === true, sqlTypesHeader: request.sqlTypesHeader === true }
}

function parametersOf(json: unknown): Scalar[] {
  return listOf(json, 'parameters').map((item) => {
    if (!isObject(item)) throw invalid('A parameter is {"type": ..., "value": ...}')
    const { value } = item
    const type = String(item['type']).toUpperCase()
    if (value === null || value === undefined) return literal(null, 'NULL')
    switch (type) {
      case 'VARCHAR':
      case 'CHAR':
        return literal(String(value), 'STRING')
      case 'BIGINT':
      case 'INTEGER':
      case 'SMALLINT':
      case 'TINYINT':
        return literal(Number(value), 'LONG')
      case 'DOUBLE':
      case 'FLOAT':
      case 'REAL':
      case 'DECIMAL':
        return literal(Number(value), 'DOUBLE')
      case 'BOOLEAN':
        return literal(value === true || value === 'true', 'BOOLEAN')
      case 'TIMESTAMP':
      case 'DATE': {
        const time = typeof value === 'number' ? value : parseInstant(String(value))
        if (time === null) throw invalid(`'${String(value)}' is not a ${type}`)
        return literal(time, type)
      }
      default:
        throw invalid(`A parameter of type ${type} is not known`)
    }
  })
}
