import assert from 'node:assert/strict'
import type { Ports } from '../../base/ports.ts'
import { jsonScanner } from '../../codec/json/scanner.ts'
import { Batch } from '../../data/batch.ts'
import { type Contract, physicalSchema, unknownFields } from '../../data/contract.ts'
import { Schema } from '../../data/schema.ts'
import type { Connector } from '../../flow/connector.ts'
import type { PhysicalPlan } from '../../model/plan.ts'
import type { Catalogue, TableDescriptor } from '../../model/tables.ts'
import { contractFromCreateTable } from '../../sql/create-table.ts'
import { planQuery, planScript } from '../../sql/plan.ts'
import { parseStatement } from '../../syntax/parse.ts'
import type { JobHost } from '../host.ts'
import { runSelect } from '../select.ts'
import { TestHub } from './hub.ts'

/** Streams that are written as JSON through their contracts, and SQL over them: asked, or run as jobs. */
export class SqlPlace {
  readonly hub: TestHub
  readonly connectors: readonly Connector[]
  readonly #tables = new Map<string, TableDescriptor>()
  readonly #contracts = new Map<string, Contract>()
  readonly catalogue: Catalogue = {
    tenant: 'default',
    table: (_tenant, name) => this.#tables.get(name) ?? null,
    view: () => null,
    tableNames: () => [...this.#tables.keys()],
  }

  constructor(ports: Ports, connectors: (hub: TestHub) => readonly Connector[]) {
    this.hub = new TestHub(ports)
    this.connectors = connectors(this.hub)
  }

  create(text: string, owner: 'gateway' | { readonly job: string } = 'gateway'): void {
    const statement = parseStatement(text)
    assert.ok(statement.kind === 'create-table')
    const contract = contractFromCreateTable(
      statement,
      this.connectors.map((each) => each.descriptor),
    )
    const name = statement.name.parts[0]?.name ?? ''
    const { columns, watermark, primaryKey, options, comment } = contract
    this.hub.addStream(name, contract, [{ partition: 0, owner }])
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

  /** The plan of an INSERT, and where its sinks write. */
  plan(text: string): { readonly plan: PhysicalPlan; readonly outputs: Record<string, { streamUid: string; partition: number }> } {
    const { plans } = planScript(text, this.catalogue, { connectors: this.connectors.map((each) => each.descriptor) })
    const plan = plans[0]?.plan
    assert.ok(plan !== undefined)
    const sinks = plan.nodes.flatMap((node) => (node.kind === 'sink' ? [node] : []))
    return { plan, outputs: Object.fromEntries(sinks.map(({ id, table }) => [id, { streamUid: table?.uid ?? '', partition: 0 }])) }
  }

  host(checkpoint: JobHost['checkpoint'] = async (record) => this.hub.checkpoint(record)): JobHost {
    return { ports: this.hub.ports, dataFolder: '', connectors: this.connectors, mode: 'compiled', checkpoint, status: () => {} }
  }
}
