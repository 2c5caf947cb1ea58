import { errors } from '../base/errors.ts'
import type { DatasetColumn, DataType } from '../model/dataset-query.ts'
import type { DatasetDescriptor } from '../model/datasets.ts'

/** How a metric is kept in a stored row. */
export interface MetricLayout {
  readonly name: string
  /** `distinct`: a 64-bit hash of the value; a group with n values is n rows, all but one with `r` 0. */
  readonly fold: 'count' | 'sum' | 'min' | 'max' | 'distinct'
  readonly type: 'LONG' | 'DOUBLE' | 'FLOAT' | 'DISTINCT'
  /** The stream's column; null for count. */
  readonly column: string | null
  readonly aggregator: Readonly<Record<string, unknown>>
}

const folds: Readonly<Record<string, readonly [MetricLayout['fold'], MetricLayout['type']]>> = {
  count: ['count', 'LONG'],
  longSum: ['sum', 'LONG'],
  doubleSum: ['sum', 'DOUBLE'],
  floatSum: ['sum', 'FLOAT'],
  longMin: ['min', 'LONG'],
  longMax: ['max', 'LONG'],
  doubleMin: ['min', 'DOUBLE'],
  doubleMax: ['max', 'DOUBLE'],
  floatMin: ['min', 'FLOAT'],
  floatMax: ['max', 'FLOAT'],
  HLLSketchBuild: ['distinct', 'DISTINCT'],
  thetaSketch: ['distinct', 'DISTINCT'],
  hyperUnique: ['distinct', 'DISTINCT'],
  cardinality: ['distinct', 'DISTINCT'],
}
const metricTypes: readonly string[] = Object.keys(folds)

export function metricLayout(aggregator: Readonly<Record<string, unknown>>, where: string): MetricLayout {
  const type = String(aggregator['type'])
  const known = folds[type]
  if (known === undefined) throw errors.fail('MS-6000', { feature: `a metric of type ${type} (there are ${metricTypes.join(', ')})` })
  const name = aggregator['name']
  if (typeof name !== 'string' || name === '') throw errors.fail('MS-6004', { where, what: `a metric of type ${type} needs a name` })
  const fields = Array.isArray(aggregator['fields']) ? aggregator['fields'] : []
  const column = aggregator['fieldName'] ?? (fields.length === 1 ? fields[0] : undefined)
  if (known[0] !== 'count' && typeof column !== 'string')
    throw errors.fail('MS-6004', { where, what: `metric ${name} needs fieldName, a column of the stream` })
  return { name, fold: known[0], type: known[1], column: known[0] === 'count' ? null : (column as string), aggregator }
}

/** A dataset's columns in the order of the store: time, dimensions, metrics. */
export function datasetColumns(dataset: DatasetDescriptor): DatasetColumn[] {
  const dimensionType: Readonly<Record<string, DataType>> = { string: 'STRING', long: 'LONG', float: 'FLOAT', double: 'DOUBLE' }
  return [
    { name: '__time', type: 'TIMESTAMP', role: 'time' },
    ...dataset.dimensions.map<DatasetColumn>(({ name, type }) => ({ name, type: dimensionType[type] as DataType, role: 'dimension' })),
    ...dataset.metrics.map<DatasetColumn>((aggregator) => {
      const metric = metricLayout(aggregator, dataset.name)
      return { name: metric.name, type: metric.type, role: 'metric', aggregator }
    }),
  ]
}
