import { errors } from '../base/errors.ts'
import { near } from '../base/near.ts'
import type { Contract, ContractColumn } from '../data/contract.ts'
import { type LogicalType, types, typeText, withNullable } from '../data/types.ts'
import type { ConnectorDescriptor, TableDescriptor } from '../model/tables.ts'
import type { Identifier } from '../syntax/ast/expression.ts'
import type { ColumnDefinition, CreateTableStatement } from '../syntax/ast/statement.ts'
import type { Span } from '../syntax/span.ts'
import { analyse } from './expressions.ts'
import { FieldIds } from './field-ids.ts'
import type { Column } from './logical.ts'
import { checkOptions } from './table-options.ts'
import { logicalType } from './types.ts'

/** Buckets of a stream that says nothing: one partition. */
const bucketsDefault = 1

/** System columns that METADATA may name on a stream. */
const streamMetadata: Readonly<Record<string, LogicalType>> = {
  offset: types.bigint(false),
  partition: types.int(false),
  ingest_time: types.timestampLtz(3, false),
  key: types.bytes(),
  headers: types.map(types.string(false), types.bytes()),
  event_id: types.string(),
  trace_id: types.string(),
  unknown_fields: types.string(),
  timestamp: types.timestampLtz(3, false),
}

/** The contract that CREATE TABLE declares: version 1, ids in the order of the text. Throws what Flink refuses, with positions. */
export function contractFromCreateTable(statement: CreateTableStatement, connectors: readonly ConnectorDescriptor[] = []): Contract {
  refuseClauses(statement)
  const options = Object.fromEntries(statement.options.map((option) => [option.key, option.value]))
  checkDuplicates(statement)
  checkOptions(options['connector'] ?? 'millstream', statement.options, connectors)
  const described = connectors.find((each) => each.name === (options['connector'] ?? 'millstream'))
  const metadata = described !== undefined && Object.keys(described.metadata).length > 0 ? described.metadata : streamMetadata
  const primaryKey = keyOf(statement)
  const ids = new FieldIds()
  const columns = statement.columns.map((column): ContractColumn => columnOf(column, primaryKey, ids, metadata))
  checkExpressions(statement, columns)
  const distribution = statement.distribution
  for (const name of distribution?.columns ?? []) physical(name, columns, 'DISTRIBUTED BY')
  if (distribution?.by === 'RANGE') throw errors.fail('MS-2000', { feature: 'DISTRIBUTED BY RANGE' }, distribution.at)
  const partitionKey = distribution?.columns.map((name) => name.name) ?? primaryKey
  return {
    version: 1,
    columns,
    watermark: watermarkOf(statement),
    primaryKey,
    distributedBy: partitionKey,
    buckets: distribution?.buckets ?? bucketsDefault,
    options,
    comment: statement.comment,
  }
}

/** The table as the rest of a script sees it. */
export function tableFromCreateTable(
  statement: CreateTableStatement,
  tenant: string,
  connectors: readonly ConnectorDescriptor[],
): TableDescriptor {
  const contract = contractFromCreateTable(statement, connectors)
  const name = statement.name.parts[statement.name.parts.length - 1]?.name ?? ''
  const connector = contract.options['connector']
  if (connector === undefined) {
    const problem = `The table ${name} names no connector`
    throw errors.fail('MS-2011', { problem, remedy: "Write WITH ('connector' = 'millstream'), or another connector." }, statement.name.at)
  }
  if (connectors.length > 0 && !connectors.some((each) => each.name === connector)) {
    const known = connectors.map((each) => each.name)
    const at = statement.options.find((option) => option.key === 'connector')?.valueAt
    throw errors.fail('MS-2010', { owner: 'Millstream', option: connector, near: near(connector, known), known }, at)
  }
  const missing =
    connectors.find((each) => each.name === connector)?.requiredOptions.filter((option) => contract.options[option] === undefined) ?? []
  if (missing.length > 0) {
    const problem = `The table ${name} lacks ${missing.map((option) => `'${option}'`).join(', ')}, which the connector '${connector}' requires`
    throw errors.fail('MS-2011', { problem, remedy: 'Add it to WITH (...).' }, statement.name.at)
  }
  const { columns, watermark, primaryKey, options, comment } = contract
  const kind = connector === 'millstream' ? 'stream' : 'external'
  return {
    tenant,
    name,
    kind,
    uid: null,
    columns,
    watermark,
    primaryKey,
    connector,
    options,
    contractVersion: kind === 'stream' ? 1 : 0,
    comment,
  }
}

