import { must } from '../../base/assert.ts'
import { errors } from '../../base/errors.ts'
import { lateStreamName } from '../../model/dead-letters.ts'
import type { CheckpointRecord } from '../../model/hub.ts'
import type { PhysicalPlan, PlanNode } from '../../model/plan.ts'
import type { Catalogue, ChangeOptions, Found } from '../catalogue.ts'
import { checkName } from '../names.ts'
import type { RecordChange } from '../record-store.ts'
import {
  type CheckpointState,
  type JobOutput,
  type JobRecord,
  keys,
  type ObjectRecord,
  type PipelineSpec,
  type StreamSpec,
} from '../records.ts'
import { sqlCatalogue } from '../sql-catalogue.ts'
import { type Change, definitionText, lineChanges } from './change.ts'
import type { Upcoming } from './datasets.ts'
import type { PlannedPipeline, Planners } from './planners.ts'
import { lateStream, withJobPartition } from './streams.ts'

/** A pipeline's script against what runs: its jobs, the partitions that they write, and what happens to their state. */
export function changePipeline(
  catalogue: Catalogue,
  planners: Planners,
  target: { readonly tenant: string; readonly name: string; readonly sql: string },
  options: ChangeOptions,
  upcoming: Upcoming = new Map(),
): Change {
  const { tenant, name, sql } = target
  checkName('pipeline', name)
  const found = catalogue.check<PipelineSpec>(tenant, 'pipeline', name, options)
  const planned = planners.pipeline(sql, sqlCatalogue(catalogue, tenant, upcoming))
  if (planned.plans.length === 0) {
    throw errors.fail('MS-7009', {
      reason: `Pipeline '${name}' has no INSERT`,
      advice: 'A pipeline writes somewhere: INSERT INTO ... SELECT ...',
    })
  }
  const before = jobsOf(catalogue, found)
  const draft = new Draft(catalogue, upcoming)
  const effects: string[] = []
  const jobs = planned.plans.map(({ plan }, index) => {
    const old = before[index] ?? null
    const text = planners.planText(plan)
    const job = draftJob(draft, { plan, text, index, old, tenant, pipeline: name, many: planned.plans.length > 1 }, catalogue)
    if (old === null) effects.push(`job ${job.name} starts, from the first event`)
    else if (old.plan === text) draft.keep(old)
    else effects.push(...migrate(draft, old, job, planners, catalogue))
    return job
  })
  for (const old of before.slice(planned.plans.length)) {
    draft.removeJob(old.uid)
    effects.push(`job ${old.name} ends, and its state is dropped`)
  }
  const moved = options.project !== undefined && options.project !== found?.record.project
  const [was, is] = [definitionText(found?.record.definition ?? ''), definitionText(sql)]
  if (found !== null && !moved && was === is && jobs.every((job, index) => job.plan === before[index]?.plan)) {
    return { action: 'unchanged', kind: 'pipeline', name, changes: [], effects: [], record: found.record, writes: [] }
  }
  const spec = specOf(planned, jobs)
  const uid = found?.record.uid ?? catalogue.newUid('pipeline')
  const record = catalogue.next<PipelineSpec>(found, { tenant, kind: 'pipeline', name, definition: sql, spec, uid }, options)
  for (const job of jobs) draft.putJob({ ...job, pipelineUid: uid })
  const changes =
    found === null ? [`reads ${spec.reads.join(', ') || 'nothing'}`, `writes ${spec.writes.join(', ')}`] : lineChanges(was, is)
  return {
    action: found === null ? 'create' : 'update',
    kind: 'pipeline',
    name,
    changes,
    effects,
    record,
    writes: [catalogue.put(record, found?.version ?? 0), ...draft.writes()],
  }
}

export function removePipeline(
  catalogue: Catalogue,
  target: { readonly tenant: string; readonly name: string },
  options: ChangeOptions,
): Change {
  const { tenant, name } = target
  catalogue.must(tenant, 'pipeline', name)
  const found = catalogue.check<PipelineSpec>(tenant, 'pipeline', name, options)
  if (found === null) throw new Error('checked above')
  const draft = new Draft(catalogue, new Map())
  const jobs = jobsOf(catalogue, found)
  for (const job of jobs) draft.removeJob(job.uid)
  return {
    action: 'delete',
    kind: 'pipeline',
    name,
    changes: ['what it wrote stays'],
    effects: jobs.map((job) => `job ${job.name} ends, and its state is dropped`),
    record: found.record,
    writes: [catalogue.remove(found), ...draft.writes()],
  }
}

/** The records that a change writes, each once, at the version that was read. */
class Draft {
  readonly #catalogue: Catalogue
  readonly #upcoming: Upcoming
  readonly #values = new Map<string, unknown>()

  constructor(catalogue: Catalogue, upcoming: Upcoming) {
    this.#catalogue = catalogue
    this.#upcoming = upcoming
  }

  stream(tenant: string, name: string): ObjectRecord<StreamSpec> {
    const key = keys.object(tenant, 'stream', name)
    const drafted = this.#values.get(key) as ObjectRecord<StreamSpec> | undefined
    return drafted ?? this.#upcoming.get(name) ?? this.#catalogue.must<StreamSpec>(tenant, 'stream', name).record
  }

  /** The partition of a stream that a job writes: made when it has none. */
  partition(stream: ObjectRecord<StreamSpec>, job: string): JobOutput {
    const { record, partition } = withJobPartition(stream, job)
    if (record !== stream) this.#values.set(keys.object(record.tenant, 'stream', record.name), record)
    return { streamUid: record.uid, partition }
  }

