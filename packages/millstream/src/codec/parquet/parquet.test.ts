import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { limits } from '../../base/limits.ts'
import { Batch } from '../../data/batch.ts'
import { Schema } from '../../data/schema.ts'
import { type LogicalType, types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import { parquetEncoder } from './parquet-writer.ts'

const folder = mkdtempSync(join(tmpdir(), 'millstream-parquet-'))
after(() => rmSync(folder, { recursive: true }))

function write(name: string, schema: Schema, batches: readonly Batch[]): string {
  const encoder = parquetEncoder(schema)
  const path = join(folder, name)
  writeFileSync(path, Buffer.concat([...batches.map((batch) => encoder.add(batch)), encoder.end()]))
  return path
}

async function ask(query: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    return (await connection.runAndReadAll(query)).getRows().map((row) => [...row])
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

test('every type is read back by another system with its type and value', async () => {
  const cases: [LogicalType, Value, string, string][] = [
    [types.boolean(), true, 'BOOLEAN', 'true'],
    [types.tinyint(), -5, 'TINYINT', '-5'],
    [types.smallint(), 300, 'SMALLINT', '300'],
    [types.int(), -70000, 'INTEGER', '-70000'],
    [types.bigint(), 9223372036854775807n, 'BIGINT', '9223372036854775807'],
    [types.float(), 1.5, 'FLOAT', '1.5'],
    [types.double(), -0.1, 'DOUBLE', '-0.1'],
    [types.decimal(9, 2), -12345n, 'DECIMAL(9,2)', '-123.45'],
    [types.decimal(18, 4), 123456789012345678n, 'DECIMAL(18,4)', '12345678901234.5678'],
    [types.decimal(38, 10), -12345678901234567890123456789n, 'DECIMAL(38,10)', '-1234567890123456789.0123456789'],
    [types.date(), -1, 'DATE', '1969-12-31'],
    [types.time(3), 75907123, 'TIME', '21:05:07.123'],
    [types.timestamp(3), 1763845507123000000n, 'TIMESTAMP', '2025-11-22 21:05:07.123'],
    [types.timestamp(6), 1763845507123456000n, 'TIMESTAMP', '2025-11-22 21:05:07.123456'],
    [types.timestamp(9), 1763845507123456789n, 'TIMESTAMP_NS', '2025-11-22 21:05:07.123456789'],
    [types.timestampLtz(3), 1763845507123000000n, 'TIMESTAMP WITH TIME ZONE', '2025-11-22 21:05:07.123+00'],
    [types.string(), 'São "Paulo"', 'VARCHAR', 'São "Paulo"'],
    [types.bytes(), Uint8Array.of(1, 65), 'BLOB', '\\x01A'],
    [types.array(types.int()), [1, null, 3], 'INTEGER[]', '[1, NULL, 3]'],
    [types.map(types.string(), types.bigint()), [['a', 1n]], 'MAP(VARCHAR, BIGINT)', '{a=1}'],
    [
      types.row([
        { name: 'x', type: types.int() },
        { name: 'y', type: types.array(types.string()) },
      ]),
      [7, ['q']],
      'STRUCT(x INTEGER, y VARCHAR[])',
      "{'x': 7, 'y': [q]}",
    ],
  ]
  const schema = new Schema(cases.map(([type], i) => ({ name: `c${i}`, type })))
  const batch = Batch.of(schema, [cases.map(([, value]) => value), cases.map(() => null)])
  const path = write('types.parquet', schema, [batch])
  const described = await ask(`DESCRIBE SELECT * FROM read_parquet('${path}')`)
  assert.deepEqual(
    described.map((row) => row[1]),
    cases.map(([, , type]) => type),
  )
  const texts = cases.map((_, i) => `c${i}::VARCHAR`).join(', ')
  const rows = await ask(`SET TimeZone = 'UTC'; SELECT ${texts} FROM read_parquet('${path}')`)
  assert.deepEqual(
    rows[0],
    cases.map(([, , , text]) => text),
  )
  assert.deepEqual(
    rows[1],
    cases.map(() => null),
  )
})

test('NOT NULL, empty lists and many batches; groups are cut by rows', async () => {
  const schema = new Schema([
    { name: 'id', type: types.bigint(false) },
    { name: 'tag', type: types.string(false) },
    { name: 'list', type: types.array(types.int(false), false) },
  ])
  const per = 4096
  const count = limits.parquetGroupRows / per + 1
  const batches = Array.from({ length: count }, (_, b) =>
    Batch.of(
      schema,
      Array.from({ length: per }, (_, i) => [BigInt(b * per + i), `t${i % 3}`, i % 2 === 0 ? [] : [i]]),
    ),
  )
  const path = write('groups.parquet', schema, batches)
  const rows = await ask(
    `SELECT count(*)::INT, sum(id)::VARCHAR, count(DISTINCT tag)::INT, sum(len(list))::INT FROM read_parquet('${path}')`,
  )
  const total = count * per
  assert.deepEqual(rows[0], [total, String((BigInt(total) * BigInt(total - 1)) / 2n), 3, total / 2])
  const groups = await ask(`SELECT max(row_group_id)::INT FROM parquet_metadata('${path}')`)
  assert.deepEqual(groups[0], [1])
})

test('a file without rows is a file', async () => {
  const schema = new Schema([{ name: 'a', type: types.int() }])
  const path = write('empty.parquet', schema, [])
  assert.deepEqual(await ask(`SELECT count(*)::INT FROM read_parquet('${path}')`), [[0]])
})

test('a type without a form is refused', () => {
  assert.throws(() => parquetEncoder(new Schema([{ name: 'i', type: types.intervalDayTime() }])), /Parquet has no form/)
})
