import { errors } from '../base/errors.ts'
import { near } from '../base/near.ts'
import type { ContractColumn } from '../data/contract.ts'
import { isBytes, isString, type LogicalType, typeText } from '../data/types.ts'
import { implicitCast } from '../expr/cast-rules.ts'
import type { Expression } from '../expr/expression.ts'
import type { TableDescriptor } from '../model/tables.ts'
import type { InsertStatement } from '../syntax/ast/statement.ts'
import { newColumn, type QueryEnvironment } from './context.ts'
import { castTo } from './expressions.ts'
import { columnReference, type LogicalNode, type SinkNode } from './logical.ts'
import { findTable, tablePath, unknownTable } from './tables.ts'

type Stored = Exclude<ContractColumn, { kind: 'computed' }>

/** INSERT INTO: the query, cast by Flink's rules for assignment, into the table's stored columns. */
export function planInsert(statement: InsertStatement, environment: QueryEnvironment): SinkNode {
  const { context } = environment
  if (statement.mode !== 'INSERT INTO') throw errors.fail('MS-2000', { feature: statement.mode }, statement.at)
  if (statement.partition.length > 0)
    throw errors.fail('MS-2000', { feature: 'INSERT INTO ... PARTITION' }, statement.partition[0]?.column.at)
  const path = tablePath(statement.table, context)
  const table = findTable(path.tenant, path.table, context)
  if (table === null) throw unknownTable(statement.table, path.tenant, path.table, context)
  checkSink(table, statement, environment)
  const query = environment.planQuery(statement.source, environment)
  const stored = table.columns.filter(
    (column): column is Stored => column.kind === 'physical' || (column.kind === 'metadata' && !column.virtual),
  )
  const targets = statement.columns === null ? stored : statement.columns.map((name) => target(name, stored, table))
  if (targets.length !== query.columns.length) {
    const columns = targets.map((column) => `${column.name} ${typeText(column.type)}`)
    const values = { what: 'The query', found: query.columns.length, against: `the sink ${table.name}`, wanted: targets.length, columns }
    throw errors.fail('MS-2009', values, statement.source.at)
  }
  const expressions = stored.map((column): Expression => {
    const position = targets.indexOf(column)
    const source = query.columns[position]
    if (source === undefined) {
      if (column.type.nullable) return { kind: 'literal', value: null, type: column.type }
      throw errors.fail('MS-2015', { column: column.name, table: table.name }, statement.table.at)
    }
    return assigned(columnReference(source), column, source.name, statement)
  })
  const columns = stored.map((column, i) => newColumn(context, column.name, (expressions[i] as Expression).type))
  const input: LogicalNode = { kind: 'project', input: query, expressions, columns }
  return { kind: 'sink', input, table, columns }
}

function checkSink(table: TableDescriptor, statement: InsertStatement, { context }: QueryEnvironment): void {
  if (table.kind === 'dataset') {
    const remedy = 'Write to the stream that it is made of.'
    throw errors.fail(
      'MS-2017',
      { what: `Writing to the dataset ${table.name}`, needs: 'a stream or an external table', remedy },
      statement.table.at,
    )
  }
  const connector = context.connectors.find((each) => each.name === table.connector)
  if (connector === undefined || connector.sink) return
  const needs = `a connector that is a sink, which '${table.connector}' is not`
  throw errors.fail(
    'MS-2017',
    { what: `Writing to ${table.name}`, needs, remedy: 'Write to a stream, a file, print or blackhole.' },
    statement.table.at,
  )
}

function target(name: NonNullable<InsertStatement['columns']>[number], stored: readonly Stored[], table: TableDescriptor): Stored {
  const wanted = name.parts.map((part) => part.name).join('.')
  const column = stored.find((each) => each.name === wanted)
  if (column !== undefined) return column
  throw errors.fail(
    'MS-2003',
    {
      column: wanted,
      table: table.name,
      near: near(
        wanted,
        stored.map((each) => each.name),
      ),
    },
    name.at,
  )
}

function assigned(source: Expression, column: Stored, name: string, statement: InsertStatement): Expression {
  // Lengths of CHAR and VARCHAR neither cut nor pad what a sink is given (Flink's type-length-enforcer IGNORE).
  if (isString(source.type) && isString(column.type)) return source
  if (isBytes(source.type) && isBytes(column.type)) return source
  if (implicitCast(source.type, column.type)) return castTo(source, column.type)
  const wanted = `${typeText(column.type as LogicalType)} for the column ${column.name} of ${statement.table.parts.map((part) => part.name).join('.')}`
  const at = itemAt(statement, name)
  throw errors.fail('MS-2008', { what: `The query's column ${name}`, found: typeText(source.type), wanted, expression: name }, at)
}

/** Where the column stands in the SELECT, if it is plain to see. */
function itemAt(statement: InsertStatement, name: string) {
  const { body } = statement.source
  if (body.kind !== 'select') return statement.source.at
  const item = body.items.find(
    ({ alias, expression }) => (alias?.name ?? (expression.kind === 'name' ? expression.parts.at(-1)?.name : undefined)) === name,
  )
  return item?.at ?? statement.source.at
}
