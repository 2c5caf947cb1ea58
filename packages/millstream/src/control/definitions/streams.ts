import { errors } from '../../base/errors.ts'
import type { Contract } from '../../data/contract.ts'
import { typeText } from '../../data/types.ts'
import { deadLetterContract, lateStreamName } from '../../model/dead-letters.ts'
import type { PartitionDescriptor } from '../../model/streams.ts'
import { systemPrincipal } from '../allow.ts'
import type { Catalogue, ChangeOptions } from '../catalogue.ts'
import { checkName } from '../names.ts'
import type { RecordChange } from '../record-store.ts'
import { type DatasetSpec, keys, type ObjectRecord, type PipelineSpec, type StreamSpec } from '../records.ts'
import { evolveContract } from '../streams.ts'
import { type Change, definitionText, lineChanges } from './change.ts'
import type { Planners } from './planners.ts'

/** A stream's CREATE TABLE against what stands. */
export function changeStream(
  catalogue: Catalogue,
  planners: Planners,
  target: { readonly tenant: string; readonly name: string; readonly sql: string },
  options: ChangeOptions,
): Change {
  const { tenant, name, sql } = target
  checkName('stream', name)
  const found = catalogue.check<StreamSpec>(tenant, 'stream', name, options)
  const stated = planners.stream(sql)
  if (stated.name !== name) {
    const reason = `The CREATE TABLE is of '${stated.name}', and the stream is called '${name}'`
    throw errors.fail('MS-7009', { reason, advice: 'Call both the same.' })
  }
  const dataset = catalogue.find(tenant, 'dataset', name)
  if (dataset !== null) throw nameTaken(name, 'dataset')
  const wanted: Contract = stated.contract
  const head = { tenant, kind: 'stream' as const, name, definition: sql }
  if (found === null) {
    const partitions = gatewayPartitions([], wanted.buckets)
    const spec: StreamSpec = { contract: { ...wanted, version: 1 }, older: [], partitions, system: false }
    const record = catalogue.next<StreamSpec>(null, { ...head, spec }, options)
    const columns = wanted.columns.map((column) => `${column.name} ${'type' in column ? typeText(column.type) : `AS ${column.expression}`}`)
    const changes = [...columns, wanted.buckets === 1 ? '1 partition' : `${wanted.buckets} partitions`]
    return { action: 'create', kind: 'stream', name, changes, effects: [], record, writes: [catalogue.put(record, 0)] }
  }
  const { record: before } = found
  const { contract, changes } = evolveContract(name, before.spec.contract, wanted)
  const moved = options.project !== undefined && options.project !== before.project
  if (changes.length === 0 && !moved && definitionText(before.definition) === definitionText(sql)) {
    return { action: 'unchanged', kind: 'stream', name, changes: [], effects: [], record: before, writes: [] }
  }
  const older = contract === before.spec.contract ? before.spec.older : [...before.spec.older, before.spec.contract]
  const spec: StreamSpec = { ...before.spec, contract, older, partitions: gatewayPartitions(before.spec.partitions, contract.buckets) }
  const record = catalogue.next<StreamSpec>(found, { ...head, spec }, options)
  const readers = usersOf(catalogue, before.uid)
  const effects =
    contract.version > before.spec.contract.version && readers.length > 0
      ? [`${readers.join(', ')} stay with contract version ${before.spec.contract.version} until they are applied again`]
      : []
  const lines = changes.length > 0 ? changes : lineChanges(definitionText(before.definition), definitionText(sql))
  return {
    action: 'update',
    kind: 'stream',
    name,
    changes: moved ? [...lines, `now of ${options.project === null ? 'no project' : `project ${options.project}`}`] : lines,
    effects,
    record,
    writes: [catalogue.put(record, found.version)],
  }
}

