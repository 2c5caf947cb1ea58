import { column, type DataType, type LiteralValue } from '../../model/dataset-query.ts'
import type { Environment, Source } from './environment.ts'
import { sqlTypeNames } from './types.ts'

type Shape = readonly (readonly [name: string, type: DataType])[]

const jdbcTypes: Readonly<Record<string, number>> = { VARCHAR: 12, BIGINT: -5, DOUBLE: 8, FLOAT: 6, TIMESTAMP: 93, OTHER: 1111 }

/** The tables that clients ask first: SCHEMATA, TABLES, COLUMNS. Null: there is no such table. */
export function informationSchema(name: string, environment: Environment): Source | null {
  const tables = environment.engine.tables(environment.tenant)
  switch (name) {
    case 'SCHEMATA':
      return source(
        environment,
        [
          ['CATALOG_NAME', 'STRING'],
          ['SCHEMA_NAME', 'STRING'],
          ['SCHEMA_OWNER', 'STRING'],
          ['DEFAULT_CHARACTER_SET_CATALOG', 'STRING'],
          ['DEFAULT_CHARACTER_SET_SCHEMA', 'STRING'],
          ['DEFAULT_CHARACTER_SET_NAME', 'STRING'],
          ['SQL_PATH', 'STRING'],
        ],
        ['INFORMATION_SCHEMA', 'druid'].map((schema) => ['druid', schema, null, null, null, null, null]),
      )
    case 'TABLES':
      return source(
        environment,
        [
          ['TABLE_CATALOG', 'STRING'],
          ['TABLE_SCHEMA', 'STRING'],
          ['TABLE_NAME', 'STRING'],
          ['TABLE_TYPE', 'STRING'],
          ['IS_JOINABLE', 'STRING'],
          ['IS_BROADCAST', 'STRING'],
        ],
        [
          ...['COLUMNS', 'SCHEMATA', 'TABLES'].map((table) => ['druid', 'INFORMATION_SCHEMA', table, 'SYSTEM_TABLE', 'NO', 'NO']),
          ...tables.map((table) => ['druid', 'druid', table.name, 'TABLE', 'NO', 'NO']),
        ],
      )
    case 'COLUMNS':
      return source(
        environment,
        [
          ['TABLE_CATALOG', 'STRING'],
          ['TABLE_SCHEMA', 'STRING'],
          ['TABLE_NAME', 'STRING'],
          ['COLUMN_NAME', 'STRING'],
          ['ORDINAL_POSITION', 'LONG'],
          ['COLUMN_DEFAULT', 'STRING'],
          ['IS_NULLABLE', 'STRING'],
          ['DATA_TYPE', 'STRING'],
          ['CHARACTER_MAXIMUM_LENGTH', 'LONG'],
          ['CHARACTER_OCTET_LENGTH', 'LONG'],
          ['NUMERIC_PRECISION', 'LONG'],
          ['NUMERIC_PRECISION_RADIX', 'LONG'],
          ['NUMERIC_SCALE', 'LONG'],
          ['DATETIME_PRECISION', 'LONG'],
          ['CHARACTER_SET_NAME', 'STRING'],
          ['COLLATION_NAME', 'STRING'],
          ['JDBC_TYPE', 'LONG'],
        ],
        tables.flatMap((table) =>
          table.columns.map(({ name: each, type, role }, position) => {
            const shown = sqlTypeNames[type]
            const text = shown === 'VARCHAR'
            return [
              'druid',
              'druid',
              table.name,
              each,
              position + 1,
              '',
              role === 'time' ? 'NO' : 'YES',
              shown,
              null,
              null,
              shown === 'BIGINT' ? 19 : shown === 'DOUBLE' ? 15 : null,
              shown === 'BIGINT' || shown === 'DOUBLE' ? 10 : null,
              shown === 'BIGINT' ? 0 : null,
              shown === 'TIMESTAMP' ? 3 : null,
              text ? 'UTF-16LE' : null,
              text ? 'UTF-16LE$en_US$primary' : null,
              jdbcTypes[shown] ?? 1111,
            ]
          }),
        ),
      )
    default:
      return null
  }
}

function source(environment: Environment, shape: Shape, rows: readonly (readonly LiteralValue[])[]): Source {
  const prefix = `${environment.fresh('i')}.`
  const columns = shape.map(([name, type]) => ({ name: prefix + name, type }))
  return {
    relation: { kind: 'values', columns, rows },
    visible: shape.map(([name, type]) => ({ table: null, name, value: column(prefix + name, type) })),
    rows: null,
  }
}
