import type { DatasetObject } from '@millstream/client'
import { useState } from 'react'
import { DatasetChart } from '../parts/dataset-chart.tsx'
import { ProblemBox } from '../parts/problem.tsx'
import { Rows } from '../parts/rows.tsx'
import { SqlEditor } from '../parts/sql-editor.tsx'
import { Stat } from '../parts/stat.tsx'
import { client } from '../state/client.ts'
import { bytes, count, duration } from '../state/format.ts'
import { useLive } from '../state/live.ts'
import { useLoad } from '../state/load.ts'

export function DatasetPage({ name }: { readonly name: string }) {
  const { now } = useLive()
  const { value: dataset, error } = useLoad(`dataset ${name}`, () => client.get('datasets', name))
  if (dataset === null)
    return <div className="page">{error === null ? <div className="empty">Reading …</div> : <ProblemBox error={error} />}</div>
  const summary = now.datasets[name] ?? dataset.summary
  return (
    <div className="page">
      <div className="head">
        <div className="grow">
          <h1>{name}</h1>
          <p>
            of {dataset.from}, by {dataset.dimensions.join(', ') || 'nothing'}
          </p>
        </div>
      </div>
      <div className="stats">
        <Stat label="events taken in" value={count(summary.events)} />
        <Stat label="rows that they became" value={count(summary.rows)} />
        <Stat label="events a row" value={summary.rows === 0 ? '' : (summary.events / summary.rows).toFixed(1)} />
        <Stat label="on disk" value={bytes(summary.bytes)} />
        <Stat label="behind" value={summary.lagRows === 0 ? 'nothing' : `${count(summary.lagRows)} rows`} />
        <Stat label="too late for it" value={count(summary.late)} />
      </div>
      <DatasetChart dataset={dataset} events={summary.events} />
      <Query dataset={dataset} />
      <details className="panel">
        <summary>Definition</summary>
        <pre>{JSON.stringify(dataset.definition, null, 2)}</pre>
      </details>
    </div>
  )
}

function Query({ dataset }: { readonly dataset: DatasetObject }) {
  const first = dataset.dimensions[0]
  const measure = dataset.metrics.find((metric) => metric.type === 'count')?.name
  const sum = measure === undefined ? 'COUNT(*)' : `SUM("${measure}")`
  const [sql, setSql] = useState(
    first === undefined
      ? `SELECT ${sum} AS n FROM ${dataset.name}`
      : `SELECT "${first}", ${sum} AS n\nFROM ${dataset.name}\nWHERE __time >= CURRENT_TIMESTAMP - INTERVAL '1' HOUR\nGROUP BY 1\nORDER BY 2 DESC\nLIMIT 20`,
  )
  const [asked, setAsked] = useState<{ sql: string; round: number } | null>(null)
  return (
    <section className="panel" aria-label="Query">
      <h2>Query, in Druid SQL</h2>
      <SqlEditor label="Druid SQL" value={sql} marks={[]} onChange={setSql} />
      <p className="row">
        <button type="button" className="primary" onClick={() => setAsked({ sql, round: (asked?.round ?? 0) + 1 })}>
          Ask
        </button>
      </p>
      {asked !== null && <Answer key={asked.round} sql={asked.sql} />}
    </section>
  )
}

function Answer({ sql }: { readonly sql: string }) {
  const { value, error } = useLoad(`answer ${sql}`, async () => {
    const began = performance.now()
    const answer = await client.sqlAll({ sql, dialect: 'druid' })
    return { ...answer, tookMs: performance.now() - began }
  })
  if (error !== null) return <ProblemBox error={error} />
  if (value === null) return <div className="empty">Asking …</div>
  return (
    <>
      <p className="dim">
        {count(value.rows.length)} rows in {duration(value.tookMs)}
      </p>
      <Rows columns={value.columns} rows={value.rows.slice(0, 1000)} empty="No rows." />
    </>
  )
}
