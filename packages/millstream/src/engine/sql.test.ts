import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { nodeStorage } from '../base/real/storage.ts'
import { systemClock, systemRandom, systemScheduler } from '../base/real/system.ts'
import { jsonScanner } from '../codec/json/scanner.ts'
import { streamConnector } from '../connect/stream/connector.ts'
import { Batch } from '../data/batch.ts'
import { type Contract, physicalSchema, unknownFields } from '../data/contract.ts'
import { Schema } from '../data/schema.ts'
import type { Catalogue, TableDescriptor } from '../model/tables.ts'
import { contractFromCreateTable } from '../sql/create-table.ts'
import { planQuery } from '../sql/plan.ts'
import { parseStatement } from '../syntax/parse.ts'
import { runSelect } from './select.ts'
import { TestHub } from './testing/hub.ts'

const folder = mkdtempSync(join(tmpdir(), 'millstream-sql-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Streams on real files, written as JSON through their contracts and asked in SQL. */
class Place {
  readonly hub = new TestHub({
    clock: systemClock,
    scheduler: systemScheduler,
    random: systemRandom,
    storage: nodeStorage(mkdtempSync(join(folder, 'x'))),
  })
  readonly connectors = [streamConnector({ ports: this.hub.ports, dataFolder: '', ends: this.hub.ends, streams: this.hub.catalogue })]
  readonly #tables = new Map<string, TableDescriptor>()
  readonly #contracts = new Map<string, Contract>()
  readonly catalogue: Catalogue = {
    tenant: 'default',
    table: (_tenant, name) => this.#tables.get(name) ?? null,
    view: () => null,
    tableNames: () => [...this.#tables.keys()],
  }

  create(text: string): void {
    const statement = parseStatement(text)
    assert.ok(statement.kind === 'create-table')
    const contract = contractFromCreateTable(
      statement,
      this.connectors.map((each) => each.descriptor),
    )
    const name = statement.name.parts[0]?.name ?? ''
    const { columns, watermark, primaryKey, options, comment } = contract
    this.hub.addStream(name, contract, [{ partition: 0, owner: 'gateway' }])
    this.#contracts.set(name, contract)
    const shared = { columns, watermark, primaryKey, options, comment, contractVersion: 1, connector: 'millstream' }
    this.#tables.set(name, { ...shared, tenant: 'default', name, kind: 'stream', uid: name })
  }

  async send(stream: string, ...events: readonly unknown[]): Promise<void> {
    const schema = physicalSchema(this.#contracts.get(stream) as Contract)
    const body = new TextEncoder().encode(events.map((event) => `${JSON.stringify(event)}\n`).join(''))
    const { batch, unknown, rejected } = jsonScanner(schema, { unknownFields: 'keep' })(body, 'ndjson')
    assert.deepEqual(rejected, [])
    const whole =
      unknown === null ? batch : new Batch(new Schema([...schema.fields, unknownFields]), batch.rowCount, [...batch.columns, unknown])
    await this.hub.append(stream, 0, whole)
  }

  /** The rows of a SELECT; `streaming` reads what comes until there are `rowsMax`. */
  async ask(query: string, mode: 'batch' | 'streaming' = 'batch', rowsMax = 1000): Promise<unknown[][]> {
    const descriptors = this.connectors.map((each) => each.descriptor)
    const { plan } = planQuery(query, this.catalogue, mode, { connectors: descriptors })
    const rows: unknown[][] = []
    const host = { ports: this.hub.ports, connectors: this.connectors, mode: 'compiled' as const }
    const signal = new AbortController().signal
    await runSelect(plan, host, { fromMs: null, rowsMax, durationMs: 10_000, signal, onRows: (batch) => void rows.push(...batch.rows()) })
    return rows
  }
}

test('LIMIT without an order ends a SELECT, live too', async () => {
  const place = new Place()
  place.create("CREATE TABLE s (n INT) WITH ('connector' = 'millstream')")
  await place.send('s', { n: 1 }, { n: 2 }, { n: 3 }, { n: 4 })
  for (const mode of ['batch', 'streaming'] as const) {
    assert.deepEqual(await place.ask('SELECT n FROM s WHERE n > 1 LIMIT 2', mode), [[2], [3]])
    assert.deepEqual(await place.ask('SELECT n FROM s LIMIT 1 OFFSET 2', mode), [[3]])
  }
  assert.deepEqual(await place.ask('SELECT n * 10 FROM (SELECT n FROM s LIMIT 2) WHERE n > 1', 'streaming', 1), [[20]])
  await place.hub.close()
})

test('system columns are read from the log: unknown fields as JSON, offset, partition, and when a row came', async () => {
  const place = new Place()
  place.create("CREATE TABLE s (n INT, extra STRING METADATA FROM 'unknown_fields' VIRTUAL) WITH ('connector' = 'millstream')")
  const before = systemClock.nowMs()
  await place.send('s', { n: 1 }, { n: 2, mood: 'good', deep: { x: [1] } })
  await place.send('s', { n: 3 })
  assert.deepEqual(await place.ask('SELECT n, unknown_fields, `offset`, `partition` FROM s'), [
    [1, null, 0n, 0],
    [2, '{"mood":"good","deep":{"x":[1]}}', 1n, 0],
    [3, null, 2n, 0],
  ])
  assert.deepEqual(await place.ask("SELECT n, JSON_VALUE(extra, '$.mood') FROM s WHERE unknown_fields IS NOT NULL"), [[2, 'good']])
  const [row = []] = await place.ask('SELECT ingest_time FROM s WHERE n = 3')
  assert.ok(Math.abs(Number(row[0]) / 1e6 - before) < 60_000)
  await place.hub.close()
})
