import { metricLayout } from '../druid/dataset-layout.ts'
import type { DatasetColumn } from '../model/dataset-query.ts'
import type { DatasetDescriptor } from '../model/datasets.ts'

/**
 * The rows of a chunk, rolled up perfectly, as a SELECT: one row a key, and one for each distinct value of it (which
 * carries nothing else, `r` 0). Flushes leave a row a key each; this makes `COUNT(*)` what Druid answers after compaction.
 */
export function compacted(dataset: DatasetDescriptor, columns: readonly DatasetColumn[], table: string): string {
  const folds = new Map(
    dataset.metrics.map((aggregator) => metricLayout(aggregator, dataset.name)).map((metric) => [metric.name, metric.fold]),
  )
  const keys = columns.flatMap(({ role }, position) => (role === 'metric' ? [] : [`c${position}`]))
  const folded = columns.map(({ name, role, type }, position) => {
    const column = `c${position}`
    if (role !== 'metric') return column
    if (type === 'DISTINCT') return `CAST(NULL AS BIGINT) AS ${column}`
    const fold = folds.get(name)
    const stored = type === 'LONG' ? 'BIGINT' : 'DOUBLE'
    return `CAST(${fold === 'min' || fold === 'max' ? fold : 'sum'}(${column}) AS ${stored}) AS ${column}`
  })
  const isDistinct = columns.some(({ type }) => type === 'DISTINCT')
  const flag = (value: number): string => (isDistinct ? `, CAST(${value} AS BIGINT) AS r` : '')
  const main = `SELECT ${folded.join(', ')}${flag(1)} FROM ${table} GROUP BY ${keys.join(', ')}`
  const values = columns.flatMap(({ type }, distinct) => {
    if (type !== 'DISTINCT') return []
    const shown = columns.map(({ role, type: other }, position) => {
      if (role !== 'metric' || position === distinct) return `c${position}`
      return `CAST(NULL AS ${other === 'LONG' || other === 'DISTINCT' ? 'BIGINT' : 'DOUBLE'}) AS c${position}`
    })
    return [`SELECT DISTINCT ${shown.join(', ')}${flag(0)} FROM ${table} WHERE c${distinct} IS NOT NULL`]
  })
  return `${[main, ...values].join(' UNION ALL ')} ORDER BY c0`
}
