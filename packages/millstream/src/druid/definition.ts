import { errors } from '../base/errors.ts'
import type { Contract } from '../data/contract.ts'
import type { DatasetDescriptor, DatasetDimension } from '../model/datasets.ts'
import { metricLayout } from './dataset-layout.ts'
import { parseGranularity } from './granularity.ts'
import { isObject, type Json } from './json.ts'
import { parsePeriod, periodMs } from './time.ts'

/** A dataset as its author wrote it, checked in itself; `from` names its stream. */
export interface DatasetDefinition extends Omit<DatasetDescriptor, 'uid' | 'tenant' | 'streamUid' | 'contractVersion'> {
  readonly from: string
}

const wrong = (where: string, what: string): Error => errors.fail('MS-6004', { where, what })
const nameForm = /^[a-z][a-z0-9_]{0,62}$/

/** The YAML of a dataset (PRODUCT.md), read to an object. Unknown keys are errors. */
export function datasetFromDefinition(json: unknown): DatasetDefinition {
  if (!isObject(json)) throw wrong('dataset', 'a definition is a map of keys')
  known(
    json,
    ['dataset', 'from', 'timestamp', 'granularity', 'dimensions', 'metrics', 'lateness', 'retention', 'engine', 'description'],
    'dataset',
  )
  const name = json['dataset']
  if (typeof name !== 'string' || !nameForm.test(name))
    throw wrong('dataset', 'a name is lower-case letters, digits and _, and starts with a letter')
  if (typeof json['from'] !== 'string') throw wrong('from', 'name the stream that the dataset is made of')
  if (typeof json['timestamp'] !== 'string') throw wrong('timestamp', 'name the event-time column of the stream')
  const granularity = json['granularity'] ?? {}
  if (!isObject(granularity)) throw wrong('granularity', 'is a map such as { segment: hour, query: minute, rollup: true }')
  known(granularity, ['segment', 'query', 'rollup'], 'granularity')
  const lateness = durationOf(json['lateness'], 'lateness')
  const retentionMs = durationOf(json['retention'], 'retention')
  return {
    name,
    from: json['from'],
    timestampColumn: json['timestamp'],
    segmentGranularity: granularityText(granularity['segment'] ?? 'day', 'granularity.segment'),
    queryGranularity: granularityText(granularity['query'] ?? 'none', 'granularity.query'),
    rollup: granularity['rollup'] !== false,
    dimensions: list(json['dimensions'], 'dimensions').map((item, position) => dimension(item, `dimensions[${position}]`)),
    metrics: list(json['metrics'], 'metrics').map((item, position) => metric(item, `metrics[${position}]`)),
    // A row older than what is kept would go with its chunk without a word: it is late, and a dead letter.
    latenessMs: retentionMs === null ? lateness : Math.min(lateness ?? retentionMs, retentionMs),
    retentionMs,
  }
}

/** A Druid ingestion spec as it stands: `index_parallel`, `kafka` supervisor, with or without the `spec` around it. */
export function datasetFromDruidSpec(json: unknown): DatasetDefinition {
  const outer = isObject(json) && isObject(json['spec']) ? json['spec'] : json
  if (!isObject(outer) || !isObject(outer['dataSchema'])) throw wrong('spec', 'an ingestion spec has spec.dataSchema')
  const schema = outer['dataSchema']
  const io: Json = isObject(outer['ioConfig']) ? outer['ioConfig'] : {}
  const name = schema['dataSource']
  if (typeof name !== 'string' || name === '') throw wrong('dataSchema.dataSource', 'name the data source')
  const transform = schema['transformSpec']
  if (isObject(transform) && (list(transform['transforms'], 'transforms').length > 0 || isObject(transform['filter']))) {
    throw errors.fail('MS-6000', { feature: 'a transformSpec in an ingestion spec' })
  }
  const timestamp: Json = isObject(schema['timestampSpec']) ? schema['timestampSpec'] : {}
  const granularity: Json = isObject(schema['granularitySpec']) ? schema['granularitySpec'] : {}
  const dimensions: Json = isObject(schema['dimensionsSpec']) ? schema['dimensionsSpec'] : {}
  const late = io['lateMessageRejectionPeriod']
  return {
    name,
    from: typeof io['topic'] === 'string' ? io['topic'] : name,
    timestampColumn: String(timestamp['column'] ?? 'timestamp'),
    segmentGranularity: granularityText(granularity['segmentGranularity'] ?? 'day', 'segmentGranularity'),
    queryGranularity: granularityText(granularity['queryGranularity'] ?? 'none', 'queryGranularity'),
    rollup: granularity['rollup'] !== false,
    dimensions: list(dimensions['dimensions'], 'dimensionsSpec.dimensions').map((item, position) =>
      dimension(item, `dimensionsSpec.dimensions[${position}]`),
    ),
    metrics: list(schema['metricsSpec'], 'metricsSpec').map((item, position) => metric(item, `metricsSpec[${position}]`)),
    latenessMs: durationOf(late, 'lateMessageRejectionPeriod'),
    retentionMs: null,
  }
}

