import type { DatasetObject, DatasetSummary, JobObject, JobSummary, LedgerTotals, PipelineObject, StreamObject } from '@millstream/client'
import { must } from '../../base/assert.ts'
import { taggedValue } from '../../base/json.ts'
import { type DatasetSpec, etagOf, type JobRecord, type ObjectRecord, type PipelineSpec, type StreamSpec } from '../../control/records.ts'
import { descriptorOf } from '../../control/streams.ts'
import { typeText } from '../../data/types.ts'
import { lateStreamName } from '../../model/dead-letters.ts'
import type { PhysicalPlan, PlanNode } from '../../model/plan.ts'
import type { HubState } from './state.ts'

const headOf = (record: ObjectRecord) => ({
  tenant: record.tenant,
  name: record.name,
  uid: record.uid,
  etag: etagOf(record),
  project: record.project,
  createdAtMs: record.createdAtMs,
  updatedAtMs: record.updatedAtMs,
})

export function streamObject(hub: HubState, record: ObjectRecord<StreamSpec>): StreamObject {
  const { contract, partitions, system } = record.spec
  return {
    ...headOf(record),
    kind: 'stream',
    sql: String(record.definition),
    contractVersion: contract.version,
    columns: contract.columns.map((column) => ({
      name: column.name,
      type: column.kind === 'computed' ? `AS ${column.expression}` : typeText(column.type),
      kind: column.kind,
      comment: column.comment ?? null,
    })),
    watermark: contract.watermark,
    primaryKey: contract.primaryKey,
    options: contract.options,
    comment: contract.comment,
    partitions: partitions.map(({ partition, owner }) => ({
      partition,
      owner: owner === 'gateway' ? 'gateway' : `job ${hub.jobs.get(owner.job)?.name ?? `${owner.job} (ended)`}`,
      end: hub.told.end(record.uid, partition),
    })),
    system,
    ledger: ledgerTotals(hub, record),
  }
}

/** Rows that are there, whoever wrote them; rejects of the edge; late rows. */
export function ledgerTotals(hub: HubState, record: ObjectRecord<StreamSpec>): LedgerTotals {
  const { accepted, rejected } = hub.totals.of(descriptorOf(record))
  const late = hub.catalogue.find<StreamSpec>(record.tenant, 'stream', lateStreamName(record.name))
  return {
    received: accepted + rejected,
    accepted,
    rejected,
    late: late === null ? 0 : rowsIn(hub, late.record),
    balanced: !hub.jobs.hasGaps(),
  }
}

/** Committed ends of all partitions together. */
export function rowsIn(hub: HubState, record: ObjectRecord<StreamSpec>): number {
  return record.spec.partitions.reduce((sum, { partition }) => sum + hub.told.end(record.uid, partition), 0)
}

export function pipelineObject(hub: HubState, record: ObjectRecord<PipelineSpec>): PipelineObject {
  const { reads, writes, jobs } = record.spec
  return {
    ...headOf(record),
    kind: 'pipeline',
    sql: String(record.definition),
    reads,
    writes,
    revision: record.revision,
    jobs: jobs.map((uid) => jobObject(hub, must(hub.jobs.get(uid), `job ${uid}`))),
  }
}

export function jobObject(hub: HubState, job: JobRecord): JobObject {
  const { attempt, record } = hub.jobs.checkpoint(job.uid)
  const status = hub.jobs.status(job.uid)
  const { nodes } = taggedValue(job.plan) as PhysicalPlan
  return {
    uid: job.uid,
    name: job.name,
    pipeline: job.pipeline,
    revision: job.revision,
    attempt,
    summary: jobSummary(hub, job),
    nodes: nodes.map((node) => {
      const seen = status?.nodes[node.id]
      return {
        id: node.id,
        kind: node.kind,
        title: titleOf(node),
        inputs: inputsOf(node),
        rowsIn: seen?.rowsIn ?? 0,
        rowsOut: seen?.rowsOut ?? 0,
        lateRows: seen?.lateRows ?? 0,
        stateBytes: seen?.stateBytes ?? 0,
      }
    }),
    checkpoint: status?.checkpoint ?? (record === null ? null : { epoch: record.epoch, atMs: 0, durationMs: 0, bytes: 0 }),
  }
}

export function jobSummary(hub: HubState, job: JobRecord): JobSummary {
  const status = hub.jobs.status(job.uid)
  const { epoch, finished } = hub.jobs.checkpoint(job.uid)
  const worker = hub.supervisor.processes().find((one) => one.job === job.uid)
  const failed = status?.state === 'failed' || (worker?.state === 'waiting' && worker.restarts > 1)
  const error = status?.error ?? (failed ? { code: 'MS-7017', message: worker?.reason ?? 'it ended' } : null)
  const state = finished ? 'finished' : job.desired === 'stopped' ? 'stopped' : failed ? 'failed' : (status?.state ?? 'starting')
  return {
    state,
    watermarkMs: status?.watermarkMs ?? null,
    heldBy: status?.heldBy ?? null,
    lagRows: status?.lagRows ?? 0,
    lagMs: status?.lagMs ?? 0,
    checkpointEpoch: epoch === 0 ? null : epoch,
    checkpointAtMs: status?.checkpoint?.atMs ?? null,
    error: state === 'failed' ? error : null,
  }
}

export function datasetObject(hub: HubState, record: ObjectRecord<DatasetSpec>): DatasetObject {
  const { descriptor } = record.spec
  return {
    ...headOf(record),
    kind: 'dataset',
    definition: record.definition as DatasetObject['definition'],
    from: hub.told.byUid(descriptor.streamUid)?.name ?? descriptor.streamUid,
    dimensions: descriptor.dimensions.map((dimension) => dimension.name),
    metrics: descriptor.metrics.map((metric) => ({ name: String(metric['name']), type: String(metric['type']) })),
    summary: datasetSummary(hub, record.uid),
  }
}

export function datasetSummary(hub: HubState, uid: string): DatasetSummary {
  const status = hub.datasets.get(uid)
  return {
    events: status?.events ?? 0,
    rows: status?.rows ?? 0,
    bytes: status?.bytes ?? 0,
    lagRows: status?.lagRows ?? 0,
    late: status?.late ?? 0,
  }
}

function titleOf(node: PlanNode): string {
  switch (node.kind) {
    case 'scan':
      return `read ${node.table.name}`
    case 'sink':
      return node.table === null ? 'answer' : `write ${node.table.name}`
    case 'calc':
      return node.condition === null ? 'compute' : node.projections === null ? 'filter' : 'filter and compute'
    case 'watermark':
      return 'watermark'
    case 'window':
    case 'window-aggregate':
      return `${node.window.kind} ${node.window.sizeMs / 1000} s`
    case 'normalize':
      return 'last row of each key'
    case 'group-aggregate':
      return 'group'
    case 'sort-limit':
      return 'sort'
    default:
      return node.kind
  }
}

function inputsOf(node: PlanNode): readonly string[] {
  if (node.kind === 'union') return node.inputs
  return 'input' in node ? [node.input] : []
}
