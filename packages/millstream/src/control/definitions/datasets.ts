import { errors } from '../../base/errors.ts'
import { near } from '../../base/near.ts'
import type { StreamDescriptor } from '../../model/streams.ts'
import type { Catalogue, ChangeOptions } from '../catalogue.ts'
import { checkName } from '../names.ts'
import type { DatasetSpec, ObjectRecord, StreamSpec } from '../records.ts'
import { descriptorOf } from '../streams.ts'
import { type Change, definitionText, lineChanges } from './change.ts'
import type { Planners } from './planners.ts'

/** Streams that the same apply will make first, by name. */
export type Upcoming = ReadonlyMap<string, ObjectRecord<StreamSpec>>

/** A dataset's definition against what stands. */
export function changeDataset(
  catalogue: Catalogue,
  planners: Planners,
  target: { readonly tenant: string; readonly name: string; readonly definition: unknown },
  options: ChangeOptions,
  upcoming: Upcoming = new Map(),
): Change {
  const { tenant, name, definition } = target
  checkName('dataset', name)
  const found = catalogue.check<DatasetSpec>(tenant, 'dataset', name, options)
  if (catalogue.find(tenant, 'stream', name) !== null) {
    throw errors.fail('MS-7009', {
      reason: `There is a stream called '${name}' already`,
      advice: 'In SQL both are tables: choose another name.',
    })
  }
  const stated = planners.dataset(definition, (from): StreamDescriptor => streamOf(catalogue, tenant, from, upcoming))
  if (stated.name !== name) {
    const reason = `The definition is of '${stated.name}', and the dataset is called '${name}'`
    throw errors.fail('MS-7009', { reason, advice: 'Call both the same.' })
  }
  const uid = found?.record.uid ?? catalogue.newUid('dataset')
  const spec: DatasetSpec = { descriptor: { ...stated.descriptor, uid, tenant } }
  const moved = options.project !== undefined && options.project !== found?.record.project
  const [old, now] = [definitionText(found?.record.definition ?? ''), definitionText(definition)]
  if (found !== null && !moved && old === now && sameShape(found.record.spec, spec)) {
    return { action: 'unchanged', kind: 'dataset', name, changes: [], effects: [], record: found.record, writes: [] }
  }
  if (found !== null && !sameData(found.record.spec, spec)) {
    throw errors.fail('MS-7009', {
      reason: `Dataset '${name}' holds rows of its present columns, and changing stream, dimensions, metrics or granularity is not there yet`,
      advice: `Make another dataset beside it, or delete it first: \`--delete-data ${name}\`.`,
    })
  }
  const record = catalogue.next<DatasetSpec>(found, { tenant, kind: 'dataset', name, definition, spec, uid }, options)
  const { descriptor } = spec
  const changes =
    found === null
      ? [
          `from ${stated.from}, by ${descriptor.queryGranularity}${descriptor.rollup ? ', rolled up' : ''}`,
          `dimensions ${descriptor.dimensions.map((dimension) => dimension.name).join(', ') || 'none'}`,
          `metrics ${descriptor.metrics.map((metric) => String(metric['name'])).join(', ') || 'none'}`,
        ]
      : lineChanges(old, now)
  const effects = found === null ? [`reads ${stated.from} from its first event`] : []
  return {
    action: found === null ? 'create' : 'update',
    kind: 'dataset',
    name,
    changes,
    effects,
    record,
    writes: [catalogue.put(record, found?.version ?? 0)],
  }
}

export function removeDataset(
  catalogue: Catalogue,
  target: { readonly tenant: string; readonly name: string },
  options: ChangeOptions & { readonly deleteData: boolean; readonly holdsData: (datasetUid: string) => boolean },
): Change {
  const { tenant, name } = target
  catalogue.must(tenant, 'dataset', name)
  const found = catalogue.check<DatasetSpec>(tenant, 'dataset', name, options)
  if (found === null) throw new Error('checked above')
  if (options.holdsData(found.record.uid) && !options.deleteData) throw errors.fail('MS-7006', { kind: 'dataset', name })
  return {
    action: 'delete',
    kind: 'dataset',
    name,
    changes: ['with its rows'],
    effects: [],
    record: found.record,
    writes: [catalogue.remove(found)],
  }
}

function streamOf(catalogue: Catalogue, tenant: string, name: string, upcoming: Upcoming): StreamDescriptor {
  const record = upcoming.get(name) ?? catalogue.find<StreamSpec>(tenant, 'stream', name)?.record
  if (record !== undefined) {
    const stream = descriptorOf(record)
    // Its rows replace each other; a rollup would count each of them.
    if (stream.contract.primaryKey.length > 0)
      throw errors.fail('MS-7000', { feature: `A dataset of '${name}', a stream with a PRIMARY KEY,` })
    return stream
  }
  const names = [...upcoming.keys(), ...catalogue.all('stream', tenant).map((stream) => stream.name)]
  throw errors.fail('MS-7002', { kind: 'stream', name, near: near(name, names) })
}

const sameShape = (a: DatasetSpec, b: DatasetSpec): boolean => JSON.stringify(a.descriptor) === JSON.stringify(b.descriptor)

/** Whether rows of one fit the other: bounds may change, what a row is may not. */
function sameData(a: DatasetSpec, b: DatasetSpec): boolean {
  const bare = ({ descriptor }: DatasetSpec) => ({ ...descriptor, contractVersion: 0, latenessMs: 0, retentionMs: 0 })
  return JSON.stringify(bare(a)) === JSON.stringify(bare(b))
}