/** Binds a definition to its stream: every column must be there. */
export function bindDataset(
  definition: DatasetDefinition,
  bound: { readonly uid: string; readonly tenant: string; readonly streamUid: string; readonly contract: Contract },
): DatasetDescriptor {
  const { from, ...rest } = definition
  const columns = bound.contract.columns.map((column) => column.name)
  const check = (column: string, where: string): void => {
    if (!columns.includes(column)) throw wrong(where, `stream ${from} has no column ${column}; it has ${columns.join(', ')}`)
  }
  check(definition.timestampColumn, 'timestamp')
  for (const each of definition.dimensions) check(each.column, `dimension ${each.name}`)
  for (const aggregator of definition.metrics) {
    const layout = metricLayout(aggregator, definition.name)
    if (layout.column !== null) check(layout.column, `metric ${layout.name}`)
  }
  return { ...rest, uid: bound.uid, tenant: bound.tenant, streamUid: bound.streamUid, contractVersion: bound.contract.version }
}

function known(json: Json, keys: readonly string[], where: string): void {
  for (const key of Object.keys(json))
    if (!keys.includes(key)) throw wrong(where, `'${key}' is not a key of it; there are ${keys.join(', ')}`)
}

function list(json: unknown, where: string): readonly unknown[] {
  if (json === undefined || json === null) return []
  if (!Array.isArray(json)) throw wrong(where, 'is a list')
  return json
}

function dimension(json: unknown, where: string): DatasetDimension {
  if (typeof json === 'string') return { name: json, column: json, type: 'string' }
  if (!isObject(json) || typeof json['name'] !== 'string') throw wrong(where, 'is a column name, or a map with name and type')
  const type = String(json['type'] ?? 'string').toLowerCase()
  if (type !== 'string' && type !== 'long' && type !== 'float' && type !== 'double')
    throw errors.fail('MS-6000', { feature: `a dimension of type ${type}` })
  return { name: json['name'], column: typeof json['column'] === 'string' ? json['column'] : json['name'], type }
}

function metric(json: unknown, where: string): Readonly<Record<string, unknown>> {
  if (!isObject(json)) throw wrong(where, 'is a Druid aggregator such as { name: events, type: count }')
  metricLayout(json, where)
  return json
}

function granularityText(json: unknown, where: string): string {
  try {
    const parsed = parseGranularity(json)
    if (parsed.kind === 'period') {
      if (parsed.zone !== 'UTC') throw errors.fail('MS-6000', { feature: 'a dataset granularity in another zone than UTC' })
      return parsed.text
    }
    if (parsed.kind === 'duration') throw errors.fail('MS-6000', { feature: 'a dataset granularity of a duration' })
    return parsed.kind
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MS-6001') throw wrong(where, error.message)
    throw error
  }
}

const durationForm = /^(\d+)\s*(ms|s|sec|second|seconds|m|min|minute|minutes|h|hour|hours|d|day|days|w|week|weeks)$/i
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

function durationOf(json: unknown, where: string): number | null {
  if (json === undefined || json === null) return null
  const text = String(json).trim()
  const match = durationForm.exec(text)
  if (match !== null) {
    const unit = (match[2] as string).toLowerCase()
    return Number(match[1]) * (unitMs[unit === 'ms' ? 'ms' : (unit[0] as string)] as number)
  }
  const period = parsePeriod(text)
  const ms = period === null ? null : periodMs(period)
  if (ms === null) throw wrong(where, `'${text}' is not a duration such as 1h or PT1H`)
  return ms
}
