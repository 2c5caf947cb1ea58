import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { realPath } from '../../base/real/paths.ts'
import { nodeStorage } from '../../base/real/storage.ts'
import { Batch } from '../../data/batch.ts'
import { Schema } from '../../data/schema.ts'
import { types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { SplitReader } from '../../flow/connector.ts'
import { column, table } from '../../flow/testing/plans.ts'
import { fileConnector } from './connector.ts'

const folder = mkdtempSync(join(tmpdir(), 'millstream-files-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const home = join(folder, 'data', 'files')
mkdirSync(home, { recursive: true })
let nowMs = 0
const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs }
const connector = fileConnector({ storage: nodeStorage('/'), folders: [home], realPath }, clock)

const fields = [column('n', types.bigint()), column('s', types.string()), column('ts', types.timestamp(3))]
const source = (path: string, options: Record<string, string> = {}) => {
  const of = table('t', fields, { connector: 'filesystem', options: { path, format: 'json', ...options } })
  const request = { table: of, columns: fields.map(({ name }) => name), schema: new Schema(fields), bounded: true, fromMs: null }
  return connector.source?.(request) as NonNullable<ReturnType<NonNullable<typeof connector.source>>>
}
const sink = (path: string, attempt = 1, restore: unknown = null) => {
  const of = table('t', fields, { connector: 'filesystem', options: { path, format: 'json' } })
  const request = { table: of, schema: new Schema(fields), job: 'job', node: 'sink', attempt, output: null, restore }
  return connector.sink?.(request) as NonNullable<ReturnType<NonNullable<typeof connector.sink>>>
}
const line = (n: number): string => `{"n": ${n}, "s": "row ${n}", "ts": "2026-01-02 03:04:05.678"}`

async function readAll(reader: SplitReader, rowsMax: number): Promise<Value[][]> {
  const rows: Value[][] = []
  for (;;) {
    const batch = await reader.read(rowsMax)
    if (typeof batch === 'string') return rows
    rows.push(...batch.rows())
  }
}

test('a file is read line by line, and goes on at any position', async () => {
  const numbers = Array.from({ length: 30_000 }, (_, n) => n)
  writeFileSync(join(home, 'in.ndjson'), numbers.map(line).join('\n'))
  const [split = ''] = await source('in.ndjson').splits()
  const reader = await source('in.ndjson').open(split, null)
  const rows: Value[][] = []
  for (let i = 0; i < 9; i++) {
    const batch = await reader.read(1000)
    if (typeof batch !== 'string') rows.push(...batch.rows())
  }
  const position = JSON.parse(JSON.stringify(reader.position()))
  await reader.close()
  const again = await source('in.ndjson').open(split, position)
  rows.push(...(await readAll(again, 4096)))
  await again.close()
  assert.deepEqual(
    rows.map(([n]) => Number(n)),
    numbers,
  )
  assert.deepEqual(rows[7], [7n, 'row 7', BigInt(Date.UTC(2026, 0, 2, 3, 4, 5, 678)) * 1_000_000n])
})

test('a broken line fails with its place, or is left out when the table says so', async () => {
  writeFileSync(join(home, 'broken.ndjson'), `${line(1)}\n{"n": "x"}\n${line(3)}\n`)
  const [split = ''] = await source('broken.ndjson').splits()
  const failing = await source('broken.ndjson').open(split, null)
  await assert.rejects(failing.read(10), { code: 'MS-5008', message: /, line 2: / })
  await failing.close()
  const reader = await source('broken.ndjson', { 'json.ignore-parse-errors': 'true' }).open(split, null)
  assert.equal((await readAll(reader, 10)).length, 2)
  await reader.close()
})

test('paths outside the allowed folders are refused, links too', async () => {
  mkdirSync(join(folder, 'secret'))
  writeFileSync(join(folder, 'secret', 'key.ndjson'), line(1))
  symlinkSync(join(folder, 'secret'), join(home, 'link'))
  symlinkSync(join(folder, 'secret', 'key.ndjson'), join(home, 'key.ndjson'))
  const attempts = [
    '../../secret/key.ndjson',
    join(folder, 'secret'),
    'link/key.ndjson',
    'key.ndjson',
    'link',
    'http://host/x',
    'file:///etc/passwd',
  ]
  for (const path of attempts) await assert.rejects(source(path).splits(), { code: 'MS-5005' }, path)
  await assert.rejects(sink('link/out').write(Batch.of(new Schema(fields), [[1n, 'a', 0n]])), { code: 'MS-5005' })
  await assert.rejects(source('absent.ndjson').splits(), { code: 'MS-5010' })
})

test('a file appears whole, at its checkpoint; a crash before the commit leaves nothing to see', async () => {
  const out = join(home, 'out')
  const visible = (): string[] => readdirSync(out).filter((name) => !name.startsWith('.'))
  const first = sink('out')
  await first.write(
    Batch.of(new Schema(fields), [
      [1n, 'a', 1_500_000_000n],
      [9_007_199_254_740_993n, null, null],
    ]),
  )
  const prepared = JSON.parse(JSON.stringify(await first.prepare(1, true)))
  assert.deepEqual(visible(), [])
  await first.commit(1, prepared)
  await first.commit(1, prepared)
  assert.deepEqual(visible(), ['part-job-sink-1.json'])
  assert.equal(
    readFileSync(join(out, 'part-job-sink-1.json'), 'utf8'),
    '{"n":1,"s":"a","ts":"1970-01-01 00:00:01.5"}\n{"n":9007199254740993,"s":null,"ts":null}\n',
  )
  await first.write(Batch.of(new Schema(fields), [[2n, 'lost', null]]))
  await first.prepare(2, true)
  const second = sink('out', 2, prepared)
  await second.commit(1, prepared)
  await second.abort()
  assert.deepEqual(readdirSync(out), ['part-job-sink-1.json'])
})

test('csv has no header, columns in the order of the table; what is written is read back', async () => {
  const options = { path: 'rows.csv', format: 'csv' }
  const of = table('t', fields, { connector: 'filesystem', options })
  const request = { table: of, schema: new Schema(fields), job: 'job', node: 'csv', attempt: 1, output: null, restore: null }
  const out = connector.sink?.(request)
  const rows: Value[][] = [
    [1n, 'a, "quoted"\nline', 1_500_000_000n],
    [-2n, 'plain', null],
  ]
  await out?.write(Batch.of(new Schema(fields), rows))
  await out?.commit(1, await out.prepare(1, true))
  const back = source('rows.csv', { format: 'csv' })
  const [split = ''] = await back.splits()
  const reader = await back.open(split, null)
  assert.deepEqual(await readAll(reader, 1), rows)
  await reader.close()
})

test('a file goes on over checkpoints until it is old or large enough; another attempt goes on from what was committed', async () => {
  const out = join(home, 'rolled')
  const row = (n: number): Batch => Batch.of(new Schema(fields), [[BigInt(n), null, null]])
  const visible = (): string[] => readdirSync(out).filter((name) => !name.startsWith('.'))
  const first = sink('rolled')
  await first.write(row(1))
  const committed = JSON.parse(JSON.stringify(await first.prepare(1, false)))
  await first.commit(1, committed)
  await first.write(row(2))
  await first.prepare(2, false)
  assert.deepEqual(visible(), [])

  const second = sink('rolled', 2, committed)
  await second.commit(1, committed)
  await second.abort()
  assert.deepEqual(await second.prepare(2, false), committed, 'nothing came, nothing is copied')
  await second.write(row(3))
  assert.equal(second.due?.(), false)
  nowMs += 10_000
  assert.equal(second.due?.(), true, 'a checkpoint is due though nothing new comes')
  const rolled = await second.prepare(3, false)
  assert.deepEqual(visible(), [])
  await second.commit(3, rolled)
  assert.deepEqual(visible(), ['part-job-sink-3.json'])
  const lines = readFileSync(join(out, 'part-job-sink-3.json'), 'utf8').trim().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).n),
    [1, 3],
  )
})

test('a Parquet file is whole at its checkpoint; reading one is not there yet', async () => {
  const of = table('t', fields, { connector: 'filesystem', options: { path: 'columns', format: 'parquet' } })
  const request = { table: of, schema: new Schema(fields), job: 'job', node: 'p', attempt: 1, output: null, restore: null }
  const out = connector.sink?.(request)
  await out?.write(Batch.of(new Schema(fields), [[1n, 'a', 0n]]))
  await out?.commit(1, await out.prepare(1, false))
  const bytes = readFileSync(join(home, 'columns', 'part-job-p-1.parquet'))
  assert.equal(bytes.subarray(0, 4).toString(), 'PAR1')
  assert.equal(bytes.subarray(-4).toString(), 'PAR1')
  assert.throws(() => source('columns', { format: 'parquet' }), { code: 'MS-5000' })
})