function refuseClauses(statement: CreateTableStatement): void {
  if (statement.like !== null) throw errors.fail('MS-2000', { feature: 'CREATE TABLE ... LIKE' }, statement.like.table.at)
  if (statement.query !== null) throw errors.fail('MS-2000', { feature: 'CREATE TABLE ... AS SELECT' }, statement.query.at)
  if (statement.replace !== null) throw errors.fail('MS-2000', { feature: `${statement.replace} TABLE` }, statement.at)
  if (statement.partitionedBy.length > 0) throw errors.fail('MS-2000', { feature: 'PARTITIONED BY' }, statement.partitionedBy[0]?.at)
}

function checkDuplicates(statement: CreateTableStatement): void {
  const seen = new Set<string>()
  for (const column of statement.columns) {
    if (seen.has(column.name.name)) {
      throw wrong(`The column ${column.name.name} is there twice`, 'Name every column once.', column.name.at)
    }
    seen.add(column.name.name)
  }
  const options = new Set<string>()
  for (const option of statement.options) {
    if (options.has(option.key)) throw wrong(`The option '${option.key}' is there twice`, 'Keep one of them.', option.keyAt)
    options.add(option.key)
  }
}

function columnOf(
  column: ColumnDefinition,
  primaryKey: readonly string[],
  ids: FieldIds,
  metadata: Readonly<Record<string, LogicalType>>,
): ContractColumn {
  const name = column.name.name
  const comment = column.kind !== 'named' && column.comment !== null ? { comment: column.comment } : {}
  switch (column.kind) {
    case 'physical': {
      const type = logicalType(column.type)
      const id = ids.next()
      // A key's columns are NOT NULL, said or not.
      return { kind: 'physical', id, name, type: ids.within(primaryKey.includes(name) ? withNullable(type, false) : type), ...comment }
    }
    case 'computed':
      return { kind: 'computed', name, expression: column.text, ...comment }
    case 'metadata': {
      const key = column.key ?? name
      if (metadata[key] === undefined && metadata !== streamMetadata && streamMetadata[key] !== undefined) {
        throw errors.fail('MS-2000', { feature: `The metadata column ${key}` }, column.at)
      }
      if (metadata[key] === undefined) {
        const known = Object.keys(metadata)
        throw errors.fail('MS-2010', { owner: 'METADATA', option: key, near: near(key, known), known }, column.at)
      }
      return { kind: 'metadata', name, type: logicalType(column.type), key, virtual: column.virtual, ...comment }
    }
    case 'named':
      throw wrong(`The column ${name} has no type`, 'Write its type behind it.', column.at)
  }
}

