import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Batch } from '../../packages/millstream/src/data/batch.ts'
import { Schema } from '../../packages/millstream/src/data/schema.ts'
import { type LogicalType, types } from '../../packages/millstream/src/data/types.ts'
import type { Value } from '../../packages/millstream/src/data/value.ts'
import type { DatasetDefinition } from '../../packages/millstream/src/druid/definition.ts'
import { parseInstant } from '../../packages/millstream/src/druid/time.ts'

/** Rows of data files of the vectors (JSON lines, gzip or not) as batches of a stream that has the dataset's columns. */
export function batchesOf(
  vectors: string,
  paths: readonly string[],
  definition: DatasetDefinition,
): { readonly schema: Schema; readonly batches: readonly Batch[] } {
  const rows = paths.flatMap((path) => {
    const bytes = readFileSync(join(vectors, path))
    const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  })
  const columns = new Map<string, LogicalType>([[definition.timestampColumn, types.timestampLtz(3)]])
  for (const { column, type } of definition.dimensions) {
    if (!columns.has(column))
      columns.set(column, type === 'long' ? types.bigint() : type === 'string' ? textType(rows, column) : types.double())
  }
  for (const metric of definition.metrics) {
    const column = metric['fieldName']
    if (typeof column === 'string' && !columns.has(column)) {
      columns.set(
        column,
        /^long/.test(String(metric['type']))
          ? types.bigint()
          : /Sketch|Unique/.test(String(metric['type']))
            ? types.string()
            : types.double(),
      )
    }
  }
  const schema = new Schema([...columns].map(([name, type], position) => ({ name, type, id: position + 1 })))
  const batches: Batch[] = []
  for (let from = 0; from < rows.length; from += 4096) {
    batches.push(
      Batch.of(
        schema,
        rows
          .slice(from, from + 4096)
          .map((row) => schema.fields.map(({ name, type }) => cellOf(row[name], type, name === definition.timestampColumn))),
      ),
    )
  }
  return { schema, batches }
}

/** JSON booleans of a text dimension stay booleans: the dataset makes texts of them. */
const textType = (rows: readonly Record<string, unknown>[], column: string): LogicalType =>
  rows.every((row) => row[column] === null || row[column] === undefined || typeof row[column] === 'boolean')
    ? types.boolean()
    : types.string()

function cellOf(value: unknown, type: LogicalType, isTime: boolean): Value {
  if (value === null || value === undefined) return null
  if (isTime) {
    const time = typeof value === 'number' ? value : parseInstant(String(value))
    return time === null ? null : BigInt(time) * 1_000_000n
  }
  switch (type.kind) {
    case 'BOOLEAN':
      return value === true
    case 'BIGINT':
      return Number.isFinite(Number(value)) ? BigInt(Math.trunc(Number(value))) : null
    case 'DOUBLE':
      return Number(value)
    default:
      return typeof value === 'string' ? value : JSON.stringify(value)
  }
}
