import type { PipelineObject, PlannedChange } from '@millstream/client'
import { useEffect, useMemo, useState } from 'react'
import { StateBadge } from '../parts/badge.tsx'
import { PreviewRows, usePreview } from '../parts/preview.tsx'
import { ProblemBox } from '../parts/problem.tsx'
import { type Mark, SqlEditor } from '../parts/sql-editor.tsx'
import { Stat } from '../parts/stat.tsx'
import { client } from '../state/client.ts'
import { bytes, count, duration, instant } from '../state/format.ts'
import { useLive } from '../state/live.ts'
import { useLoad } from '../state/load.ts'
import { go } from '../state/route.ts'

const example = `-- A pipeline is Flink SQL: INSERT INTO ... SELECT ...
INSERT INTO my_output
SELECT country, COUNT(*) AS events
FROM TABLE(TUMBLE(TABLE playback, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, country;
`

export function PipelinePage({ name }: { readonly name: string }) {
  return name === '+new' ? <NewPipeline /> : <ExistingPipeline name={name} />
}

function NewPipeline() {
  const [name, setName] = useState('')
  return (
    <div className="page">
      <div className="head">
        <h1 className="grow">New pipeline</h1>
        <input placeholder="name" aria-label="Name" value={name} onChange={(event) => setName(event.target.value)} />
      </div>
      <Workbench name={name} initial={example} etag={null} onDeployed={() => go('pipelines', name)} />
    </div>
  )
}

function ExistingPipeline({ name }: { readonly name: string }) {
  const { now } = useLive()
  const { value: pipeline, error, reload } = useLoad(`pipeline ${name}`, () => client.get('pipelines', name))
  const epoch = now.jobs[name]?.checkpointEpoch ?? 0
  useEffect(() => {
    if (epoch > 0) reload()
  }, [epoch, reload])
  if (pipeline === null)
    return <div className="page">{error === null ? <div className="empty">Reading …</div> : <ProblemBox error={error} />}</div>
  const summary = now.jobs[name] ?? pipeline.jobs[0]?.summary
  return (
    <div className="page">
      <div className="head">
        <div className="grow">
          <h1>{name}</h1>
          <p>
            reads {pipeline.reads.join(', ') || 'nothing'}, writes {pipeline.writes.join(', ') || 'nothing'}; revision {pipeline.revision}
          </p>
        </div>
        <StateBadge state={summary?.state ?? 'stopped'} />
      </div>
      {summary?.error != null && <ProblemBox error={summary.error} />}
      {summary !== undefined && (
        <div className="stats">
          <Stat
            label="behind"
            value={summary.lagRows === 0 ? 'nothing' : `${count(summary.lagRows)} rows`}
            title={duration(summary.lagMs)}
          />
          <Stat
            label="watermark (UTC)"
            value={summary.watermarkMs === null ? 'none yet' : instant(summary.watermarkMs).slice(11, 23)}
            title={summary.heldBy ?? undefined}
          />
          <Stat
            label="last checkpoint"
            value={summary.checkpointEpoch === null ? 'none yet' : `№ ${count(summary.checkpointEpoch)}`}
            title={summary.checkpointAtMs === null ? undefined : instant(summary.checkpointAtMs)}
          />
          <Stat
            label="state"
            value={bytes(pipeline.jobs.reduce((sum, job) => sum + job.nodes.reduce((all, node) => all + node.stateBytes, 0), 0))}
          />
        </div>
      )}
      {summary?.heldBy != null && <p className="dim">The watermark is held by {summary.heldBy}.</p>}
      <Nodes pipeline={pipeline} />
      <Workbench name={name} initial={pipeline.sql} etag={pipeline.etag} onDeployed={reload} />
    </div>
  )
}

function Nodes({ pipeline }: { readonly pipeline: PipelineObject }) {
  const nodes = pipeline.jobs.flatMap((job) => job.nodes.map((node) => ({ job: job.name, ...node })))
  if (nodes.length === 0) return null
  return (
    <div className="panel flush">
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th>operator</th>
              <th className="number">rows in</th>
              <th className="number">rows out</th>
              <th className="number">late</th>
              <th className="number">state</th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <tr key={`${node.job} ${node.id}`}>
                <td>
                  <span className="cut" title={node.title}>
                    {node.title}
                  </span>
                </td>
                <td className="number">{count(node.rowsIn)}</td>
                <td className="number">{count(node.rowsOut)}</td>
                <td className="number">{count(node.lateRows)}</td>
                <td className="number">{bytes(node.stateBytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}

/** The SQL with its errors at their place, a preview that deploys nothing, and a deploy that shows its plan first. */
function Workbench({
  name,
  initial,
  etag,
  onDeployed,
}: {
  readonly name: string
  readonly initial: string
  readonly etag: string | null
  onDeployed(): void
}) {
  const [sql, setSql] = useState(initial)
  const [planned, setPlanned] = useState<PlannedChange | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const preview = usePreview()
  // A text that was not touched here follows what others deploy.
  const [known, setKnown] = useState(initial)
  useEffect(() => {
    setSql((old) => (old === known ? initial : old))
    setKnown(initial)
  }, [initial, known])
  const shownError = error ?? preview.error
  const marks = useMemo(() => marksOf(shownError), [shownError])
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true)
    setError(null)
    try {
      await work()
    } catch (caught) {
      setError(caught)
    }
    setBusy(false)
  }
  const ifMatch = etag === null ? {} : { etag }
  return (
    <>
      <SqlEditor label="The pipeline's SQL" value={sql} marks={marks} onChange={setSql} />
      <div className="row">
        <button type="button" onClick={() => (preview.running ? preview.stop() : preview.start(sql))}>
          {preview.running ? 'Stop the preview' : 'Preview'}
        </button>
        <button
          type="button"
          className="primary"
          disabled={busy || name === ''}
          onClick={() => void attempt(async () => setPlanned(await client.plan('pipelines', name, { sql })))}
        >
          Deploy …
        </button>
        {name === '' && <span className="dim">A pipeline needs a name before it can be deployed.</span>}
        {sql !== initial && <span className="dim">changed here, not deployed</span>}
      </div>
      <ProblemBox error={shownError} />
      {planned !== null && (
        <div className="notice" role="dialog" aria-label="What deploying would do">
          <h2>
            {planned.action} {planned.kind} {planned.name}
          </h2>
          {planned.changes.map((line) => (
            <div key={line}>{line}</div>
          ))}
          {planned.effects.map((line) => (
            <div key={line} className="dim">
              {line}
            </div>
          ))}
          <p className="row">
            <button
              type="button"
              className="primary"
              disabled={busy || planned.action === 'unchanged'}
              onClick={() =>
                void attempt(async () => {
                  await client.put('pipelines', name, { sql }, ifMatch)
                  setPlanned(null)
                  onDeployed()
                })
              }
            >
              Deploy
            </button>
            <button type="button" onClick={() => setPlanned(null)}>
              Not now
            </button>
          </p>
        </div>
      )}
      <PreviewRows preview={preview} />
    </>
  )
}

function marksOf(error: unknown): readonly Mark[] {
  const { place, message } = (error ?? {}) as {
    place?: { line?: number; column?: number; endLine?: number; endColumn?: number }
    message?: string
  }
  if (place?.line === undefined) return []
  return [{ line: place.line, column: place.column ?? 1, endLine: place.endLine, endColumn: place.endColumn, message: message ?? '' }]
}