  late(of: ObjectRecord<StreamSpec>): ObjectRecord<StreamSpec> {
    const key = keys.object(of.tenant, 'stream', lateStreamName(of.name))
    const known = this.#values.get(key) ?? this.#catalogue.find<StreamSpec>(of.tenant, 'stream', lateStreamName(of.name))?.record
    if (known !== undefined) return known as ObjectRecord<StreamSpec>
    const made = lateStream(this.#catalogue, of)
    this.#values.set(key, made)
    return made
  }

  keep(job: JobRecord): void {
    this.#values.delete(keys.job(job.uid))
  }

  putJob(job: JobRecord): void {
    const standing = this.#catalogue.records.get<JobRecord>(keys.job(job.uid))?.value
    if (standing === undefined || JSON.stringify(standing) !== JSON.stringify(job)) this.#values.set(keys.job(job.uid), job)
  }

  putCheckpoint(uid: string, state: CheckpointState): void {
    this.#values.set(keys.checkpoint(uid), state)
  }

  removeJob(uid: string): void {
    this.#values.set(keys.job(uid), null)
    if (this.#catalogue.records.get(keys.checkpoint(uid)) !== null) this.#values.set(keys.checkpoint(uid), null)
  }

  writes(): RecordChange[] {
    return [...this.#values].map(([key, value]) => ({ key, expect: this.#catalogue.records.get(key)?.version ?? 0, value }))
  }
}

function jobsOf(catalogue: Catalogue, found: Found<PipelineSpec> | null): JobRecord[] {
  return (found?.record.spec.jobs ?? []).map((uid) => must(catalogue.records.get<JobRecord>(keys.job(uid)), `job ${uid}`).value)
}

interface Drafted {
  readonly plan: PhysicalPlan
  readonly text: string
  readonly index: number
  readonly old: JobRecord | null
  readonly tenant: string
  readonly pipeline: string
  readonly many: boolean
}

function draftJob(draft: Draft, { plan, text, index, old, tenant, pipeline, many }: Drafted, catalogue: Catalogue): JobRecord {
  const uid = old?.uid ?? catalogue.newUid('job')
  const outputs: Record<string, JobOutput> = {}
  let first: ObjectRecord<StreamSpec> | null = null
  for (const node of plan.nodes) {
    if (node.kind === 'sink' && node.table?.kind === 'stream') {
      outputs[node.id] = draft.partition(draft.stream(node.table.tenant, node.table.name), uid)
    }
    if (node.kind === 'scan' && node.table.kind === 'stream') first ??= draft.stream(node.table.tenant, node.table.name)
  }
  const dropsLate = plan.nodes.some((node) => node.kind === 'window-aggregate')
  const lateOutput = dropsLate && first !== null && !first.spec.system ? draft.partition(draft.late(first), uid) : null
  return {
    uid,
    tenant,
    name: many ? `${pipeline}_${index + 1}` : pipeline,
    pipelineUid: old?.pipelineUid ?? '',
    pipeline,
    index,
    revision: old === null ? 1 : old.plan === text ? old.revision : old.revision + 1,
    plan: text,
    outputs,
    lateOutput,
    desired: 'running',
  }
}

const keepsState = (node: PlanNode): boolean => node.kind === 'window-aggregate' || node.kind === 'group-aggregate'

/** A changed plan goes on reading where the old one was; state is made anew, and says so. The attempt is raised: the old worker commits nothing more. */
function migrate(draft: Draft, old: JobRecord, job: JobRecord, planners: Planners, catalogue: Catalogue): string[] {
  const before = planners.planFromText(old.plan)
  const after = planners.planFromText(job.plan)
  const state = catalogue.records.get<CheckpointState>(keys.checkpoint(job.uid))?.value
  const lines = [`job ${job.name} goes on as revision ${job.revision}`]
  if (before.nodes.some(keepsState))
    lines.push(`job ${job.name}: open windows and groups are dropped and rebuilt from the events that come`)
  if (state === undefined || state.record === null) return lines
  const scans = new Map(before.nodes.flatMap((node) => (node.kind === 'scan' ? [[scanKey(node), node.id] as const] : [])))
  const sources: Record<string, Readonly<Record<string, unknown>>> = {}
  for (const node of after.nodes) {
    if (node.kind !== 'scan') continue
    const position = state.record.sources[scans.get(scanKey(node)) ?? '']
    if (position !== undefined) sources[node.id] = position
    else lines.push(`job ${job.name} reads ${node.table.name} from its first event`)
  }
  const record: CheckpointRecord = { ...state.record, revision: job.revision, sources, manifest: null }
  draft.putCheckpoint(job.uid, { ...state, attempt: state.attempt + 1, record, finished: false })
  return lines
}

const scanKey = (node: PlanNode): string => (node.kind === 'scan' ? (node.table.uid ?? `external ${node.table.name}`) : '')

function specOf(planned: PlannedPipeline, jobs: readonly JobRecord[]): PipelineSpec {
  const tables = planned.plans.flatMap(({ plan }) =>
    plan.nodes.flatMap((node) => (node.kind === 'scan' ? [node.table] : node.kind === 'sink' && node.table !== null ? [node.table] : [])),
  )
  const unique = (names: readonly string[]): string[] => [...new Set(names)]
  return {
    reads: unique(planned.plans.flatMap(({ reads }) => reads)),
    writes: unique(planned.plans.flatMap(({ writes }) => writes)),
    streamUids: unique(tables.flatMap(({ kind, uid }) => (kind === 'stream' && uid !== null ? [uid] : []))),
    jobs: jobs.map((job) => job.uid),
  }
}