/** Deletes a stream with its dead letters. `holdsData` says whether anything was ever written. */
export function removeStream(
  catalogue: Catalogue,
  target: { readonly tenant: string; readonly name: string },
  options: ChangeOptions & { readonly deleteData: boolean; readonly holdsData: (streamUid: string) => boolean },
): Change {
  const { tenant, name } = target
  catalogue.must(tenant, 'stream', name)
  const found = catalogue.check<StreamSpec>(tenant, 'stream', name, options)
  if (found === null) throw new Error('checked above')
  const users = usersOf(catalogue, found.record.uid)
  if (users.length > 0) throw errors.fail('MS-7007', { kind: 'stream', name, users })
  if (options.holdsData(found.record.uid) && !options.deleteData) throw errors.fail('MS-7006', { kind: 'stream', name })
  const late = catalogue.find<StreamSpec>(tenant, 'stream', lateStreamName(name))
  const gone = [found, ...(late === null ? [] : [late])]
  const writes: RecordChange[] = gone.flatMap((one) => [catalogue.remove(one), ...recordsOf(catalogue, one.record.uid)])
  return {
    action: 'delete',
    kind: 'stream',
    name,
    changes: ['with its events and dead letters'],
    effects: [],
    record: found.record,
    writes,
  }
}

/** Names of what reads or writes a stream, with their kind. */
function usersOf(catalogue: Catalogue, streamUid: string): string[] {
  const pipelines = catalogue.all<PipelineSpec>('pipeline').filter(({ spec }) => spec.streamUids.includes(streamUid))
  const datasets = catalogue.all<DatasetSpec>('dataset').filter(({ spec }) => spec.descriptor.streamUid === streamUid)
  return [...pipelines, ...datasets].map(({ kind, name }) => `${kind} ${name}`)
}

/** Adds a partition that a job alone writes: `stream` is the record as far as this transaction has it. */
export function withJobPartition(record: ObjectRecord<StreamSpec>, job: string): { record: ObjectRecord<StreamSpec>; partition: number } {
  const own = record.spec.partitions.find(({ owner }) => owner !== 'gateway' && owner.job === job)
  if (own !== undefined) return { record, partition: own.partition }
  const partition = record.spec.partitions.reduce((most, one) => Math.max(most, one.partition), -1) + 1
  const partitions: PartitionDescriptor[] = [...record.spec.partitions, { partition, owner: { job } }]
  return { record: { ...record, spec: { ...record.spec, partitions } }, partition }
}

/** The system stream of a stream's late rows, as a record that is not there yet. Partition 0 is the gateway's: datasets write it. */
export function lateStream(catalogue: Catalogue, of: ObjectRecord): ObjectRecord<StreamSpec> {
  const spec: StreamSpec = { contract: deadLetterContract, older: [], partitions: [{ partition: 0, owner: 'gateway' }], system: true }
  const name = lateStreamName(of.name)
  return catalogue.next<StreamSpec>(
    null,
    { tenant: of.tenant, kind: 'stream', name, definition: '', spec },
    { principal: systemPrincipal, project: of.project },
  )
}

/** Partitions of the gateway are numbered on from what is there: jobs may have taken numbers in between. */
function gatewayPartitions(before: readonly PartitionDescriptor[], count: number): PartitionDescriptor[] {
  const partitions = [...before]
  let missing = count - before.filter(({ owner }) => owner === 'gateway').length
  let next = before.reduce((most, one) => Math.max(most, one.partition), -1) + 1
  for (; missing > 0; missing--) partitions.push({ partition: next++, owner: 'gateway' })
  return partitions
}

const nameTaken = (name: string, kind: string) =>
  errors.fail('MS-7009', { reason: `There is a ${kind} called '${name}' already`, advice: 'In SQL both are tables: choose another name.' })

function recordsOf(catalogue: Catalogue, streamUid: string): RecordChange[] {
  const prefixes = [`${keys.ends}${streamUid}/`, keys.totalsOf(streamUid)]
  return prefixes.flatMap((prefix) =>
    catalogue.records.list(prefix).map(([key, { version }]): RecordChange => ({ key, expect: version, value: null })),
  )
}
