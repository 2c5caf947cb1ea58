import { errors } from '../base/errors.ts'
import { Schema } from '../data/schema.ts'
import type { Connector, Sink, Source } from '../flow/connector.ts'
import { deadLetterContract } from '../model/dead-letters.ts'
import type { JobAssignment } from '../model/hub.ts'
import { endKey } from '../model/hub.ts'
import type { PhysicalPlan, ScanNode, SinkNode } from '../model/plan.ts'
import type { TableDescriptor } from '../model/tables.ts'
import type { JobHost, JobManifest } from './host.ts'
import { checkChanges, Sinks } from './sinks.ts'

/** The dead letters of stage late go to a stream too: this is their sink's name in checkpoints. */
export const lateSinkName = '$late'

function connectorOf(table: TableDescriptor, role: 'source' | 'sink', connectors: readonly Connector[]): Connector {
  const name = table.kind === 'stream' ? 'millstream' : table.connector
  const found = connectors.find((connector) => connector.descriptor.name === name)
  if (found?.[role] === undefined) {
    const known = connectors.filter((connector) => connector[role] !== undefined).map((connector) => connector.descriptor.name)
    throw errors.fail('MS-5003', { table: table.name, connector: name, role, known })
  }
  return found
}

export function connectSource(scan: ScanNode, plan: PhysicalPlan, host: Pick<JobHost, 'connectors'>, fromMs: number | null = null): Source {
  const connector = connectorOf(scan.table, 'source', host.connectors)
  const bounded = plan.mode === 'batch'
  // The last row of a key may be old: an upsert stream is read whole.
  const since = isUpsertStream(scan.table) ? null : fromMs
  const request = { table: scan.table, columns: scan.columns, schema: new Schema(scan.fields), bounded, fromMs: since }
  return (connector.source as NonNullable<Connector['source']>)(request)
}

/** Opens all sinks of a job where the last checkpoint left them. */
export function connectSinks(assignment: JobAssignment, host: JobHost): Sinks {
  const sinks = new Sinks()
  for (const node of assignment.plan.nodes) {
    if (node.kind !== 'sink') continue
    if (node.table === null) throw errors.fail('MS-5002', { reason: `its sink ${node.id} has no table: a SELECT is asked, not deployed` })
    const table = node.table
    checkChanges(node, table, changesAreTaken(table))
    sinks.add(node.id, table, connectSink(node.id, table, sinkSchema(node, table), assignment, host))
  }
  if (assignment.lateOutput !== null) {
    const table = lateTable(assignment.lateOutput.streamUid)
    sinks.add(lateSinkName, table, connectSink(lateSinkName, table, lateSchema, assignment, host))
  }
  return sinks
}

const isUpsertStream = (table: TableDescriptor): boolean => table.kind === 'stream' && table.primaryKey.length > 0

/** A print table shows changes as they are; a blackhole takes anything; a stream with a key keeps the last row of each. */
function changesAreTaken(table: TableDescriptor): boolean {
  return table.connector === 'print' || table.connector === 'blackhole' || isUpsertStream(table)
}

function connectSink(node: string, table: TableDescriptor, schema: Schema, assignment: JobAssignment, host: JobHost): Sink {
  const connector = connectorOf(table, 'sink', host.connectors)
  const output = node === lateSinkName ? assignment.lateOutput : (assignment.outputs[node] ?? null)
  const sinks = (assignment.restore?.manifest as JobManifest | undefined)?.sinks ?? {}
  const restore = sinks[node] ?? (output === null ? null : (assignment.restore?.ends[endKey(output.streamUid, output.partition)] ?? null))
  const { uid: job, attempt } = assignment
  return (connector.sink as NonNullable<Connector['sink']>)({ table, schema, job, node, attempt, output, restore })
}

/** The sink's columns have the table's names and types, and the query's order. */
function sinkSchema(node: SinkNode, table: TableDescriptor): Schema {
  const physical = table.columns.filter((column) => column.kind === 'physical')
  return new Schema(node.fields.map((field, position) => ({ ...field, ...(physical[position] ?? {}) })))
}

const lateFields = deadLetterContract.columns.flatMap((column) => (column.kind === 'physical' ? [column] : []))
export const lateSchema = new Schema(lateFields.map(({ name, type, id }) => ({ name, type, id })))

function lateTable(uid: string): TableDescriptor {
  const { columns, options, comment } = deadLetterContract
  const shared = { columns, options, comment, watermark: null, primaryKey: [], connector: 'millstream', contractVersion: 1 }
  return { ...shared, tenant: '', name: 'late', kind: 'stream', uid }
}