function keyOf(statement: CreateTableStatement): string[] {
  const [key, second] = statement.constraints
  if (key === undefined) return []
  if (second !== undefined) throw wrong('A table has one key', 'Keep one PRIMARY KEY.', second.at)
  if (key.kind === 'UNIQUE') throw wrong('UNIQUE is not supported', 'Use PRIMARY KEY (...) NOT ENFORCED.', key.at)
  if (key.enforced !== false) {
    throw wrong(
      'Nobody enforces this PRIMARY KEY',
      'Write PRIMARY KEY (...) NOT ENFORCED: the stream is then an upsert stream by this key.',
      key.at,
    )
  }
  for (const name of key.columns) {
    const column = statement.columns.find((each) => each.name.name === name.name)
    if (column === undefined)
      throw unknown(
        name,
        statement.columns.map((each) => each.name.name),
      )
    if (column.kind !== 'physical')
      throw wrong(`${name.name} is no physical column`, 'A PRIMARY KEY consists of physical columns.', name.at)
    if (column.type.nullable === true)
      throw wrong(`${name.name} is declared NULL and in the PRIMARY KEY`, 'Declare it NOT NULL.', column.at)
  }
  return key.columns.map((name) => name.name)
}

function physical(name: Identifier, columns: readonly ContractColumn[], place: string): void {
  const column = columns.find((each) => each.name === name.name)
  if (column === undefined)
    throw unknown(
      name,
      columns.map((each) => each.name),
    )
  if (column.kind !== 'physical') throw wrong(`${name.name} in ${place} is no physical column`, 'Name physical columns.', name.at)
}

const unknown = (name: Identifier, names: readonly string[]): Error =>
  errors.fail('MS-2003', { column: name.name, table: 'The table', near: near(name.name, names) }, name.at)

function watermarkOf(statement: CreateTableStatement): Contract['watermark'] {
  const { watermark } = statement
  return watermark === null ? null : { column: watermark.column.parts.map((part) => part.name).join('.'), expression: watermark.text }
}

/** Computed columns and the watermark must resolve and fit; their errors point into the script. */
function checkExpressions(statement: CreateTableStatement, columns: readonly ContractColumn[]): void {
  let id = 1
  const stored = columns.flatMap((column): Column[] =>
    column.kind === 'computed' ? [] : [{ id: id++, name: column.name, type: column.type, time: null }],
  )
  const scope = { relations: [{ name: null, columns: stored }] }
  const all = [...stored]
  for (const column of statement.columns) {
    if (column.kind !== 'computed') continue
    const expression = analyse(column.expression, { scope, place: `the computed column ${column.name.name}`, keepPlaces: false })
    all.push({ id: id++, name: column.name.name, type: expression.type, time: null })
  }
  const { watermark } = statement
  if (watermark === null) return
  const name = watermark.column.parts[0] as Identifier
  if (watermark.column.parts.length > 1) throw errors.fail('MS-2000', { feature: 'A nested field as the event time' }, watermark.column.at)
  const column = all.find((each) => each.name === name.name)
  if (column === undefined)
    throw unknown(
      name,
      all.map((each) => each.name),
    )
  checkRowtime(column.type, name)
  if (watermark.expression.kind === 'call' && watermark.expression.name[0]?.name.toUpperCase() === 'SOURCE_WATERMARK') {
    throw errors.fail('MS-2000', { feature: 'SOURCE_WATERMARK()' }, watermark.expression.at)
  }
  const expression = analyse(watermark.expression, {
    scope: { relations: [{ name: null, columns: all }] },
    place: 'WATERMARK',
    keepPlaces: false,
  })
  if (expression.type.kind !== 'TIMESTAMP' && expression.type.kind !== 'TIMESTAMP_LTZ') {
    const values = { what: 'The watermark', found: typeText(expression.type), wanted: 'a TIMESTAMP', expression: watermark.text }
    throw errors.fail('MS-2008', values, watermark.expression.at)
  }
}

function checkRowtime(type: LogicalType, name: Identifier): void {
  const fits = (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.precision <= 3
  if (fits) return
  const remedy = 'Declare it TIMESTAMP(3) or TIMESTAMP_LTZ(3), or compute such a column and mark that.'
  throw wrong(`The event time ${name.name} is ${typeText(type)}, not a timestamp of at most 3 digits`, remedy, name.at)
}

const wrong = (problem: string, remedy: string, at: Span): Error => errors.fail('MS-2011', { problem, remedy }, at)
