import type { DatasetObject } from '@millstream/client'
import { useEffect, useMemo, useState } from 'react'
import { client } from '../state/client.ts'
import { useLive } from '../state/live.ts'
import { useLoad } from '../state/load.ts'
import { Chart, type Series } from './chart.tsx'
import { ProblemBox } from './problem.tsx'

/** Series drawn at most; the rest of the values are left to the query below. */
const seriesMax = 6
const ranges = [
  { title: '15 minutes', minutes: 15, floor: 'PT1M' },
  { title: '1 hour', minutes: 60, floor: 'PT1M' },
  { title: '6 hours', minutes: 360, floor: 'PT5M' },
  { title: '24 hours', minutes: 1440, floor: 'PT15M' },
  { title: '30 days', minutes: 43_200, floor: 'PT6H' },
] as const

/** A metric over time, split by a dimension. */
export function DatasetChart({ dataset, events }: { readonly dataset: DatasetObject; readonly events: number }) {
  const metrics = dataset.metrics.filter((metric) => /^(count|.*(Sum|Min|Max))$/.test(metric.type))
  const [metric, setMetric] = useState(metrics[0]?.name ?? '')
  const [split, setSplit] = useState('')
  const [range, setRange] = useState<number>(0)
  const { now } = useLive()
  const chosen = ranges[range] ?? ranges[0]
  const type = metrics.find((one) => one.name === metric)?.type ?? 'count'
  const call = /Min$/.test(type) ? 'MIN' : /Max$/.test(type) ? 'MAX' : 'SUM'
  const { value, error, reload } = useLoad(`chart ${dataset.name} ${metric} ${split} ${range}`, async () => {
    if (metric === '') return []
    const by = split === '' ? '' : `, "${split}"`
    const sql = `SELECT TIME_FLOOR(__time, '${chosen.floor}') AS t${by}, ${call}("${metric}") AS v FROM "${dataset.name}" WHERE __time >= CURRENT_TIMESTAMP - INTERVAL '${chosen.minutes}' MINUTE GROUP BY 1${split === '' ? '' : ', 2'} ORDER BY 1`
    return (await client.sqlAll({ sql, dialect: 'druid' })).rows
  })
  // Asks again when events came, at most every two seconds.
  const tick = Math.floor(now.atMs / 2000)
  useEffect(() => {
    if (events > 0 && tick > 0) reload()
  }, [events, tick, reload])
  const drawn = useMemo(() => seriesOf(value ?? [], split === '' ? metric : null), [value, split, metric])
  return (
    <section className="panel" aria-label="Over time">
      <div className="row">
        <h2 className="grow">Over time</h2>
        <select aria-label="Metric" value={metric} onChange={(event) => setMetric(event.target.value)}>
          {metrics.map((one) => (
            <option key={one.name}>{one.name}</option>
          ))}
        </select>
        <select aria-label="Split by" value={split} onChange={(event) => setSplit(event.target.value)}>
          <option value="">all together</option>
          {dataset.dimensions.map((dimension) => (
            <option key={dimension} value={dimension}>
              by {dimension}
            </option>
          ))}
        </select>
        <select aria-label="Range" value={range} onChange={(event) => setRange(Number(event.target.value))}>
          {ranges.map((one, index) => (
            <option key={one.title} value={index}>
              {one.title}
            </option>
          ))}
        </select>
      </div>
      <ProblemBox error={error} />
      {drawn.times.length === 0 ? (
        <div className="empty">{value === null ? 'Asking …' : 'No rows in this range.'}</div>
      ) : (
        <Chart times={drawn.times} series={drawn.series} />
      )}
      {drawn.left > 0 && (
        <p className="dim">
          The {seriesMax} largest of {drawn.left + seriesMax} are drawn.
        </p>
      )}
    </section>
  )
}

/** Rows (time, [split,] value) as aligned series; missing points are gaps. */
function seriesOf(
  rows: readonly (readonly unknown[])[],
  label: string | null,
): { readonly times: readonly number[]; readonly series: readonly Series[]; readonly left: number } {
  const times = [...new Set(rows.map((row) => Date.parse(String(row[0]))))]
  const at = new Map(times.map((time, index) => [time, index]))
  const byLabel = new Map<string, { values: (number | null)[]; sum: number }>()
  for (const row of rows) {
    const name = label ?? (row[1] === null ? 'null' : String(row[1]))
    const value = Number(row[label === null ? 2 : 1])
    let one = byLabel.get(name)
    if (one === undefined) {
      one = { values: times.map(() => null), sum: 0 }
      byLabel.set(name, one)
    }
    one.values[at.get(Date.parse(String(row[0]))) ?? 0] = value
    one.sum += value
  }
  const largest = [...byLabel].sort((a, b) => b[1].sum - a[1].sum)
  return {
    times,
    series: largest.slice(0, seriesMax).map(([name, one]) => ({ label: name, values: one.values })),
    left: Math.max(0, largest.length - seriesMax),
  }
}
